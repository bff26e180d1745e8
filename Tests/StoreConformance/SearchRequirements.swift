import Testing
import ToolBridge

extension StoreRequirement {
    static let search = [
        StoreRequirement("A store finds items by words of their titles and texts, whatever the case and the accents") { store in
            let owner = freshOwner()
            let note = try await store.add(
                .notes,
                #"{"title":"Café Zürich","content":"Ørsted's naïve RÉSUMÉ, हिन्दी, 한국어, ΣΊΣΥΦΟΣ","tags":["Groceries"]}"#,
                of: owner
            )
            for query in [
                "café", "CAFE", "cafe\u{301}", "zurich", "naive", "resume", "groceries", "हिन्दी", "한국어", "σίσυφοσ", "Zürich café",
                "\"cafe zurich\"", "gro", "g",
                "resume gro", "  naïve!!  ",
            ] {
                #expect(try await store.found(query, of: owner) == [note], "\(query)")
            }
            for query in ["tea", "\"zurich cafe\"", "afé", "gro café x", "café tea", "\"gro\"", "gro cafe resume2"] {
                #expect(try await store.found(query, of: owner) == [], "\(query)")
            }
        },
        StoreRequirement("A store finds a part of a sentence in a script without spaces") { store in
            let owner = freshOwner()
            let note = try await store.add(.notes, #"{"title":"東京都の天気","content":"明日はiPhoneを買う。สวัสดีครับ"}"#, of: owner)
            for query in ["東京", "京都", "天気", "都の天", "iphone", "iphoneを", "はiph", "買う", "ดีครับ", "\"明日は\"", "明日 東京"] {
                #expect(try await store.found(query, of: owner) == [note], "\(query)")
            }
            for query in ["京東", "天都", "明買", "日明"] { #expect(try await store.found(query, of: owner) == [], "\(query)") }
        },
        StoreRequirement("A store puts titles above texts, and newer items above older ones that fit as well") { store in
            let owner = freshOwner()
            let inTitle = try await store.add(.notes, #"{"title":"violet","content":"a b c"}"#, of: owner)
            let older = try await store.add(.notes, #"{"title":"other","content":"violet b c"}"#, of: owner)
            let newer = try await store.add(.notes, #"{"title":"other","content":"violet b c"}"#, of: owner)
            let often = try await store.add(.notes, #"{"title":"other","content":"violet violet violet"}"#, of: owner)
            let rarely = try await store.add(
                .notes,
                #"{"title":"other","content":"violet"# + String(repeating: " b", count: 500) + #""}"#,
                of: owner
            )
            #expect(try await store.found("violet", of: owner) == [inTitle, often, newer, older, rarely])
        },
        StoreRequirement("A store searches only the owner's items, and only the kinds asked for") { store in
            let owner = freshOwner()
            let neighbours = [
                Owner(tenant: owner.tenant, subject: owner.subject + "2"), Owner(tenant: owner.tenant + "2", subject: owner.subject),
            ]
            for neighbour in neighbours { try await store.add(.notes, #"{"title":"heron"}"#, of: neighbour) }
            #expect(try await store.found("heron", of: owner) == [])
            let note = try await store.add(.notes, #"{"title":"heron"}"#, of: owner)
            let message = try await store.add(.chatMessages, #"{"content":"heron"}"#, of: owner)
            let category = try await store.add(.taskListCategories, #"{"name":"heron"}"#, of: owner)
            let all = try await store.found("heron", of: owner)
            #expect(Set(all) == [note, message, category])
            #expect(try await store.found("heron", [.chatMessages], of: owner) == [message])
            #expect(Set(try await store.found("heron", [.taskListCategories, .notes], of: owner)) == [note, category])
            #expect(try await store.found("heron", [.tasks, .taskLists], of: owner) == [])
            #expect(try await store.found("heron", [], of: owner) == [])
            for neighbour in neighbours { #expect(try await store.found("heron", of: neighbour).count == 1) }
            // What confines a search isn't itself found.
            let id = try #require(try await store.state(of: owner)).id.description
            for query in ["notes", "o" + id.filter { $0 != "-" }, id, note.uid.description] {
                #expect(try await store.found(query, of: owner) == [], "\(query)")
            }
        },
        StoreRequirement("A store finds items as they are now: updated, deleted, revived") { store in
            let owner = freshOwner()
            let note = try await store.add(.notes, #"{"title":"before"}"#, of: owner)
            #expect(try await store.found("before", of: owner) == [note])
            try await store.add(.notes, #"{"title":"after"}"#, note.uid, of: owner)
            #expect(try await store.found("before", of: owner) == [])
            #expect(try await store.found("after", of: owner) == [note])
            try await store.add(.notes, #"{"title":"after"}"#, note.uid, deleted: true, of: owner)
            #expect(try await store.found("after", of: owner) == [])
            try await store.add(.notes, #"{"title":"again"}"#, note.uid, of: owner)
            #expect(try await store.found("again", of: owner) == [note])
            // Gone from what is stored, though not yet from the index.
            try await store.add(.notes, #"{"title":"again"}"#, note.uid, deleted: true, of: owner)
            let stale = try await store.read(of: owner) {
                try $0.search(SearchTerms(phrases: [.init(words: ["again"], isPrefix: false)], kinds: [.notes], limit: 5))
            }
            #expect(stale.hits.isEmpty)
        },
        StoreRequirement("A store forgets with a wipe what could be searched for, and finds what comes after") { store in
            let owner = freshOwner()
            let neighbour = freshOwner()
            for owner in [owner, neighbour] {
                try await store.add(.notes, #"{"title":"egret one"}"#, of: owner)
                #expect(try await store.found("egret", of: owner).count == 1)
            }
            try await store.write(of: owner) { transaction in
                _ = try transaction.lockOwner(taking: 0)
                _ = try transaction.wipe(at: Timestamp(milliseconds: 1))
            }
            #expect(try await store.found("egret", of: owner) == [])
            let next = try await store.add(.notes, #"{"title":"egret two"}"#, of: owner)
            #expect(try await store.found("egret", of: owner) == [next])
            #expect(try await store.found("egret", of: neighbour).count == 1)
        },
        StoreRequirement("A store remembers up to where changes are searchable, in the transaction that makes them so") { store in
            struct Refused: Error {}
            let owner = freshOwner()
            #expect(try await store.read(of: owner) { try $0.searchableSequence() } == 0)
            let note = try await store.add(.notes, #"{"title":"plover"}"#, of: owner)
            let document = SearchDocument(reference: note, title: "plover", text: "")
            await #expect(throws: Refused.self) {
                try await store.write(of: owner) { transaction in
                    try transaction.makeSearchable([document], removing: [], through: 1)
                    throw Refused()
                }
            }
            let terms = SearchTerms(phrases: [.init(words: ["plover"], isPrefix: false)], kinds: [.notes], limit: 5)
            #expect(try await store.read(of: owner) { try $0.search(terms) }.hits == [])
            #expect(try await store.read(of: owner) { try $0.searchableSequence() } == 0)
            try await store.write(of: owner) { try $0.makeSearchable([document, document].suffix(1), removing: [], through: 1) }
            #expect(try await store.read(of: owner) { try $0.search(terms) }.hits.map(\.excerpt) == ["\u{E000}plover\u{E001}"])
            #expect(try await store.read(of: owner) { try $0.searchableSequence() } == 1)
            try await store.write(of: owner) { try $0.makeSearchable([], removing: [note], through: 2) }
            #expect(try await store.read(of: owner) { try $0.search(terms) }.hits == [])
            #expect(try await store.read(of: owner) { try $0.searchableSequence() } == 2)
        },
        StoreRequirement("A store takes any text for an ordinary query") { store in
            let owner = freshOwner()
            let note = try await store.add(.notes, #"{"title":"lark AND NOT OR NEAR scope text o'b rien"}"#, of: owner)
            let hostile = [
                "\"", "\"\"", "*", "lark*", "lark *", "-lark", "^lark", "title:lark", "scope:lark", "{title text}:lark", "lark OR 1",
                "NOT lark", "NEAR(lark, 2)", "(lark",
                "lark)", "lark' OR '1'='1", "'; DROP TABLE item; --", "\\", "%", "_", "\u{0}", "lark\u{0}", "\u{301}", "\u{E000}",
                "\u{200B}", "+", "\"lark", "lark\"",
                "\"lark\" AND", "\u{FEFF}lark", "\u{202E}lark", String(repeating: "lark ", count: 5000),
                String(repeating: "\"", count: 999),
                String(repeating: "x", count: 100_000), String(repeating: "東", count: 10_000), "🥰lark", "lark🥰",
            ]
            for query in hostile { _ = try await store.found(query, of: owner) }
            for query in [
                "lark*", "-lark", "^lark", "(lark", "lark)", "\"lark", "lark\"", "NOT lark", "lark AND NOT", "scope lark", "o'b", "🥰lark",
                "\u{202E}lark",
            ] {
                #expect(try await store.found(query, of: owner) == [note], "\(query)")
            }
        },
        StoreRequirement("A store searches 2,000 items as a look at each would") { store in try await SearchModel(store).check() },
        StoreRequirement("A store lets several make the same changes searchable at once") { store in
            let owner = freshOwner()
            let items = (1...600).map { sample(sequence: Int64($0), payload: #"{"title":"stork number\#($0)"}"#) }
            try await store.keep(items, of: owner)
            let service = LocalItemService(store: store)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await service.index(owner) } }
                try await group.waitForAll()
            }
            #expect(try await store.read(of: owner) { try $0.searchableSequence() } == 600)
            for item in [items[0], items[299], items[599]] {
                #expect(try await store.found("number\(item.sequence) stork", of: owner).first?.uid == item.item.uid)
            }
            let page = try await service.search(SearchQuery("stork", limit: 100), of: owner)
            #expect(page.hits.count == 100 && page.hasMore)
        },
    ]
}

extension Store {
    /// Puts an item as its owner's latest change.
    @discardableResult
    func add(_ kind: ItemKind, _ payload: String, _ uid: UID = .random(), deleted: Bool = false, of owner: Owner) async throws
        -> ItemReference
    {
        try await write(of: owner) { transaction in
            let sequence = try transaction.lockOwner(taking: 1).sequence
            try transaction.put([sample(uid, kind, sequence: sequence, deleted: deleted, payload: payload)])
        }
        return ItemReference(kind, uid)
    }

    /// What a query finds, best first.
    func found(_ query: String, _ kinds: Set<ItemKind> = Set(ItemKind.allCases), of owner: Owner) async throws -> [ItemReference] {
        let page = try await LocalItemService(store: self).search(SearchQuery(query, kinds: kinds, limit: 100), of: owner)
        return page.hits.map { ItemReference($0.item.kind, $0.item.uid) }
    }
}

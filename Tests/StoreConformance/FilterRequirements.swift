import Testing
import ToolBridge

extension StoreRequirement {
    /// Words that differ in what databases like to call the same.
    private static let words = ["a", "A", "a ", "é", "e\u{301}", "", "%", "_", "'", "\"", "🧶", "null"]

    private static func randomItem(_ number: Int64, _ parents: [ItemReference], using generator: inout SeededGenerator) -> StoredItem {
        func some(_ list: [String]) -> String { list.randomElement(using: &generator) ?? "" }
        let status = [#""status":"\#(some(Array(words.prefix(5))))","#, #""status":null,"#, #""status":5,"#, ""]
        let tags = (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
            Int.random(in: 0..<6, using: &generator) == 0 ? "7" : "\"\(some(Array(words.prefix(5))))\""
        }
        var item = sample(
            .random(using: &generator),
            Int.random(in: 0..<4, using: &generator) == 0 ? .tasks : .comments,
            sequence: number,
            deleted: Int.random(in: 0..<3, using: &generator) == 0,
            parent: (parents + [nil]).randomElement(using: &generator) ?? nil,
            payload: "{\(status.randomElement(using: &generator) ?? "")\"tags\":[\(tags.joined(separator: ","))]}"
        )
        let time = Timestamp(milliseconds: Int64.random(in: 0..<50, using: &generator))
        item.item = Item(
            uid: item.item.uid,
            kind: item.item.kind,
            version: 1,
            updatedAt: time,
            deletedAt: item.item.deletedAt,
            payload: item.item.payload
        )
        return item
    }

    static let filters = [
        StoreRequirement("A store finds what every combination of a filter means") { store in
            let owner = freshOwner()
            var generator = SeededGenerator(for: "filters")
            let uids = (0..<2).map { _ in UID.random(using: &generator) }
            let parents = uids.flatMap { [ItemReference(.notes, $0), ItemReference(.tasks, $0)] }
            let kept = (1...250).map { randomItem($0, parents, using: &generator) }
            try await store.keep(kept, of: owner)
            try await store.keep([randomItem(3, parents, using: &generator)], of: freshOwner())
            for number in 0..<1500 {
                let parent = number & 1 == 0 ? nil : parents.randomElement(using: &generator)
                let query = ItemQuery(
                    Int.random(in: 0..<4, using: &generator) == 0 ? .tasks : .comments,
                    order: number & 2 == 0 ? .oldestChangeFirst : .newestChangeFirst,
                    beyond: Bool.random(using: &generator) ? nil : Int64.random(in: 0...260, using: &generator),
                    through: Bool.random(using: &generator) ? nil : Int64.random(in: 0...260, using: &generator),
                    includesDeleted: number & 4 == 0,
                    filter: ItemFilter(
                        parentUID: parent?.uid,
                        parentKind: Bool.random(using: &generator) ? parent?.kind : nil,
                        status: number & 8 == 0 ? nil : words.prefix(7).randomElement(using: &generator),
                        tag: number & 16 == 0 ? nil : words.prefix(7).randomElement(using: &generator),
                        updatedSince: number & 32 == 0
                            ? nil : Timestamp(milliseconds: Int64.random(in: 0..<55, using: &generator))
                    ),
                    limit: [1, 3, 20, 1000].randomElement(using: &generator) ?? 1,
                    payloadBytes: [0, 200, .max].randomElement(using: &generator) ?? 0
                )
                let found = try await store.items(query, of: owner)
                #expect(found == query.answer(from: kept), "SEED=\(generator.seed), \(query)")
            }
        },
        StoreRequirement("A store says where a page must end, so that pages with an end show the same as one without") { store in
            let owner = freshOwner()
            var generator = SeededGenerator(for: "ends")
            let parent = ItemReference(.notes, .random(using: &generator))
            let kept = (1...150).map { randomItem($0, [parent], using: &generator) }
            try await store.keep(kept, of: owner)
            for number in 0..<64 {
                let whole = ItemQuery(
                    .comments,
                    order: number & 1 == 0 ? .oldestChangeFirst : .newestChangeFirst,
                    includesDeleted: number & 2 == 0,
                    filter: ItemFilter(
                        parentUID: number & 4 == 0 ? nil : parent.uid,
                        parentKind: number & 4 == 0 ? nil : .notes,
                        status: number & 8 == 0 ? nil : "a",
                        tag: number & 16 == 0 ? nil : "é",
                        updatedSince: number & 32 == 0 ? nil : Timestamp(milliseconds: 25)
                    ),
                    limit: 1000
                )
                var found: [StoredItem] = []
                var query = whole
                var pages = 0
                repeat {
                    query.through = try await store.read(of: owner) { [query] in try $0.end(of: query, visiting: 7) }
                    let page = try await store.items(query, of: owner)
                    #expect(query.through == nil || page.count <= 7, "\(query)")
                    found += page
                    query.beyond = query.through
                    pages += 1
                } while query.through != nil && pages < 100
                #expect(found == whole.answer(from: kept), "SEED=\(generator.seed), \(whole)")
                // Nothing of a query that its index answers alone is looked at in vain.
                if [0, 1, 2, 3].contains(number) || number & 0b111100 == 8 || number & 0b111100 == 16 { #expect(pages == 1, "\(whole)") }
                if number & 32 != 0, number & 0b11100 == 0 { #expect(pages > 5, "\(whole)") }
            }
        },
        StoreRequirement("A store takes the first 64 different tags of at most 256 bytes, and a status of that length") { store in
            let owner = freshOwner()
            let long = String(repeating: "x", count: 256)
            let tags = ["first", "first", long + "y"] + (0..<63).map { "t\($0)" } + ["too many"]
            let text = tags.map { "\"\($0)\"" }.joined(separator: ",")
            let tagged = sample(sequence: 1, payload: #"{"tags":[\#(text)],"status":"\#(long)"}"#)
            let other = sample(sequence: 2, payload: #"{"tags":"first","status":"\#(long)y"}"#)
            try await store.keep([tagged, other], of: owner)
            func found(_ filter: ItemFilter) async throws -> [StoredItem] {
                try await store.items(ItemQuery(.notes, filter: filter, limit: 10), of: owner)
            }
            for tag in ["first", "t0", "t62"] { #expect(try await found(ItemFilter(tag: tag)) == [tagged]) }
            for tag in ["too many", "t63", long, long + "y", "t"] { #expect(try await found(ItemFilter(tag: tag)).isEmpty) }
            #expect(try await found(ItemFilter(status: long)) == [tagged])
            #expect(try await found(ItemFilter(status: long + "y")).isEmpty)
        },
        StoreRequirement("A store finds an item by its latest tags and status alone") { store in
            let owner = freshOwner()
            let uid = UID.random()
            let states: [(payload: String, deleted: Bool)] = [
                (#"{"tags":["a","b"],"status":"s"}"#, false), (#"{"tags":["b","c"]}"#, false), (#"{"tags":["b"],"status":"t"}"#, true),
                ("{}", true), (#"{"tags":["a"],"status":"s"}"#, false), ("{}", false),
            ]
            for (number, state) in states.enumerated() {
                let item = sample(uid, sequence: Int64(number) + 1, deleted: state.deleted, payload: state.payload)
                try await store.keep([item], of: owner)
                for includesDeleted in [false, true] {
                    for filter in ["a", "b", "c"].map({ ItemFilter(tag: $0) }) + ["s", "t"].map({ ItemFilter(status: $0) }) {
                        let query = ItemQuery(.notes, includesDeleted: includesDeleted, filter: filter, limit: 10)
                        #expect(try await store.items(query, of: owner) == query.answer(from: [item]), "\(number), \(query)")
                    }
                }
            }
        },
    ]
}

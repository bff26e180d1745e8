import SQLStore
import SQLiteDriver
import StoreConformance
import Testing
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Full-text search in SQLite.
@Suite("Search")
struct SearchTests {
    @Test("the statements use their indexes, sort nothing, and bind the owner")
    func plans() async throws {
        let expected: [String: [String]] = [
            "searchProgress": ["SEARCH search_progress USING INDEX sqlite_autoindex_search_progress_1 (tenant=? AND subject=?)"],
            "recordSearchProgress": [],
            "otherSearchErasure": ["SCAN search_erasure"],
            "otherSearchProgress": ["SCAN search_progress"],
            "addDocument": [],
            "adding": [
                "SEARCH search_document USING INDEX sqlite_autoindex_search_document_1 (tenant=? AND subject=? AND kind=? AND uid=?)"
            ],
            "removing": [
                "SEARCH search_document USING INDEX sqlite_autoindex_search_document_1 (tenant=? AND subject=? AND kind=? AND uid=?)"
            ],
            "removingOne": ["SEARCH search_document USING INTEGER PRIMARY KEY (rowid=?)"],
            "eraseDocuments": [],
            "lastDocument": ["SEARCH search_document"],
            "searchErasure": ["SEARCH search_erasure USING INDEX sqlite_autoindex_search_erasure_1 (tenant=? AND subject=?)"],
            "removeSearchErasure": ["SEARCH search_erasure USING INDEX sqlite_autoindex_search_erasure_1 (tenant=? AND subject=?)"],
            "erasableDocuments": ["SEARCH search_document USING INDEX sqlite_autoindex_search_document_1 (tenant=? AND subject=?"],
            "searchedTitle": [
                "SEARCH item USING INDEX sqlite_autoindex_item_1 (tenant=? AND subject=? AND kind=? AND uid=?)",
                "SEARCH search_document USING INDEX sqlite_autoindex_search_document_1 (tenant=? AND subject=? AND kind=? AND uid=? AND rowid>?)",
            ],
            "nextSearchErasure": ["SCAN search_erasure"],
            "removeDocumentByNumber": ["SEARCH search_document USING INTEGER PRIMARY KEY (rowid=?)"],
            "planSearchMerge": [],
            "searchMerge": ["SCAN search_merge"],
            "beginSearchMerge": ["SCAN search_merge"],
            "endSearchMerge": [],
            "ownersToIndex": [
                "SEARCH owner USING INDEX sqlite_autoindex_owner_1 ((tenant,subject)>(?,?))",
                "SEARCH search_progress USING INDEX sqlite_autoindex_search_progress_1 (tenant=? AND subject=?)",
            ],
            "removeDocument": [
                "SEARCH search_document USING INDEX sqlite_autoindex_search_document_1 (tenant=? AND subject=? AND kind=? AND uid=?)"
            ],
            "removeDocuments": ["SEARCH search_document USING INDEX sqlite_autoindex_search_document_1 (tenant=? AND subject=?)"],
            "removeSearchProgress": ["SEARCH search_progress USING INDEX sqlite_autoindex_search_progress_1 (tenant=? AND subject=?)"],
            "foundItem": [
                "SEARCH search_document USING INTEGER PRIMARY KEY (rowid=?)",
                "SEARCH item USING INDEX sqlite_autoindex_item_1 (tenant=? AND subject=? AND kind=? AND uid=?)",
            ],
            "matches": ["SCAN search_index VIRTUAL TABLE INDEX 192:M3>"],
            "excerptsOneByOne": ["SCAN wanted VIRTUAL TABLE", "SCAN search_index VIRTUAL TABLE INDEX 0:=M3"],
            "excerptsInOneWalk": ["SCAN search_index VIRTUAL TABLE INDEX 0:M3><"],
        ]
        let search = SQLiteConnection.search
        let all =
            Statements.search + Statements.searchHousekeeping + [
                ("matches", search.matches), ("excerptsOneByOne", SQLSearch.excerptsOneByOne),
                ("excerptsInOneWalk", SQLSearch.excerptsInOneWalk), ("adding", search.adding), ("removing", search.removing),
                ("removingOne", search.removingOne),
            ]
        #expect(Set(all.map(\.name)) == Set(expected.keys))
        try await withDatabase { database, _ in
            for (name, statement) in all {
                let numbers = statement.text.split(separator: "$").dropFirst().map { Int($0.prefix { $0.isNumber }) }
                #expect(numbers == (0..<numbers.count).map { $0 + 1 })
                let plan = try await database.write(for: nil) { connection in
                    var lines: [String] = []
                    let values = [SQLValue](repeating: .null, count: numbers.count)
                    try connection.run(SQLStatement("EXPLAIN QUERY PLAN " + statement.text), values) { row throws(StoreError) in
                        lines.append(row.text(3) ?? "")
                        return true
                    }
                    return lines
                }
                let words = try #require(expected[name])
                // What reads the list of numbers takes many lines.
                if name != "excerptsInOneWalk" { #expect(plan.count == words.count, "\(name): \(plan)") }
                for (line, words) in zip(plan, words) { #expect(line.contains(words), "\(name): \(plan)") }
            }
        }
    }

    @Test("finds every item whose title is a random text by that title, if it has a word")
    func randomTexts() async throws {
        let seed = getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("random texts: SEED=\(seed)")
        var random = SearchTexts(seed: seed)
        try await expectFound((0..<1500).map { _ in random.next() }, "SEED=\(seed)")
    }

    @Test("finds every naughty string by itself, if it has a word")
    func naughtyStrings() async throws {
        guard let strings = try SearchTexts.naughty() else { return }
        #expect(strings.count > 500)
        try await expectFound(strings, "naughty")
    }

    /// Each text, plain and quoted, finds the item that it is the title of; a text without a word finds nothing.
    private func expectFound(_ texts: [String], _ comment: String) async throws {
        try await withDatabase { database, _ in
            let service = LocalItemService(store: SQLStore(database: database))
            for start in stride(from: 0, to: texts.count, by: 50) {
                // As many as a page holds, so that none is beyond it.
                let owner = Owner(tenant: "texts", subject: "\(start)")
                let some = texts[start..<min(texts.count, start + 50)]
                let operations = try some.map { text in
                    let payload = try Payload(parsing: Array(#"{"title":"\#(SearchTexts.escaped(text))"}"#.utf8))
                    return Result<BatchOperation, ItemError>.success(BatchOperation(.notes, .create(payload)))
                }
                let items = try await service.write(operations, .atomic, WriteContext(), of: owner).map { outcome -> Item in
                    guard case .written(let item) = outcome else { throw NotWritten() }
                    return item
                }
                for (text, item) in zip(some, items) {
                    for query in [text, "\"" + text.withoutQuotes + "\""] {
                        let page = try await service.search(SearchQuery(query, limit: 100), of: owner)
                        let hit = page.hits.first { $0.item.uid == item.uid }
                        let hasWord = SearchTerms(query, kinds: [.notes], limit: 1) != nil
                        #expect((hit != nil) == hasWord, "\(comment): \(query.debugDescription)")
                        guard let hit else { continue }
                        #expect(hit.title.map { Array($0.utf8) } == SearchTexts.shown(text).map { Array($0.utf8) })
                        // The marks are there however long the phrase is.
                        #expect(Array(hit.snippet.utf8).contains(Array("<mark>".utf8)), "\(comment): \(text.debugDescription)")
                    }
                    let isPlain = text.utf8.contains { (0x61...0x7a).contains($0) }
                    if isPlain { #expect(SearchTerms(text, kinds: [.notes], limit: 1) != nil) }
                }
            }
        }
    }

    private struct NotWritten: Error {}

    @Test("leaves no word of a wiped owner in the file", arguments: [false, true])
    func wipeErases(hasNeighbour: Bool) async throws {
        try await withDatabase { database, folder in
            let store = SQLStore(database: database)
            let service = LocalItemService(store: store)
            let owner = Owner(tenant: "a", subject: "b")
            let neighbour = Owner(tenant: "a", subject: "c")
            for owner in hasNeighbour ? [owner, neighbour] : [owner] {
                for number in 0..<40 {
                    let word = owner == neighbour ? "harmless" : "xanthippe"
                    _ = try await service.create(
                        try Payload(parsing: Array(#"{"title":"\#(word)\#(number)"}"#.utf8)),
                        .notes,
                        epoch: nil,
                        of: owner
                    )
                    if number % 10 == 9 { try await service.index(owner) }
                }
            }
            #expect(try await service.search(SearchQuery("xanthippe"), of: owner).hits.count == 20)
            _ = try await service.wipe(epoch: nil, of: owner)
            #expect(try await service.search(SearchQuery("xanthippe"), of: owner).hits.isEmpty)
            var steps = 0
            while try await service.eraseSome() { steps += 1 }
            #expect((steps > 0) == hasNeighbour)
            if hasNeighbour { #expect(try await service.search(SearchQuery("harmless"), of: neighbour).hits.count == 20) }
            await database.close()
            let bytes = contents(folder.file)
            let word = Array("anthippe".utf8)
            let isThere = bytes.indices.dropLast(word.count).contains {
                bytes[$0] == word[0] && bytes[$0..<($0 + word.count)].elementsEqual(word)
            }
            #expect(!isThere)
        }
    }
}

extension String {
    /// With a space for each double quote.
    fileprivate var withoutQuotes: String {
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            let isQuote = scalar == "\"" || ("\u{201C}"..."\u{201F}").contains(scalar)
            scalars.append(isQuote ? " " : scalar)
        }
        return String(scalars)
    }
}

extension Array where Element: Equatable {
    fileprivate func contains(_ part: [Element]) -> Bool {
        count >= part.count && (0...(count - part.count)).contains { self[$0..<($0 + part.count)].elementsEqual(part) }
    }
}

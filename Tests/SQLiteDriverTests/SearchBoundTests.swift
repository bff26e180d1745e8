import SQLStore
import SQLiteDriver
import StoreConformance
import Synchronization
import Testing
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What one owner's texts and queries cost everybody.
@Suite("Bounds of search", .serialized)
struct SearchBoundTests {
    private static let owner = Owner(tenant: "acme", subject: "ada")
    private static let neighbour = Owner(tenant: "acme", subject: "grace")

    private func withService(_ body: (LocalItemService, SQLiteDatabase) async throws -> Void) async throws {
        try await withDatabase { database, _ in try await body(LocalItemService(store: SQLStore(database: database)), database) }
    }

    private func push(_ payloads: [String], of owner: Owner = owner, _ service: LocalItemService) async throws {
        let operations = try payloads.map { payload in
            Result<BatchOperation, ItemError>.success(BatchOperation(.notes, .create(try Payload(parsing: Array(payload.utf8)))))
        }
        for start in stride(from: 0, to: operations.count, by: 100) {
            _ = try await service.write(Array(operations[start..<min(start + 100, operations.count)]), .atomic, WriteContext(), of: owner)
        }
    }

    private func processorTime(_ body: () async throws -> Void) async rethrows -> Double {
        func seconds() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let begin = seconds()
        try await body()
        return seconds() - begin
    }

    @Test("an excerpt of a text full of occurrences takes no longer than of any other", arguments: ["k ", "k k\u{301} ", "東"])
    func manyOccurrences(word: String) async throws {
        try await withService { service, _ in
            try await push([#"{"title":"t","content":"\#(String(repeating: word, count: 131_072 / word.utf8.count))"}"#], service)
            try await service.index(Self.owner)
            var page = SearchPage(hits: [], hasMore: false)
            let query = word == "東" ? word : "k"
            let time = try await processorTime { page = try await service.search(SearchQuery(query), of: Self.owner) }
            #expect(page.hits.count == 1)
            #expect(page.hits.first?.snippet.contains("<mark>\(query)</mark>") == true)
            #expect(time < 1, "\(time) s")
        }
    }

    @Test("titles and excerpts are short, whatever the texts", arguments: ["x", "é", "東", "🥰", "-", "&", "x ", "—x"])
    func sizes(filler: String) async throws {
        try await withService { service, _ in
            let long = String(repeating: filler, count: 120_000 / filler.utf8.count)
            try await push(
                [
                    #"{"title":"\#(long)","content":"needle \#(long) pin"}"#, #"{"title":"needle\#(long)","content":"\#(long) pin"}"#,
                    #"{"content":"\#(long) needle \#(long)"}"#, #"{"content":"nee\#(long)"}"#,
                ],
                service
            )
            try await service.index(Self.owner)
            for query in ["needle", "pin", "nee", "x", "東", "needle pin"] {
                for hit in try await service.search(SearchQuery(query), of: Self.owner).hits {
                    let title = hit.title ?? ""
                    #expect(title.utf8.count <= 203)
                    let plain = hit.snippet.replacing("&amp;", with: "&").replacing("<mark>", with: "").replacing("</mark>", with: "")
                    #expect(plain.utf8.count <= 606)
                    #expect(hit.snippet.contains("<mark>"), "\(query): \(hit.snippet)")
                    #expect(!hit.snippet.contains("\u{FFFD}"))
                }
            }
        }
    }

    @Test("the excerpt is of the place where most of the words are")
    func bestPlace() async throws {
        try await withService { service, _ in
            let filler = (0..<300).map { "w\($0)" }.joined(separator: " ")
            let content = "one \(filler) two \(filler) \"one two\" (three) \(filler) one"
            try await push([#"{"title":"one two three","content":"\#(content.replacing("\"", with: "'"))"}"#], service)
            let hit = try #require(try await service.search(SearchQuery("one two three"), of: Self.owner).hits.first)
            #expect(hit.snippet.contains("&#39;<mark>one</mark> <mark>two</mark>&#39; (<mark>three</mark>)"))
            #expect(hit.snippet.hasPrefix("…w") && hit.snippet.hasSuffix("…"))
            let phrase = try #require(try await service.search(SearchQuery("\"one two\" \"two three\""), of: Self.owner).hits.first)
            #expect(phrase.snippet.contains("<mark>one two&#39; (three</mark>)"))
        }
    }

    @Test("no query takes long, among texts full of its words")
    func hostileQueries() async throws {
        try await withService { service, _ in
            let texts = (0..<100).map { #"{"title":"t\#($0)","content":"\#(String(repeating: "k ", count: 60_000))x"}"# }
            try await push(texts, service)
            try await service.index(Self.owner)
            let queries = [
                (0..<32).map { _ in "k" }.joined(separator: " "), "\"" + String(repeating: "k ", count: 64) + "\"",
                (0..<32).map { _ in "\"k k\"" }.joined(separator: " "), "\"" + String(repeating: "k ", count: 63) + "x\"",
                (0..<31).map { _ in "\"k x\"" }.joined(separator: " ") + " t",
            ]
            for query in queries {
                var page = SearchPage(hits: [], hasMore: false)
                let time = await processorTime {
                    do {
                        page = try await service.search(SearchQuery(query, limit: 100), of: Self.owner)
                    } catch {
                        let cause = (error as? ItemError)?.underlying
                        #expect(cause.map { "\($0)".contains("too much") } == true)
                    }
                }
                print("hostile: \(query.prefix(20)) \(time) s, \(page.hits.count) hits, complete \(page.isComplete)")
                // Without a bound it's seconds. The debug build of what looks at a document is what remains.
                #expect(time < 2.5, "\(query.prefix(20)): \(time) s")
            }
            // Nothing of it remains with the connection.
            #expect(try await service.search(SearchQuery("\"t7\""), of: Self.owner).hits.count == 1)
        }
    }

    @Test("wherever its time ends, a read fails as overtime and the connection goes on")
    func overtime() async throws {
        try await withService { service, database in
            try await push((0..<3000).map { #"{"title":"t\#($0)","content":"alpha beta gamma\#($0) \#(UID.random())"}"# }, service)
            try await service.index(Self.owner)
            let state = try #require(try await service.state(of: Self.owner))
            #expect(state.epoch == 1)
            var overtimes = 0
            for microseconds in stride(from: 0, through: 4000, by: 40) {
                do {
                    try await database.read(for: nil) { connection in
                        try connection.limited(to: .microseconds(microseconds)) { () throws(StoreError) in
                            for match in ["{title text} : \"alph\" *", "\"alpha beta\"", "\"gamm\" *"] {
                                let statement = SQLStatement(
                                    "SELECT rowid, search_rank(search_index), search_excerpt(search_index) FROM search_index WHERE search_index MATCH $1"
                                )
                                try connection.run(statement, [.text(match)]) { _ throws(StoreError) in true }
                            }
                        }
                    }
                } catch StoreError.unavailable(let cause) {
                    #expect(cause is SQLOvertime, "\(cause)")
                    overtimes += 1
                }
                let page = try await service.search(SearchQuery("gamma7"), of: Self.owner)
                #expect(!page.hits.isEmpty)
            }
            #expect(overtimes > 10)
        }
    }

    @Test("an item with as many values as a payload may have, and what the server adds, is found")
    func manyValues() async throws {
        try await withService { service, _ in
            let numbers = String(repeating: "1,", count: Limits.payloadValues - 4)
            try await push([#"{"title":"bittern","x":[\#(numbers)1]}"#], service)
            let hit = try #require(try await service.search(SearchQuery("bittern"), of: Self.owner).hits.first)
            #expect(hit.title == "bittern")
        }
    }

    @Test("a wipe's work doesn't grow with what others have, nor with what the owner had to be searched for")
    func wipe() async throws {
        try await withService { service, database in
            for owner in [Self.owner, Self.neighbour] {
                try await push((0..<500).map { #"{"title":"t\#($0)","content":"egret"}"# }, of: owner, service)
                try await service.index(owner)
            }
            let uid = try #require(try await service.search(SearchQuery("t1"), of: Self.owner).hits.first).item.uid
            func documents() async throws -> Int64 {
                let count = SQLStatement("SELECT COUNT(*) FROM search_document")
                return try await database.read(for: nil) { try $0.first(count) { $0.integer(0) ?? 0 } ?? 0 }
            }
            _ = try await service.wipe(epoch: nil, of: Self.owner)
            #expect(try await documents() == 1000)
            // What comes anew under the same name isn't shown with what it was before.
            let again = try Payload(parsing: Array(#"{"uid":"\#(uid)","title":"heron"}"#.utf8))
            _ = try await service.create(again, .notes, epoch: nil, of: Self.owner)
            #expect(try await service.search(SearchQuery("egret"), of: Self.owner).hits.isEmpty)
            var steps = 0
            while try await service.eraseSome() {
                steps += 1
                #expect(try await service.search(SearchQuery("heron"), of: Self.owner).hits.map(\.item.uid) == [uid])
                #expect(try await service.search(SearchQuery("egret"), of: Self.owner).hits.isEmpty)
            }
            #expect(steps >= 500 / 32)
            #expect(try await documents() == 501)
            #expect(try await service.search(SearchQuery("egret", limit: 100), of: Self.neighbour).hits.count == 100)
            #expect(try await !service.eraseSome())
            let check = SQLStatement("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)")
            try await database.write(for: nil) { try $0.run(check) }
        }
    }

    @Test("of many who search at once one makes the changes searchable, a few at a time")
    func singleFlight() async throws {
        try await withService { service, database in
            try await push((0..<1000).map { #"{"title":"stork\#($0)"}"# }, service)
            let before = database.statistics
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let page = try await service.search(SearchQuery("stork999"), of: Self.owner)
                        #expect(page.isComplete)
                    }
                }
                try await group.waitForAll()
            }
            let writes = database.statistics.writes - before.writes
            #expect(writes >= 1000 / 32 && writes <= 1000 / 32 + 2, "\(writes)")
        }
    }

    @Test("making changes searchable ends with the caller's task")
    func cancellation() async throws {
        try await withService { service, _ in
            try await push((0..<200).map { #"{"title":"stork\#($0)"}"# }, service)
            let isComplete = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.cancelAll()
                group.addTask { try await service.index(Self.owner) }
                return try await group.next() ?? true
            }
            #expect(!isComplete)
        }
    }

    @Test("a store lists the owners whose changes can't all be searched for")
    func ownersToIndex() async throws {
        try await withService { service, _ in
            let owners = (100..<700).map { Owner(tenant: "t\($0 % 7)", subject: "s\($0)") }
            for owner in owners { try await push([#"{"title":"x"}"#], of: owner, service) }
            for owner in owners.prefix(300) { try await service.index(owner) }
            try await push([#"{"title":"y"}"#], of: owners[0], service)
            var found: [Owner] = []
            var last: Owner?
            repeat {
                let some = try await service.ownersToIndex(after: last)
                #expect(some.behind.count <= 256)
                found += some.behind
                last = some.last
            } while last != nil
            #expect(found.count == 301 && Set(found) == Set(owners.suffix(300) + [owners[0]]))
        }
    }
}

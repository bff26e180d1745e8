import SQLStore
import SQLiteDriver
import Testing
import ToolBridge

/// Search as its callers see it.
@Suite("Search service")
struct SearchServiceTests {
    private static let owner = Owner(tenant: "acme", subject: "ada")

    private func withService(_ body: (LocalItemService) async throws -> Void) async throws {
        try await withDatabase { database, _ in try await body(LocalItemService(store: SQLStore(database: database))) }
    }

    private func make(_ kind: ItemKind, _ payload: String, _ service: LocalItemService) async throws -> Item {
        try await service.create(try Payload(parsing: Array(payload.utf8)), kind, epoch: nil, of: Self.owner)
    }

    @Test("a hit has the item, its title, an excerpt and the parent with its title")
    func hits() async throws {
        try await withService { service in
            let note = try await make(.notes, #"{"title":"東京 <Plans>","content":"none"}"#, service)
            let comment = try await make(
                .comments,
                #"{"content":"Is <b>Tom's</b> milk & bread \"fresh\"?","parentType":"note","parentUid":"\#(note.uid)"}"#,
                service
            )
            let page = try await service.search(SearchQuery("milk bre"), of: Self.owner)
            let parent = SearchHit.Parent(reference: ItemReference(.notes, note.uid), title: "東京 <Plans>")
            let snippet = "Is &lt;b&gt;Tom&#39;s&lt;/b&gt; <mark>milk</mark> &amp; <mark>bread</mark> &quot;fresh&quot;?"
            let hit = SearchHit(item: FoundItem(comment), title: nil, snippet: snippet, parent: parent)
            #expect(page == SearchPage(hits: [hit], hasMore: false))
            let own = try #require(try await service.search(SearchQuery("京"), of: Self.owner).hits.first)
            #expect(own == SearchHit(item: FoundItem(note), title: "東京 <Plans>", snippet: "東<mark>京</mark> &lt;Plans&gt;", parent: nil))

            // A parent that is no longer alive has no title; one that was never there neither.
            _ = try await service.mutate(note.uid, .notes, .delete, expecting: nil, epoch: nil, of: Self.owner)
            let orphan = try #require(try await service.search(SearchQuery("milk"), of: Self.owner).hits.first)
            #expect(orphan.parent == SearchHit.Parent(reference: ItemReference(.notes, note.uid), title: nil))
            let list = UID.random()
            _ = try await make(.tasks, #"{"title":"milk round","taskListUid":"\#(list)"}"#, service)
            let task = try #require(try await service.search(SearchQuery("round"), of: Self.owner).hits.first)
            #expect(task.title == "milk round" && task.parent == SearchHit.Parent(reference: ItemReference(.taskLists, list), title: nil))
        }
    }

    @Test("the excerpt is about the words, wherever they are in a long text")
    func excerpts() async throws {
        try await withService { service in
            let filler = (0..<3000).map { "w\($0)" }.joined(separator: " ")
            _ = try await make(.notes, #"{"title":"long","content":"\#(filler) needle \#(filler)"}"#, service)
            let snippet = try #require(try await service.search(SearchQuery("needle"), of: Self.owner).hits.first).snippet
            #expect(snippet.hasPrefix("…") && snippet.hasSuffix("…") && snippet.contains("<mark>needle</mark>"))
            #expect(snippet.split(separator: " ").count == 24)
        }
    }

    @Test("a page says whether more was found", arguments: [(1, true), (3, true), (4, false), (100, false), (0, true), (5000, false)])
    func pages(limit: Int, hasMore: Bool) async throws {
        try await withService { service in
            for number in 0..<4 { _ = try await make(.notes, #"{"title":"finch \#(number)"}"#, service) }
            let page = try await service.search(SearchQuery("finch", limit: limit), of: Self.owner)
            #expect(page.hits.count == min(4, max(1, limit)) && page.hasMore == hasMore)
            let nothing = try await service.search(SearchQuery("?!", limit: limit), of: Self.owner)
            #expect(nothing == SearchPage(hits: [], hasMore: false))
        }
    }

    @Test("a search finds all that was written before it, and says so while there is too much of it")
    func catchUp() async throws {
        try await withService { service in
            var changes: [Result<Change, ItemError>] = []
            for number in 0..<1000 {
                let payload = #"{"uid":"\#(UID.random())","title":"swift number\#(number)","updatedTs":"2026-03-01T10:00:00.000Z"}"#
                changes.append(.success(try Change(reading: Payload(parsing: Array(payload.utf8)), .notes)))
            }
            _ = try await service.push(changes, .notes, epoch: 1, of: Self.owner)
            #expect(try await service.search(SearchQuery("number0"), of: Self.owner).hits.count == 1)
            #expect(try await service.search(SearchQuery("\"number999\""), of: Self.owner).hits.count == 1)
            #expect(try await service.search(SearchQuery("number99 swift"), of: Self.owner).hits.first?.title == "swift number99")
            // The newest of equals first.
            let page = try await service.search(SearchQuery("swift", limit: 3), of: Self.owner)
            #expect(page.hits.map(\.title) == ["swift number999", "swift number998", "swift number997"])
        }
    }

    @Test("after an import a search is bounded work, says that it is not complete, and goes on where the last one stopped")
    func importing() async throws {
        try await withService { service in
            for batch in 0..<5 {
                let changes = try (0..<1000).map { number -> Result<Change, ItemError> in
                    let payload = #"{"uid":"\#(UID.random())","title":"stork batch\#(batch)"}"#
                    return .success(try Change(reading: Payload(parsing: Array(payload.utf8)), .notes))
                }
                _ = try await service.push(changes, .notes, epoch: 1, of: Self.owner)
            }
            var found: [Bool] = []
            while found.last != true, found.count < 9 {
                let page = try await service.search(SearchQuery("batch4"), of: Self.owner)
                #expect(!page.hits.isEmpty || !page.isComplete)
                found.append(page.isComplete)
            }
            #expect(found == [false, false, true])
        }
    }

    @Test("an item of the greatest size is found, and slices of such items too")
    func largeItems() async throws {
        try await withService { service in
            let content = String(repeating: "x", count: 900_000)
            for number in 0..<4 { _ = try await make(.notes, #"{"title":"large\#(number)","content":"\#(content)"}"#, service) }
            for number in 0..<4 { #expect(try await service.search(SearchQuery("large\(number)"), of: Self.owner).hits.count == 1) }
        }
    }

    @Test("searching changes nothing that a follower would see")
    func noChanges() async throws {
        try await withService { service in
            _ = try await make(.notes, #"{"title":"wren"}"#, service)
            let before = try await service.state(of: Self.owner)
            #expect(try await service.search(SearchQuery("wren"), of: Self.owner).hits.count == 1)
            #expect(try await service.state(of: Self.owner) == before)
            let stranger = Owner(tenant: "acme", subject: "nobody")
            #expect(try await service.search(SearchQuery("wren"), of: stranger).hits.isEmpty)
            #expect(try await service.state(of: stranger) == nil)
        }
    }
}

extension FoundItem {
    init(_ item: Item) {
        self.init(kind: item.kind, uid: item.uid, version: item.version, updatedAt: item.updatedAt)
    }
}

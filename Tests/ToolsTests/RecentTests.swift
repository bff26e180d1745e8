import JSON
import Testing
import ToolBridge

/// The latest changes over several kinds, and pages of a size, over a real database.
@Suite struct RecentTests {
    /// Items of mixed kinds and sizes, some of them changed or deleted since, in the order of their latest change.
    private static func fill(_ service: LocalItemService, _ count: Int, using generator: inout Seeded, _ clock: TestClock) async throws
        -> [Item]
    {
        let chat = try await service.create(Payload(#"{"n":0}"#), .chats, epoch: nil, of: .me)
        var items = [chat]
        var operations: [Result<BatchOperation, ItemError>] = []
        for number in 1..<count {
            let kind = ItemKind.allCases.filter { $0 != .comments }.randomElement(using: &generator) ?? .notes
            let text = String(repeating: "x", count: Int.random(in: 0..<400, using: &generator))
            let uid = UID.numbered(number)
            let payload = #"{"uid":"\#(uid)","chatUid":"\#(chat.uid)","n":\#(number),"text":"\#(text)"}"#
            operations.append(.success(BatchOperation(kind, .create(try Payload(payload)))))
            if Int.random(in: 0..<4, using: &generator) == 0 {
                operations.append(.success(BatchOperation(kind, .mutate(uid, .delete, expecting: nil))))
            }
            guard operations.count >= 40 || number == count - 1 else { continue }
            clock.advance(1000)
            items += try await service.write(operations, .independent, WriteContext(), of: .me).compactMap(\.item)
            operations = []
        }
        for item in items.filter({ $0.deletedAt == nil }).prefix(count).filter({ _ in Int.random(in: 0..<6, using: &generator) == 0 }) {
            let current = try await service.item(item.uid, item.kind, includeDeleted: true, of: .me)
            guard current.deletedAt == nil, item.uid != chat.uid else { continue }
            clock.advance(10)
            items.append(
                try await service.mutate(item.uid, item.kind, .patch(try Payload(#"{"p":1}"#)), expecting: nil, epoch: nil, of: .me)
            )
        }
        var latest: [Item] = []
        var seen: Set<ItemReference> = []
        for item in items.reversed() where seen.insert(ItemReference(item.kind, item.uid)).inserted { latest.append(item) }
        return latest.reversed()
    }

    private static func pages(_ service: LocalItemService, _ query: RecentQuery) async throws -> [[Item]] {
        var (query, pages) = (query, [[Item]]())
        while pages.count < 1000 {
            let page = try await service.recent(query, of: .me)
            pages.append(page.items)
            guard let next = page.nextCursor else { break }
            #expect(next.utf8.count <= SyncCursor.maximumLength)
            query.cursor = next
        }
        return pages
    }

    @Test func pagesShowEveryItemOfMixedKindsOnceNewestChangeFirst() async throws {
        try await withService { service, clock in
            var generator = Seeded(for: "recent changes")
            #expect(try await service.recent(RecentQuery(), of: .me) == ItemPage(items: [], nextCursor: nil))
            let items = try await Self.fill(service, 450, using: &generator, clock)
            #expect(items.count == 450)
            _ = try await service.create(Payload("{}"), .notes, epoch: nil, of: .other)
            let middle = items[200].updatedAt
            for kinds in [Set(ItemKind.allCases), [.tasks], [.notes, .chats, .chatMessages], [.comments], []] {
                for includeDeleted in [true, false] {
                    for since in [nil, middle] {
                        let earliest = since ?? Timestamp(milliseconds: 0)
                        let expected = items.reversed().filter { item in
                            kinds.contains(item.kind) && (includeDeleted || item.deletedAt == nil) && item.updatedAt >= earliest
                        }
                        for (limit, bytes) in [(1000, nil), (50, nil), (7, 2000), (200, 10_000), (1000, 0), (1, nil)] as [(Int, Int?)] {
                            guard limit > 7 || kinds.count < 7 else { continue }
                            let query = RecentQuery(
                                kinds: kinds,
                                limit: limit,
                                includeDeleted: includeDeleted,
                                updatedSince: since,
                                maximumBytes: bytes
                            )
                            let pages = try await Self.pages(service, query)
                            let what: Comment = "\(kinds.count) kinds, \(includeDeleted), \(limit), \(bytes ?? 0), SEED=\(generator.seed)"
                            #expect(pages.flatMap { $0 }.map(\.uid) == expected.map(\.uid), what)
                            #expect(pages.flatMap { $0 } == expected, what)
                            #expect(pages.allSatisfy { $0.count <= limit }, what)
                            if let bytes { check(pages, bytes, limit: limit, what) }
                        }
                    }
                }
            }
        }
    }

    /// Each page is as full as it may be, and no fuller.
    private func check(_ pages: [[Item]], _ bytes: Int, limit: Int, _ what: Comment) {
        func size(_ items: some Sequence<Item>) -> Int { items.reduce(0) { $0 + $1.payload.count + Limits.envelopeBytes } }
        for page in pages where page.count > 1 { #expect(size(page) <= bytes, what) }
        for (page, next) in zip(pages, pages.dropFirst()) where page.count < limit {
            #expect(size(page + next.prefix(1)) > bytes, what)
        }
    }

    @Test(arguments: [SyncCursor.Direction.oldestChangeFirst, .newestChangeFirst])
    func aListEndsBeforeTheItemWithWhichItWouldBeTooLarge(_ direction: SyncCursor.Direction) async throws {
        try await withService { service, clock in
            var generator = Seeded(for: "recent changes")
            let items = try await Self.fill(service, 300, using: &generator, clock).filter { $0.kind == .tasks && $0.deletedAt == nil }
            #expect(items.count > 20)
            let expected = direction == .oldestChangeFirst ? items : items.reversed()
            let first = expected[0].payload.count + Limits.envelopeBytes
            let second = first + expected[1].payload.count + Limits.envelopeBytes
            for bytes in [-5, 0, 1, first - 1, first, second - 1, second, 3000, 10_000, .max, .min] {
                for limit in [1, 2, 10, 1000] {
                    var query = ListQuery(limit: limit, direction: direction, maximumBytes: bytes)
                    var pages: [[Item]] = []
                    while pages.count < 1000 {
                        let page = try await service.list(.tasks, query, of: .me)
                        pages.append(page.items)
                        guard let next = page.nextCursor else { break }
                        query.cursor = next
                    }
                    #expect(pages.flatMap { $0 } == expected, "\(bytes), \(limit)")
                    check(pages, bytes, limit: limit, "\(bytes), \(limit), SEED=\(generator.seed)")
                }
            }
            let exact = try await service.list(.tasks, ListQuery(direction: direction, maximumBytes: second), of: .me)
            #expect(exact.items == Array(expected.prefix(2)))
            let less = try await service.list(.tasks, ListQuery(direction: direction, maximumBytes: second - 1), of: .me)
            #expect(less.items == Array(expected.prefix(1)))
        }
    }

    @Test func anItemLargerThanThePageComesAlone() async throws {
        try await withService { service, _ in
            let long = #"{"a":"\#(String(repeating: "x", count: 100_000))"}"#
            for payload in ["{}", long, "{}", long, long] { _ = try await service.create(Payload(payload), .notes, epoch: nil, of: .me) }
            for kinds in [Set(ItemKind.allCases), [.notes]] {
                let pages = try await Self.pages(service, RecentQuery(kinds: kinds, maximumBytes: 40_000))
                #expect(pages.map(\.count) == [1, 1, 1, 1, 1])
                #expect(try await Self.pages(service, RecentQuery(kinds: kinds, maximumBytes: 150_000)).map(\.count) == [1, 2, 2])
            }
        }
    }

    @Test func aPageEndsWhereItHasLookedAtTenThousandChanges() async throws {
        try await withService { service, _ in
            func push(_ kind: ItemKind, _ numbers: Range<Int>) async throws {
                for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 1000) {
                    let changes = (start..<min(start + 1000, numbers.upperBound)).map { number in
                        Result<Change, ItemError>.success(
                            Change(uid: .numbered(number), kind: kind, updatedAt: nil, payload: Array("{}".utf8))
                        )
                    }
                    _ = try await service.push(changes, kind, epoch: 1, of: .me)
                }
            }
            try await push(.notes, 1..<4)
            try await push(.tasks, 10..<(10 + Limits.pageVisits))
            // Two kinds share the sequence with the others; one has its own index.
            let page = try await service.recent(RecentQuery(kinds: [.notes, .chats], limit: 2), of: .me)
            #expect(page.items.isEmpty)
            let cursor = try #require(page.nextCursor)
            let next = try await service.recent(RecentQuery(kinds: [.notes, .chats], limit: 2, cursor: cursor), of: .me)
            #expect(next.items.map(\.uid) == [.numbered(3), .numbered(2)])
            let last = try await service.recent(RecentQuery(kinds: [.notes, .chats], limit: 2, cursor: next.nextCursor), of: .me)
            #expect(last.items.map(\.uid) == [.numbered(1)] && last.nextCursor == nil)
            #expect(try await service.recent(RecentQuery(kinds: [.notes], limit: 2), of: .me).items.count == 2)
        }
    }

    @Test func aCursorBelongsToItsOwnerItsKindsAndItsFilter() async throws {
        try await withService { service, clock in
            for owner in [Owner.me, .other] {
                for kind in [ItemKind.notes, .tasks, .notes] { _ = try await service.create(Payload("{}"), kind, epoch: nil, of: owner) }
            }
            func cursor(_ query: RecentQuery) async throws -> String {
                var query = query
                query.limit = 1
                return try #require(try await service.recent(query, of: .me).nextCursor)
            }
            func error(_ text: String, _ query: RecentQuery, of owner: Owner = .me) async -> ItemError? {
                var query = query
                query.cursor = text
                return await refusal { _ = try await service.recent(query, of: owner) }
            }
            let since = clock.now
            let queries = [
                RecentQuery(), RecentQuery(kinds: [.notes]), RecentQuery(kinds: [.notes, .tasks]), RecentQuery(includeDeleted: false),
                RecentQuery(updatedSince: since), RecentQuery(updatedSince: since.adding(milliseconds: -1)),
                RecentQuery(kinds: [.notes], includeDeleted: false, updatedSince: since),
            ]
            for (number, query) in queries.enumerated() {
                let text = try await cursor(query)
                for (other, foreign) in queries.enumerated() {
                    #expect(await error(text, foreign) == (other == number ? nil : .invalidCursor), "\(number), \(other)")
                }
                #expect(await error(text, query, of: .other) == .invalidCursor)
                var smaller = query
                (smaller.limit, smaller.maximumBytes) = (7, 1)
                #expect(await error(text, smaller) == nil)
                for direction in [SyncCursor.Direction.oldestChangeFirst, .newestChangeFirst] {
                    let list = await refusal { _ = try await service.list(.notes, ListQuery(cursor: text, direction: direction), of: .me) }
                    #expect(list == .invalidCursor)
                }
                #expect(await refusal { _ = try await service.changes(FeedQuery(cursor: text), of: .me) } == .invalidCursor)
                // From a database that has been restored since.
                let sequence = try #require(try await service.state(of: .me)?.sequence)
                #expect(await error(SyncCursor(.recent(query), sequence: sequence).text(for: .me), query) == nil)
                #expect(await error(SyncCursor(.recent(query), sequence: sequence + 1).text(for: .me), query) == .invalidCursor)
            }
            let feed = try await service.changes(FeedQuery(limit: 1), of: .me).checkpoint
            let list = try #require(try await service.list(.notes, ListQuery(limit: 1, direction: .newestChangeFirst), of: .me).nextCursor)
            for text in [feed, list, "not base64!", String(repeating: "A", count: 129)] {
                #expect(await error(text, RecentQuery()) == .invalidCursor)
                #expect(await error(text, RecentQuery(kinds: [.notes])) == .invalidCursor)
            }
        }
    }
}

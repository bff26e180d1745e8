import JSON
import Testing
import ToolBridge

/// The feed over all kinds, over a real database.
@Suite struct FeedTests {
    private static func page(_ service: LocalItemService, _ query: FeedQuery, of owner: Owner = .me) async throws -> FeedPage {
        try await service.changes(query, of: owner)
    }

    @Test func theFeedShowsTheLatestChangeOfEveryItemInOrder() async throws {
        try await withService { service, _ in
            let empty = try await Self.page(service, FeedQuery())
            #expect(empty.changes.isEmpty && !empty.hasMore && empty.epoch == 1)
            #expect(try await Self.page(service, FeedQuery(cursor: empty.checkpoint)) == empty)
            var items: [Item] = []
            for number in 0..<21 {
                let kind = [ItemKind.notes, .tasks, .chats][number % 3]
                items.append(try await service.create(Payload(#"{"n":\#(number)}"#), kind, epoch: nil, of: .me))
            }
            _ = try await service.create(Payload("{}"), .notes, epoch: nil, of: .other)
            items.append(try await service.mutate(items[4].uid, .tasks, .delete, expecting: nil, epoch: nil, of: .me))
            items.remove(at: 4)
            for kinds in [Set(ItemKind.allCases), [.tasks], [.notes, .chats], [.comments]] {
                let expected = items.filter { kinds.contains($0.kind) }
                for limit in [1, 4, 21, 1000] {
                    var (seen, cursor): ([FeedChange], String?) = ([], empty.checkpoint)
                    if kinds.count < 7 { cursor = nil }
                    var hasMore = true
                    while hasMore {
                        let page = try await Self.page(service, FeedQuery(cursor: cursor, limit: limit, kinds: kinds, epoch: 1))
                        #expect(page.changes.count <= limit)
                        if let last = page.changes.last { #expect(page.checkpoint == last.cursor) }
                        seen += page.changes
                        (cursor, hasMore) = (page.checkpoint, page.hasMore)
                    }
                    #expect(seen.map(\.item) == expected, "\(kinds), \(limit)")
                    let end = try await Self.page(service, FeedQuery(cursor: cursor, kinds: kinds))
                    #expect(end.changes.isEmpty && end.checkpoint == cursor && !end.hasMore)
                    // Each change's own cursor leads to the next.
                    for (change, next) in zip(seen, seen.dropFirst()) {
                        let page = try await Self.page(service, FeedQuery(cursor: change.cursor, limit: 1, kinds: kinds))
                        #expect(page.changes == [next])
                    }
                }
            }
            #expect(try await Self.page(service, FeedQuery(kinds: [])).changes.isEmpty)
        }
    }

    @Test func aCursorBelongsToItsOwnerItsKindsAndItsEpoch() async throws {
        try await withService { service, _ in
            for owner in [Owner.me, .other] {
                for _ in 1...3 { _ = try await service.create(Payload("{}"), .notes, epoch: nil, of: owner) }
            }
            let all = try await Self.page(service, FeedQuery(limit: 1)).checkpoint
            let some = try await Self.page(service, FeedQuery(limit: 1, kinds: [.notes])).checkpoint
            let pull = try await service.pull(.notes, cursor: nil, limit: 1, epoch: 1, of: .me).checkpoint
            func error(_ cursor: String, _ kinds: Set<ItemKind>? = nil, epoch: Int64? = nil, of owner: Owner = .me) async -> ItemError? {
                let query = FeedQuery(cursor: cursor, kinds: kinds ?? Set(ItemKind.allCases), epoch: epoch)
                return await refusal { _ = try await Self.page(service, query, of: owner) }
            }
            #expect(await error(all) == nil)
            #expect(await error(some, [.notes]) == nil)
            #expect(await error(all, [.notes]) == .invalidCursor)
            #expect(await error(some) == .invalidCursor)
            #expect(await error(some, [.tasks]) == .invalidCursor)
            #expect(await error(some, [.notes, .tasks]) == .invalidCursor)
            #expect(await error(all, of: .other) == .invalidCursor)
            #expect(await error(pull) == .invalidCursor)
            #expect(await error(pull, [.notes]) == .invalidCursor)
            #expect(await refusal { _ = try await service.pull(.notes, cursor: all, limit: 1, epoch: 1, of: .me) } == .invalidCursor)
            for garbage in ["not base64!", "Zm9v", String(repeating: "A", count: 129)] { #expect(await error(garbage) == .invalidCursor) }
            let beyond = SyncCursor(.feed(Set(ItemKind.allCases)), epoch: 1, sequence: 4).text(for: .me)
            #expect(await error(beyond) == .invalidCursor)
            // The predecessor's starts again.
            let old = "MTczMDYzNTIwMDAwMHxjMWQ5YjdkYy1hMWIyLTRjM2QtOWU4Zi03YTZiNWM0ZDNlMmY"
            #expect(try await Self.page(service, FeedQuery(cursor: old)).changes.count == 3)

            #expect(await error(all, epoch: 2) == .epochMismatch(1))
            #expect(await error("garbage!", epoch: 2) == .epochMismatch(1))
            _ = try await service.wipe(epoch: nil, of: .me)
            #expect(await error(all) == .epochMismatch(2))
            #expect(await error(all, epoch: 1) == .epochMismatch(2))
            let fresh = try await Self.page(service, FeedQuery(epoch: 2))
            #expect(fresh.changes.isEmpty && fresh.epoch == 2)
            #expect(await error(fresh.checkpoint, epoch: 2) == nil)
        }
    }

    @Test func aFollowerOfAllKindsMissesNothingWhileOthersWrite() async throws {
        try await withService { service, _ in
            let (writers, each) = (4, 50)
            let seen = try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        for number in 0..<each {
                            let kind = [ItemKind.notes, .tasks, .chats][(writer + number) % 3]
                            _ = try await service.create(
                                Payload(#"{"uid":"\#(UID.numbered(writer * 1000 + number))"}"#),
                                kind,
                                epoch: nil,
                                of: .me
                            )
                        }
                    }
                }
                var (seen, cursor): ([UID], String?) = ([], nil)
                while seen.count < writers * each {
                    let page = try await Self.page(service, FeedQuery(cursor: cursor, limit: 7))
                    seen += page.changes.map(\.item.uid)
                    cursor = page.checkpoint
                    await Task.yield()
                }
                try await group.waitForAll()
                return seen
            }
            #expect(Set(seen).count == writers * each && seen.count == writers * each)
        }
    }

    @Test func aPageOfARareKindEndsAfterTenThousandChangesAndLeadsOn() async throws {
        try await withStore { store in
            let service = LocalItemService(store: store)
            for batch in 0..<21 {
                let changes = (0..<1000).map { number -> Result<Change, ItemError> in
                    let uid = UID.numbered(batch * 1000 + number)
                    return .success(
                        Change(uid: uid, kind: .notes, updatedAt: Timestamp(milliseconds: Int64(batch + 1)), payload: Array("{}".utf8))
                    )
                }
                _ = try await service.push(changes, .notes, epoch: 1, of: .me)
                if batch == 11 { _ = try await service.create(Payload("{}"), .tasks, epoch: nil, of: .me) }
            }
            var (cursor, counts): (String?, [Int]) = (nil, [])
            var hasMore = true
            while hasMore {
                let page = try await Self.page(service, FeedQuery(cursor: cursor, kinds: [.tasks]))
                #expect(!page.hasMore || page.checkpoint != cursor)
                counts.append(page.changes.count)
                (cursor, hasMore) = (page.checkpoint, page.hasMore)
            }
            #expect(counts == [0, 1, 0])
            // The same of a list: all that it looks at was changed too early.
            var list = ListQuery(filter: ItemFilter(updatedSince: Timestamp(milliseconds: 21)))
            counts = []
            repeat {
                let page = try await service.list(.notes, list, of: .me)
                counts.append(page.items.count)
                list.cursor = page.nextCursor
            } while list.cursor != nil
            #expect(counts == [0, 0, 500, 500])
        }
    }

    @Test func listsTakeFiltersAndTheirCursorsBelongToThem() async throws {
        try await withService { service, _ in
            let note = try await service.create(Payload("{}"), .notes, epoch: nil, of: .me)
            let task = try await service.create(Payload("{}"), .tasks, epoch: nil, of: .me)
            for (number, parent) in [note, task, note, task].enumerated() {
                let members =
                    #""parentType":"\#(parent.kind.singular)","parentUid":"\#(parent.uid)","status":"open","tags":["t\#(number)","all"]"#
                _ = try await service.create(Payload("{\(members)}"), .comments, epoch: nil, of: .me)
            }
            func count(_ filter: ItemFilter) async throws -> Int {
                try await service.list(.comments, ListQuery(filter: filter), of: .me).items.count
            }
            #expect(try await count(ItemFilter(parentUID: note.uid)) == 2)
            #expect(try await count(ItemFilter(parentUID: note.uid, parentKind: .tasks)) == 0)
            #expect(try await count(ItemFilter(status: "open", tag: "all")) == 4)
            #expect(try await count(ItemFilter(parentUID: task.uid, status: "open", tag: "t1")) == 1)
            #expect(try await count(ItemFilter(status: "closed")) == 0)
            _ = try await service.create(Payload(#"{"tags":["all"]}"#), .notes, epoch: nil, of: .me)
            for kind in [ItemKind.notes, .chats] {
                let error = await refusal { _ = try await service.list(kind, ListQuery(filter: ItemFilter(parentUID: note.uid)), of: .me) }
                #expect(error?.code == .invalidParameter && error?.details == [.init(.field, .string("parentUid"))])
            }
            for kind in ItemKind.allCases where kind != .notes && kind != .chats {
                _ = try await service.list(kind, ListQuery(filter: ItemFilter(parentUID: note.uid)), of: .me)
            }
            let filter = ItemFilter(tag: "all")
            let first = try await service.list(.comments, ListQuery(limit: 3, filter: filter), of: .me)
            let cursor = try #require(first.nextCursor)
            #expect(try await service.list(.comments, ListQuery(cursor: cursor, filter: filter), of: .me).items.count == 1)
            // Whether tombstones are shown is no part of the place.
            let dead = ListQuery(cursor: cursor, includeDeleted: true, filter: filter)
            #expect(try await service.list(.comments, dead, of: .me).items.count == 1)
            for other in [ItemFilter(), ItemFilter(tag: "t1"), ItemFilter(status: "all"), ItemFilter(status: "open", tag: "all")] {
                let error = await refusal { _ = try await service.list(.comments, ListQuery(cursor: cursor, filter: other), of: .me) }
                #expect(error == .invalidCursor)
            }
        }
    }
}

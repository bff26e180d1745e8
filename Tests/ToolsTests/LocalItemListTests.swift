import JSON
import Testing
import ToolBridge

/// Lists of items over a real database.
@Suite struct LocalItemListTests {
    private static func create(_ service: LocalItemService, _ kind: ItemKind, _ payload: String = "{}", of owner: Owner = .me) async throws
        -> Item
    {
        try await service.create(Payload(payload), kind, epoch: nil, of: owner)
    }

    @Test(arguments: [SyncCursor.Direction.oldestChangeFirst, .newestChangeFirst])
    func pagesShowEveryItemOnceInTheOrderOfTheirLatestChange(_ direction: SyncCursor.Direction) async throws {
        try await withService { service, _ in
            var uids: [UID] = []
            for number in 1...25 { uids.append(try await Self.create(service, .notes, #"{"title":"\#(number)"}"#).uid) }
            // A change moves an item to the end.
            _ = try await service.mutate(uids[3], .notes, .patch(Payload(#"{"a":1}"#)), expecting: nil, epoch: nil, of: .me)
            _ = try await service.mutate(uids[9], .notes, .delete, expecting: nil, epoch: nil, of: .me)
            var expected = uids.enumerated().filter { $0.offset != 3 && $0.offset != 9 }.map(\.element) + [uids[3], uids[9]]
            for includeDeleted in [true, false] {
                if !includeDeleted { expected.removeLast() }
                var (found, sizes, cursor): ([UID], [Int], String?) = ([], [], "")
                while let start = cursor {
                    let query = ListQuery(limit: 7, cursor: start, direction: direction, includeDeleted: includeDeleted)
                    let page = try await service.list(.notes, query, of: .me)
                    found += page.items.map(\.uid)
                    sizes.append(page.items.count)
                    cursor = page.nextCursor
                }
                #expect(found == (direction == .oldestChangeFirst ? expected : expected.reversed()))
                #expect(sizes == (includeDeleted ? [7, 7, 7, 4] : [7, 7, 7, 3]))
            }
        }
    }

    @Test func aFullLastPageHasNoNextOne() async throws {
        try await withService { service, _ in
            #expect(try await service.list(.chats, ListQuery(), of: .me) == ItemPage(items: [], nextCursor: nil))
            for _ in 1...4 { _ = try await Self.create(service, .chats) }
            for limit in [4, 5, 1000, 5000, .max] {
                let page = try await service.list(.chats, ListQuery(limit: limit), of: .me)
                #expect(page.items.count == 4 && page.nextCursor == nil, "\(limit)")
            }
            // Fewer than one counts as one.
            for limit in [0, -7, .min] { #expect(try await service.list(.chats, ListQuery(limit: limit), of: .me).items.count == 1) }
        }
    }

    @Test func aListCanBeOfOneParentsItems() async throws {
        try await withService { service, _ in
            let first = try await Self.create(service, .notes)
            let second = try await Self.create(service, .notes)
            for parent in [first, second, first] {
                _ = try await Self.create(service, .comments, #"{"parentType":"note","parentUid":"\#(parent.uid)"}"#)
            }
            let query = ListQuery(limit: 1, filter: ItemFilter(parentUID: first.uid, parentKind: .notes))
            let page = try await service.list(.comments, query, of: .me)
            #expect(page.items.count == 1)
            var next = query
            next.cursor = page.nextCursor
            let rest = try await service.list(.comments, next, of: .me)
            #expect(rest.items.count == 1 && rest.nextCursor == nil)
            for item in page.items + rest.items { #expect(try item.object()["parentUid"]?.string == first.uid.description) }
            #expect(
                try await service.list(.comments, ListQuery(filter: ItemFilter(parentUID: first.uid, parentKind: .tasks)), of: .me).items
                    .isEmpty
            )
        }
    }

    @Test(arguments: [SyncCursor.Direction.oldestChangeFirst, .newestChangeFirst])
    func aPageEndsAfterTheItemWithWhichItHasMoreThanEightMebibytes(_ direction: SyncCursor.Direction) async throws {
        try await withService { service, _ in
            let text = String(repeating: "x", count: 1_000_000)
            let changes = (1...10).map {
                Change(uid: .numbered($0), kind: .notes, updatedAt: nil, payload: Array(#"{"a":"\#(text)"}"#.utf8))
            }
            _ = try await service.push(changes.prefix(9).map { .success($0) }, .notes, epoch: 1, of: .me)
            // Expectations are on names alone: a page of nine megabytes is no message.
            func page(_ cursor: String?) async throws -> (uids: [UID], next: String?) {
                let page = try await service.list(.notes, ListQuery(cursor: cursor, direction: direction), of: .me)
                return (page.items.map(\.uid), page.nextCursor)
            }
            // The ninth goes beyond the limit and is the last there is.
            let whole = try await page(nil)
            #expect(whole.uids.count == 9 && whole.next == nil)
            _ = try await service.push([.success(changes[9])], .notes, epoch: 1, of: .me)
            let first = try await page(nil)
            #expect(first.uids.count == 9)
            let cursor = try #require(first.next)
            let rest = try await page(cursor)
            #expect(rest.uids.count == 1 && rest.next == nil)
            #expect(Set(first.uids + rest.uids).count == 10)
            let pull = try await service.pull(.notes, cursor: nil, limit: 1000, epoch: 1, of: .me)
            let (count, hasMore) = (pull.items.count, pull.hasMore)
            #expect(count == 9 && hasMore)
        }
    }

    @Test func cursorsBelongToAKindADirectionAndAnOwner() async throws {
        try await withService { service, _ in
            for owner in [Owner.me, .other] {
                for kind in [ItemKind.notes, .tasks] {
                    for _ in 1...3 { _ = try await Self.create(service, kind, of: owner) }
                }
            }
            let cursor = try #require(try await service.list(.notes, ListQuery(limit: 1), of: .me).nextCursor)
            func error(_ cursor: String, _ kind: ItemKind, _ direction: SyncCursor.Direction, _ owner: Owner) async -> ItemError? {
                await refusal { _ = try await service.list(kind, ListQuery(cursor: cursor, direction: direction), of: owner) }
            }
            #expect(await error(cursor, .notes, .oldestChangeFirst, .me) == nil)
            #expect(await error(cursor, .tasks, .oldestChangeFirst, .me) == .invalidCursor)
            #expect(await error(cursor, .notes, .newestChangeFirst, .me) == .invalidCursor)
            #expect(await error(cursor, .notes, .oldestChangeFirst, .other) == .invalidCursor)
            for direction in [SyncCursor.Direction.oldestChangeFirst, .newestChangeFirst] {
                let beyond = SyncCursor(.notes, direction, sequence: 7).text(for: .me)
                #expect(await error(beyond, .notes, direction, .me) == .invalidCursor)
                let known = SyncCursor(.notes, direction, sequence: 6).text(for: .me)
                #expect(await error(known, .notes, direction, .me) == nil)
            }
            for garbage in ["not base64!", "Zm9v", "MTJ8", "fHw", String(repeating: "A", count: 129)] {
                #expect(await error(garbage, .notes, .oldestChangeFirst, .me) == .invalidCursor, "\(garbage)")
            }
            // The predecessor's restart from the beginning.
            for old in [
                "MTczMDYzNTIwMDAwMHxjMWQ5YjdkYy1hMWIyLTRjM2QtOWU4Zi03YTZiNWM0ZDNlMmY",
                "MHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA",
            ] {
                #expect(try await service.list(.notes, ListQuery(cursor: old), of: .me).items.count == 3)
            }
        }
    }

    @Test func cursorsOfOwnersWhoseNamesRunTogetherDiffer() async throws {
        try await withService { service, _ in
            let owners = [Owner(tenant: "ab", subject: "c"), Owner(tenant: "a", subject: "bc"), Owner(tenant: "a", subject: "b")]
            for owner in owners { for _ in 1...2 { _ = try await Self.create(service, .notes, of: owner) } }
            for one in owners {
                let cursor = try await service.list(.notes, ListQuery(limit: 1), of: one).nextCursor
                for other in owners where other != one {
                    let error = await refusal { _ = try await service.list(.notes, ListQuery(cursor: cursor), of: other) }
                    #expect(error == .invalidCursor)
                }
            }
        }
    }
}

import JSON
import Testing
import ToolBridge

/// Lists as models page through them.
@Suite struct PagingTests {
    @Test func pagesOf200ShowEachOf450ItemsOnceNewestFirst() async throws {
        try await withService { service, _ in
            let changes = (1...450).map { number in
                Result<Change, ItemError>.success(
                    Change(uid: .numbered(number), kind: .tasks, updatedAt: nil, payload: Array(#"{"title":"\#(number)"}"#.utf8))
                )
            }
            _ = try await service.push(changes, .tasks, epoch: 1, of: .me)
            let note = Change(uid: .numbered(1), kind: .notes, updatedAt: nil, payload: Array(#"{"title":"note"}"#.utf8))
            _ = try await service.push([.success(note)], .notes, epoch: 1, of: .me)
            _ = try await service.push([changes[1]], .tasks, epoch: 1, of: .other)

            let box = ToolBox(service)
            var (sizes, titles, cursor): ([Int], [String], String?) = ([], [], nil)
            repeat {
                let page = try await box.value("list_tasks", cursor.map { #"{"limit":1000,"cursor":"\#($0)"}"# } ?? #"{"limit":1000}"#)
                let items = page["items"]?.elements.map { $0 } ?? []
                sizes.append(items.count)
                titles += items.compactMap { $0["payload"]?["title"]?.string }
                cursor = page["nextCursor"]?.string
            } while cursor != nil && sizes.count < 10
            #expect(sizes == [200, 200, 50])
            #expect(titles == (1...450).reversed().map { "\($0)" })
        }
    }

    @Test func withoutALimitAPageHolds50() async throws {
        try await withService { service, _ in
            let box = ToolBox(service)
            for number in 1...51 { _ = try await box.value("create_chat", #"{"title":"\#(number)"}"#) }
            let page = try await box.value("list_chats")
            #expect(page["items"]?.count == 50)
            let cursor = try #require(page["nextCursor"]?.string)
            let rest = try await box.value("list_chats", #"{"cursor":"\#(cursor)"}"#)
            #expect(rest["items"]?.count == 1)
            #expect(rest["nextCursor"]?.isNull == true)
            #expect(rest["items"]?.elements.first { _ in true }?["payload"]?["title"]?.string == "1")
        }
    }

    @Test func cursorsOfOtherListsAreRefused() async throws {
        try await withService { service, _ in
            let box = ToolBox(service)
            for _ in 1...2 {
                _ = try await box.value("create_task", #"{"title":"t"}"#)
                _ = try await ToolBox(service, owner: .other).value("create_task", #"{"title":"t"}"#)
            }
            let cursor = try #require(try await box.value("list_tasks", #"{"limit":1}"#)["nextCursor"]?.string)
            let ascending = try #require(try await service.list(.tasks, ListQuery(limit: 1), of: .me).nextCursor)
            for (box, tool, cursor) in [
                (box, "list_notes", cursor), (box, "list_tasks", ascending), (box, "list_tasks", "nonsense"),
                (ToolBox(service, owner: .other), "list_tasks", cursor),
            ] {
                let refusal = try await box.refusal(tool, #"{"cursor":"\#(cursor)"}"#)
                #expect(refusal.code == "invalid_cursor")
                #expect(refusal.json["field"]?.string == "cursor")
            }
        }
    }
}

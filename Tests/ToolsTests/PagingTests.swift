import JSON
import MCP
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

    @Test(arguments: [1000, 4000, 40_000])
    func aPageEndsBeforeItWouldBeTooLongAndALongItemComesAlone(_ pageBytes: Int) async throws {
        try await withService { service, _ in
            // Of every length, and two that are too long for any page.
            let lengths = (1...80).map { $0 * 37 % 900 } + [50_000] + (1...80).map { $0 * 91 % 1900 } + [41_000]
            let changes = lengths.enumerated().map { number, length in
                let text = String(repeating: "é", count: length / 2)
                return Result<Change, ItemError>.success(
                    Change(
                        uid: .numbered(number),
                        kind: .chats,
                        updatedAt: nil,
                        payload: Array(#"{"title":"\#(number)","text":"\#(text)"}"#.utf8)
                    )
                )
            }
            _ = try await service.push(changes, .chats, epoch: 1, of: .me)
            _ = try await service.mutate(.numbered(3), .chats, .delete, expecting: nil, epoch: nil, of: .me)
            let box = ToolBox(service, pageBytes: pageBytes)
            var (titles, pages, cursor): ([String], Int, String?) = ([], 0, nil)
            repeat {
                let rest = cursor.map { #","cursor":"\#($0)""# } ?? ""
                let result = try await box.call("list_chats", #"{"limit":200,"include_deleted":true\#(rest)}"#)
                let bytes = try #require(result.structured)
                let page = try JSONValue(parsing: bytes, limits: .message)
                let items = page["items"]?.elements.map { $0 } ?? []
                // Besides its items a page has a cursor.
                #expect(bytes.count <= pageBytes + 256 || items.count == 1, "\(bytes.count)")
                #expect(!items.isEmpty)
                for item in items {
                    let number = try #require(item["payload"]?["title"]?.string.flatMap { Int($0) })
                    #expect(item["payload"]?["text"]?.string?.count == lengths[number] / 2, "payloads are whole")
                    titles.append("\(number)")
                }
                pages += 1
                cursor = page["nextCursor"]?.string
            } while cursor != nil && pages < 300
            #expect(titles == ["3"] + lengths.indices.reversed().filter { $0 != 3 }.map { "\($0)" })
            // Pages are filled: two that follow each other wouldn't fit into one.
            let sum = lengths.reduce(0) { $0 + min($1, pageBytes) + 200 }
            #expect(pages <= 2 * sum / pageBytes + 4, "\(pages)")
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

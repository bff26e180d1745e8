import JSON
import Testing
import ToolBridge

/// `GET /v1/recent`, and how many bytes a page has.
@Suite struct RecentRouteTests {
    private static func page(_ api: TestAPI, _ target: String) async throws -> (items: [JSONValue], cursor: String?) {
        let response = try await api.send("GET", target)
        #expect(response.status == 200, "\(target): \(response.text)")
        let json = try response.json
        return (try #require(json["items"]).elements.map { $0 }, json["nextCursor"]?.string)
    }

    @Test func `The latest changes come newest first, of the kinds that are asked for`() async throws {
        try await TestAPI.run { api in
            let note = try await api.create(.notes, #"{"title":"a"}"#)
            let task = try await api.create(.tasks, #"{"title":"b", "n":1.0}"#)
            let chat = try await api.create(.chats, #"{"title":"c"}"#)
            try await api.send("PATCH", "/v1/notes/\(note)", #"{"title":"d"}"#)
            try await api.send("DELETE", "/v1/chats/\(chat)")
            let all = try await Self.page(api, "/v1/recent?includeDeleted=true")
            #expect(all.items.map { $0["uid"]?.string } == [chat, note, task] && all.cursor == nil)
            #expect(all.items.map { $0["kind"]?.string } == ["chats", "notes", "tasks"])
            #expect(all.items.map { $0["deletedAt"] != nil } == [true, false, false])
            #expect(all.items.map { $0["payload"]?["title"]?.string } == ["c", "d", "b"])
            #expect(String(decoding: try #require(all.items.last?["payload"]).bytes, as: UTF8.self).contains(#""n":1.0"#))
            #expect(try await Self.page(api, "/v1/recent").items.map { $0["uid"]?.string } == [note, task])
            #expect(try await Self.page(api, "/v1/recent?kinds=tasks,chats").items.map { $0["uid"]?.string } == [task])
            #expect(try await Self.page(api, "/v1/recent?updatedSince=2099-01-01T00:00:00Z").items.isEmpty)
        }
    }

    @Test func `Page by page every item comes once, and a cursor belongs to its parameters`() async throws {
        try await TestAPI.run { api in
            var made: [String?] = []
            for number in 0..<7 { made.insert(try await api.create(number.isMultiple(of: 2) ? .notes : .tasks, "{}"), at: 0) }
            var read: [String?] = []
            var cursor: String?
            repeat {
                let page = try await Self.page(api, "/v1/recent?limit=3\(cursor.map { "&cursor=\($0)" } ?? "")")
                read += page.items.map { $0["uid"]?.string }
                cursor = page.cursor
                if let cursor {
                    let refused = try await api.send("GET", "/v1/recent?kinds=notes&cursor=\(cursor)")
                    #expect(refused.status == 400 && refused.code == "invalid_cursor")
                }
            } while cursor != nil
            #expect(read == made)
        }
    }

    @Test(arguments: ["/v1/notes", "/v1/recent"])
    func `A page ends before it has more bytes than were asked for, but has one item`(_ path: String) async throws {
        try await TestAPI.run { api in
            for _ in 0..<4 { _ = try await api.create(.notes, #"{"title":"\#(String(repeating: "x", count: 1000))"}"#) }
            for (bytes, count) in [("1", 1), ("3000", 2), ("99999", 4), ("99999999999999999999", 4)] {
                let page = try await Self.page(api, "\(path)?maxBytes=\(bytes)")
                #expect(page.items.count == count && (page.cursor == nil) == (count == 4), "\(bytes)")
            }
        }
    }

    @Test func `A batch says of what it wrote the members that are asked for`() async throws {
        try await TestAPI.run { api in
            let body = #"{"operations":[{"op":"create","kind":"notes","payload":{"title":"a","x":1.0,"y":2}},{"op":"fly"}]}"#
            let response = try await api.send("POST", "/v1/batch?fields=x,title", body)
            let results = try #require(try response.json["results"]).elements.map { $0 }
            #expect(results.map { $0["status"]?.integer } == [201, 400])
            #expect(results.first.flatMap { $0["payload"] }.map { String(decoding: $0.bytes, as: UTF8.self) } == #"{"title":"a","x":1.0}"#)
            #expect(results.last?["payload"] == nil)
            #expect(try await api.send("POST", "/v1/batch", body).json["results"]?.elements.contains { $0["payload"] != nil } == false)
            #expect(try await api.send("POST", "/v1/batch?fields=", body).code == "invalid_parameter")
        }
    }
}

import JSON
import Testing
import ToolBridge

/// What lists can be narrowed by, and what of the payloads they give.
@Suite struct FilterTests {
    private static func numbers(_ api: TestAPI, _ target: String) async throws -> [Int64] {
        let response = try await api.send("GET", target)
        #expect(response.status == 200, "\(target): \(response.text)")
        return try response.json["items"]?.elements.compactMap { $0["payload"]?["n"]?.integer } ?? []
    }

    @Test func byStatusTagAndTime() async throws {
        try await TestAPI.run { api in
            for (number, members) in [
                #""status":"open","tags":["home","über"]"#, #""status":"open","tags":["work"]"#, #""status":"done","tags":["home"]"#,
                #""status":3,"tags":"home""#, #""status":"open""#,
            ].enumerated() {
                _ = try await api.create(.tasks, "{\(members),\"n\":\(number)}")
                api.clock.advance(60_000)
            }
            for (query, expected) in [
                ("status=open", [0, 1, 4]), ("tag=home", [0, 2]), ("tag=home&status=open", [0]), ("tag=Home", []), ("status=Open", []),
                ("tag=%C3%BCber", [0]), ("tag=u%CC%88ber", []), ("status=open&order=desc", [4, 1, 0]),
                ("updatedSince=2026-03-01T10:02:00Z", [2, 3, 4]), ("updatedSince=2026-03-01T11:02:00%2B01:00&status=open", [4]),
                ("updatedSince=1772359320000&tag=home", [2]), ("updatedSince=2026-03-01T10:05:00Z", []),
            ] as [(String, [Int64])] {
                #expect(try await Self.numbers(api, "/v1/tasks?\(query)") == expected, "\(query)")
            }
        }
    }

    @Test func aChangeMovesAnItemFromOneStatusAndTagToAnother() async throws {
        try await TestAPI.run { api in
            let uid = try await api.create(.notes, #"{"n":1,"status":"open","tags":["a","b"]}"#)
            try await api.send("PATCH", "/v1/notes/\(uid)", #"{"status":"done","tags":["b","c","c"]}"#)
            for (query, expected) in [
                ("status=open", []), ("status=done", [1]), ("tag=a", []), ("tag=b", [1]), ("tag=c", [1]),
            ] as [(String, [Int64])] {
                #expect(try await Self.numbers(api, "/v1/notes?\(query)") == expected, "\(query)")
            }
            try await api.send("DELETE", "/v1/notes/\(uid)")
            #expect(try await Self.numbers(api, "/v1/notes?tag=c") == [])
            #expect(try await Self.numbers(api, "/v1/notes?tag=c&includeDeleted=true") == [1])
        }
    }

    @Test func byParent() async throws {
        try await TestAPI.run { api in
            let (note, task, chat) = (try await api.create(.notes), try await api.create(.tasks), try await api.create(.chats))
            for (number, parent) in [("note", note), ("task", task), ("note", note)].enumerated() {
                _ = try await api.create(.comments, #"{"n":\#(number),"parentType":"\#(parent.0)","parentUid":"\#(parent.1)"}"#)
            }
            _ = try await api.create(.chatMessages, #"{"n":7,"chatUid":"\#(chat)"}"#)
            #expect(try await Self.numbers(api, "/v1/comments?parentUid=\(note)") == [0, 2])
            #expect(try await Self.numbers(api, "/v1/comments?parentUid=\(task.uppercased())") == [1])
            #expect(try await Self.numbers(api, "/v1/comments?parentUid=\(chat)") == [])
            #expect(try await Self.numbers(api, "/v1/comments?parentUid=\(note)&parentKind=notes") == [0, 2])
            #expect(try await Self.numbers(api, "/v1/comments?parentUid=\(note)&parentKind=tasks") == [])
            #expect(try await Self.numbers(api, "/v1/comments?parentKind=tasks") == [0, 1, 2])
            #expect(try await Self.numbers(api, "/v1/chat_messages?parentUid=\(chat)") == [7])
            let refused = try await api.send("GET", "/v1/notes?parentUid=\(note)")
            #expect(refused.status == 400 && refused.code == "invalid_parameter" && refused.text.contains(#""field":"parentUid""#))
        }
    }

    @Test func pagesGoOnInsideTheirFilterAndACursorBelongsToIt() async throws {
        try await TestAPI.run { api in
            for number in 0..<9 {
                _ = try await api.create(.notes, #"{"n":\#(number),"status":"\#(number % 2 == 0 ? "even" : "odd")","tags":["all"]}"#)
            }
            var (found, cursor): ([Int64], String?) = ([], "")
            while let position = cursor {
                let page = try await api.send("GET", "/v1/notes?status=even&limit=2&cursor=\(position)").json
                found += page["items"]?.elements.compactMap { $0["payload"]?["n"]?.integer } ?? []
                cursor = page["nextCursor"]?.string
            }
            #expect(found == [0, 2, 4, 6, 8])
            let next = try #require(try await api.send("GET", "/v1/notes?status=even&limit=2").json["nextCursor"]?.string)
            for query in ["", "status=odd&", "status=even&tag=all&", "status=even&updatedSince=1&", "tag=even&"] {
                let response = try await api.send("GET", "/v1/notes?\(query)cursor=\(next)")
                #expect(response.status == 400 && response.code == "invalid_cursor", "\(query)")
            }
        }
    }

    @Test func fieldsGiveTheMembersThatAreAskedForAsTheyWereWritten() async throws {
        try await TestAPI.run { api in
            _ = try await api.create(.chats, #"{"z":1.0,"title":"Caf\u00e9","é":[ 1, 2 ],"b":{"title":2}}"#)
            let item = { (query: String) in
                let response = try await api.send("GET", "/v1/chats?\(query)")
                let item = try #require(try response.json["items"]?.elements.first { _ in true })
                #expect(item["uid"] != nil && item["version"]?.integer == 1 && item["updatedAt"] != nil)
                return String(decoding: try #require(item["payload"]).bytes, as: UTF8.self)
            }
            #expect(try await item("fields=title") == #"{"title":"Caf\u00e9"}"#)
            #expect(try await item("fields=%C3%A9,z,none") == #"{"z":1.0,"é":[ 1, 2 ]}"#)
            #expect(try await item("fields=none") == "{}")
        }
    }

    @Test(
        arguments: [
            ("parentUid=x", "parentUid"), ("parentUid=", "parentUid"), ("status=", "status"), ("tag=", "tag"), ("tag=a&tag=b", "tag"),
            ("status=%00", "status"), ("updatedSince=yesterday", "updatedSince"), ("updatedSince=", "updatedSince"),
            ("updatedSince=2026-03-01", "updatedSince"), ("fields=", "fields"), ("fields=a,,b", "fields"), ("order=up", "order"),
            ("parentKind=note", "parentKind"), ("maxBytes=0", "maxBytes"), ("maxBytes=", "maxBytes"), ("maxBytes=-1", "maxBytes"),
            ("maxBytes=1e3", "maxBytes"), ("maxBytes=1&maxBytes=2", "maxBytes"),
            ("status=\(String(repeating: "x", count: 257))", "status"),
            ("fields=\(Array(repeating: "x", count: 51).joined(separator: ","))", "fields"),
        ]
    )
    func badValuesAreNamed(_ query: String, _ field: String) async throws {
        try await TestAPI.run { api in
            let response = try await api.send("GET", "/v1/comments?\(query)")
            #expect(response.status == 400 && response.code == "invalid_parameter")
            #expect(try response.json["field"]?.string == field)
        }
    }
}

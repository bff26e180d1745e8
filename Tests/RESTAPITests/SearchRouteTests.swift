import JSON
import Testing
import ToolBridge

/// `GET /v1/search`.
@Suite struct SearchRouteTests {
    private static func hits(_ api: TestAPI, _ query: String, as subject: String = "me") async throws -> [JSONValue] {
        let response = try await api.send("GET", "/v1/search?\(query)", as: subject)
        #expect(response.status == 200, "\(query): \(response.text)")
        return try #require(try response.json["hits"]).elements.map { $0 }
    }

    @Test func whatWasWrittenIsFoundAtOnceWithItsParent() async throws {
        try await TestAPI.run { api in
            let note = try await api.create(.notes, #"{"title":"Shopping <list>","content":"Milk & bread"}"#)
            let comment = try await api.create(.comments, #"{"parentType":"note","parentUid":"\#(note)","content":"no milk left"}"#)
            let found = try await Self.hits(api, "q=MILK")
            #expect(Set(found.map { $0["uid"]?.string }) == [note, comment])
            let hit = try #require(found.first { $0["kind"]?.string == "comments" })
            #expect(hit["snippet"]?.string == "no <mark>milk</mark> left" && hit["title"] == nil)
            #expect(hit["parent"]?["kind"]?.string == "notes" && hit["parent"]?["uid"]?.string == note)
            #expect(hit["parent"]?["title"]?.string == "Shopping <list>")
            #expect(hit["version"]?.integer == 1 && hit["updatedAt"]?.string == start)
            let titled = try #require(try await Self.hits(api, "q=list&kinds=notes").first)
            #expect(titled["snippet"]?.string == "Shopping &lt;<mark>list</mark>&gt;")
            #expect(try await Self.hits(api, "q=milk&kinds=tasks,chats").isEmpty)
            #expect(try await Self.hits(api, "q=milk", as: "other").isEmpty)
            try await api.send("PATCH", "/v1/notes/\(note)", #"{"content":"Water"}"#)
            try await api.send("DELETE", "/v1/comments/\(comment)")
            #expect(try await Self.hits(api, "q=milk").isEmpty)
            #expect(try await Self.hits(api, "q=wat").count == 1)
        }
    }

    @Test func atMostAsManyAsAreAskedFor() async throws {
        try await TestAPI.run { api in
            for number in 0..<25 { _ = try await api.create(.notes, #"{"title":"word \#(number)"}"#) }
            for (query, count, more) in [
                ("q=word", 20, true), ("q=word&limit=100", 25, false), ("q=word&limit=25", 25, false), ("q=word&limit=3", 3, true),
            ] {
                let json = try await api.send("GET", "/v1/search?\(query)").json
                #expect(json["hits"]?.count == count && json["hasMore"]?.boolean == more, "\(query)")
            }
        }
    }

    @Test(arguments: [
        "%22", "%22%22%22", "a%20AND", "NOT", "title:x", "*", "(", "a%20NEAR(b", "-x", "^x", "%27%3B--", "%5C", "%F0%9F%98%80",
        "a%E2%80%8Bb", "scope:o",
    ])
    func aHostileQueryIsAnOrdinaryOne(_ query: String) async throws {
        try await TestAPI.run { api in
            _ = try await api.create(.notes, #"{"title":"a title"}"#)
            _ = try await Self.hits(api, "q=\(query)")
        }
    }

    @Test(arguments: [
        ("", "q"), ("q=", "q"), ("q=a&q=b", "q"), ("q=%00", "q"), ("q=a&kinds=", "kinds"),
        ("q=\(String(repeating: "x", count: 1025))", "q"),
    ])
    func badValuesAreNamed(_ query: String, _ field: String) async throws {
        try await TestAPI.run { api in
            let response = try await api.send("GET", "/v1/search?\(query)")
            #expect(response.status == 400 && response.code == "invalid_parameter", "\(response.text)")
            #expect(try response.json["field"]?.string == field)
        }
    }
}

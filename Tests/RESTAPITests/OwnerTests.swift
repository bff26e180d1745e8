import JSON
import Testing
import ToolBridge

/// Nobody sees another's items, and reading leaves no trace.
@Suite struct OwnerTests {
    @Test(arguments: ItemKind.allCases)
    func anothersItemLooksLikeOneThatIsNotThere(_ kind: ItemKind) async throws {
        try await TestAPI.run { api in
            let path = "/v1/\(kind.path)"
            let foreign = try await api.create(kind, #"{\#(try await api.parentMember(of: kind))"a":1}"#)
            let absent = "00000000-0000-4000-8000-000000000001"
            let requests: [(String, String, String?)] = [
                ("GET", "", nil), ("GET", "?includeDeleted=true", nil), ("PUT", "", "{}"), ("PATCH", "", #"{"a":2}"#), ("DELETE", "", nil),
                ("POST", "/restore", nil), ("POST", "/archive", nil), ("POST", "/process", #"{"action":"\#(kind.actions[0].name)"}"#),
            ]
            let before = try await api.dump()
            for deleted in [false, true] {
                for (method, suffix, body) in requests {
                    for headers in [[], [("If-Match", "1")], [("If-Match", "7")]] {
                        let one = try await api.send(method, "\(path)/\(foreign)\(suffix)", body, headers, as: "other")
                        let two = try await api.send(method, "\(path)/\(absent)\(suffix)", body, headers, as: "other")
                        #expect(one.status == 404 && one.body == two.body, "\(method) \(suffix)")
                        let plain = { (response: Response) in
                            response.fields.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" }
                        }
                        #expect(plain(one) == plain(two))
                    }
                }
                #expect(try await api.send("GET", path + "?includeDeleted=true", as: "other").text == #"{"items":[]}"#)
                if !deleted {
                    #expect(try await api.dump() == before)
                    try await api.send("DELETE", "\(path)/\(foreign)")
                }
            }
            // The uid is free for everybody else.
            if kind != .comments, kind != .chatMessages {
                #expect(try await api.send("POST", path, #"{"uid":"\#(foreign)"}"#, as: "other").status == 201)
            }
        }
    }

    @Test func readsAndRefusalsWriteNothing() async throws {
        try await TestAPI.run { api in
            let note = try await api.create(.notes)
            let session = try await api.service.openSession(of: TestAPI.owner).session.id
            let before = try await api.dump()
            #expect(before.contains { $0.hasPrefix("item: ") } && before.contains { $0.hasPrefix("owner: ") })
            for subject in ["me", "nobody has written as this one"] {
                for kind in ItemKind.allCases {
                    for target in ["", "?limit=1&order=desc", "?cursor=x", "/\(note)", "/\(note)?includeDeleted=true", "/x"] {
                        for headers in [[], [("X-Sync-Session", "\(session)")], [("X-Sync-Epoch", "1")], [("X-Sync-Epoch", "9")]] {
                            try await api.send("GET", "/v1/\(kind.path)\(target)", nil, headers, as: subject)
                        }
                    }
                    for (method, target, body, headers) in [
                        ("PUT", "/\(note)0", "{}", []), ("PATCH", "/\(knownUID)", "{}", []), ("DELETE", "/\(knownUID)", nil, []),
                        ("POST", "", "null", []), ("POST", "", #"{"uid":"x"}"#, []), ("POST", "", "{}", [("X-Sync-Epoch", "9")]),
                        ("POST", "/\(knownUID)/archive", nil, []), ("POST", "/\(note)/restore", nil, []),
                        ("POST", "/\(note)/process", #"{"action":"x"}"#, []),
                    ] as [(String, String, String?, [(String, String)])] {
                        let response = try await api.send(method, "/v1/\(kind.path)\(target)", body, headers, as: subject)
                        #expect(response.status >= 400)
                    }
                }
            }
            try await api.send("POST", "/v1/comments", "{}")
            try await api.send("PATCH", "/v1/notes/\(note)", "{}", [("If-Match", "2")])
            #expect(try await api.dump() == before)
        }
    }

    @Test func subjectsAreComparedByteForByte() async throws {
        try await TestAPI.run { api in
            _ = try await api.create(.notes, as: "caf\u{e9}")
            for subject in ["cafe\u{301}", "CAF\u{e9}", "caf\u{e9} x"] {
                #expect(try await api.send("GET", "/v1/notes", as: subject).text == #"{"items":[]}"#)
            }
            #expect(try await api.send("GET", "/v1/notes", as: "caf\u{e9}").json["items"]?.count == 1)
        }
    }
}

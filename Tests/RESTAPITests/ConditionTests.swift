import JSON
import Testing
import ToolBridge

/// If-Match, sessions and epochs, and which check comes first.
@Suite struct ConditionTests {
    @Test func theVectorsOfIfMatch() async throws {
        let vectors: [(header: String, status: Int, expected: String)] = [
            ("5", 200, ""), ("\"5\"", 200, ""), ("*", 200, ""), ("\"4\", \"5\"", 200, ""), ("\"5\",\"6\"", 200, ""), (" 5 ", 200, ""),
            ("4", 412, "4"), ("\"4\"", 412, "4"), ("W/\"5\"", 412, #""W/\"5\"""#), ("\"4\", \"6\"", 412, #""\"4\", \"6\"""#),
            ("\"abc\"", 412, #""\"abc\"""#), ("W/\"5\", \"4\"", 412, #""W/\"5\", \"4\"""#),
            ("\"5", 400, ""), ("abc", 400, ""), ("5.0", 400, ""), ("-5", 400, ""), ("", 400, ""),
        ]
        try await TestAPI.run { api in
            for vector in vectors {
                let uid = try await api.create(.tasks)
                for _ in 2...5 { try await api.send("PATCH", "/v1/tasks/\(uid)", "{}") }
                for (method, suffix, body) in [
                    ("PUT", "", "{}"), ("PATCH", "", "{}"), ("POST", "/archive", nil), ("POST", "/process", #"{"action":"start"}"#),
                    ("DELETE", "", nil), ("POST", "/restore", nil),
                ] as [(String, String, String?)] {
                    // Each write that is accepted must be meant for version 5 again, and of the fitting sort.
                    let isRestoration = suffix == "/restore"
                    let isNew = isRestoration || vector.status == 200 && method != "PUT"
                    let target = isNew ? try await Self.fifth(api, deleted: isRestoration) : uid
                    let response = try await api.send(method, "/v1/tasks/\(target)\(suffix)", body, [("If-Match", vector.header)])
                    #expect(response.status == vector.status, "\(method) \(vector.header)")
                    switch vector.status {
                    case 200: #expect(response.field("ETag") == "\"6\"")
                    case 412:
                        let shown = vector.expected.first == "\"" ? String(vector.expected.dropFirst().dropLast()) : vector.expected
                        #expect(
                            response.text
                                == #"{"error":"version mismatch: expected \#(shown), actual 5","code":"version_mismatch","uid":"\#(target)","expected":\#(vector.expected),"actual":5,"correlation_id":"t-1"}"#
                        )
                    default: #expect(response.code == "invalid_if_match")
                    }
                }
            }
            // Creating ignores it.
            #expect(try await api.send("POST", "/v1/tasks", "{}", [("If-Match", "\"5")]).status == 201)
        }
    }

    private static func fifth(_ api: TestAPI, deleted: Bool) async throws -> String {
        let uid = try await api.create(.tasks)
        for _ in 2...4 { try await api.send("PATCH", "/v1/tasks/\(uid)", "{}") }
        try await api.send(deleted ? "DELETE" : "PATCH", "/v1/tasks/\(uid)", deleted ? nil : "{}")
        return uid
    }

    @Test func ofTwoWritersOfOneVersionOneGets200AndTheOther412() async throws {
        try await TestAPI.run { api in
            for kind in ItemKind.allCases {
                let uid = try await api.create(kind, #"{\#(try await api.parentMember(of: kind))"a":1}"#)
                for round in 1...10 {
                    async let first = api.send("PATCH", "/v1/\(kind.path)/\(uid)", #"{"a":1}"#, [("If-Match", "\(round)")])
                    async let second = api.send("POST", "/v1/\(kind.path)/\(uid)/archive", nil, [("If-Match", "\"\(round)\"")])
                    let statuses = [try await first.status, try await second.status]
                    #expect(statuses.sorted() == [200, 412], "\(kind) \(round)")
                }
            }
        }
    }

    // MARK: Order

    @Test func theFirstFailureOfTheOrderAnswers() async throws {
        try await TestAPI.run { api in
            let opened = try await api.service.openSession(of: TestAPI.other)
            let foreign = opened.session.id.description
            let bad = [("If-Match", "x")]
            // Each row adds one fault that comes earlier than all faults of the rows above.
            var headers: [(String, String)] = []
            func expect(_ code: String, _ target: String, _ body: String, as subject: String? = "me", method: String = "PATCH") async throws
            {
                #expect(try await api.send(method, target, body, headers, as: subject).code == code)
            }
            let unknown = "/v1/comments/\(knownUID)"
            try await expect("not_found", unknown, "{}")
            try await expect("invalid_payload", unknown, #"{"a":1,"a":2}"#)
            try await expect("invalid_json", unknown, #"{"a":1,"a":2"#)
            try await expect("invalid_action", unknown + "/process", #"{"action":"x"}"#, method: "POST")
            headers = bad
            try await expect("invalid_if_match", unknown, "bad")
            try await expect("invalid_uid", "/v1/comments/x", "bad")
            headers = bad + [("X-Sync-Epoch", "2")]
            try await expect("epoch_mismatch", "/v1/comments/x", "bad")
            headers = bad + [("X-Sync-Epoch", "2"), ("X-Sync-Session", foreign)]
            try await expect("session_forbidden", "/v1/comments/x", "bad")
            headers = bad + [("X-Sync-Epoch", "2"), ("X-Sync-Session", "nonsense")]
            try await expect("session_invalid", "/v1/comments/x", "bad")
            headers += [("X-TB-Tenant-ID", "elsewhere")]
            try await expect("tenant_forbidden", "/v1/comments/x", "bad")
            try await expect("unauthorized", "/v1/comments/x", "bad", as: nil)
            try await expect("method_not_allowed", "/v1/comments", "bad", as: nil)
            try await expect("route_not_found", "/v1/comment", "bad", as: nil)
            headers += [("If-Match", "x")]
            try await expect("duplicate_header", "/v1/comment", "bad", as: nil)
            headers += [("Content-Encoding", "gzip")]
            try await expect("unsupported_encoding", "/v1/comment", "bad", as: nil)
        }
    }

    @Test func insideTheTransactionThereIsAnOrderToo() async throws {
        try await TestAPI.run { api in
            let task = try await api.create(.tasks)
            let comment = try await api.create(.comments, #"{"parentType":"task","parentUid":"\#(task)"}"#)
            let (path, orphan) = ("/v1/comments/\(comment)", #"{"parentType":"note","parentUid":"\#(knownUID)"}"#)
            #expect(try await api.send("PUT", path, orphan).code == "invalid_parent")
            #expect(try await api.send("PUT", path, orphan, [("If-Match", "9")]).code == "version_mismatch")
            #expect(try await api.send("POST", path + "/restore", nil, [("If-Match", "9")]).code == "already_exists")
            try await api.send("DELETE", path)
            try await api.send("DELETE", "/v1/tasks/\(task)")
            #expect(try await api.send("POST", path + "/restore", nil, [("If-Match", "9")]).code == "version_mismatch")
            #expect(try await api.send("POST", path + "/restore", nil, [("If-Match", "2")]).code == "invalid_parent")
            #expect(try await api.send("POST", "/v1/comments/\(knownUID)/restore", nil, [("If-Match", "9")]).code == "not_found")
            #expect(try await api.send("PUT", path, orphan, [("If-Match", "9")]).code == "deleted")
            #expect(try await api.send("PUT", "/v1/comments/\(knownUID)", orphan, [("If-Match", "9")]).code == "not_found")
            #expect(try await api.send("POST", "/v1/comments", #"{"uid":"\#(comment)"}"#).code == "deleted")
        }
    }

    // MARK: Sessions and epochs

    private static let requests: [(String, String, String?)] = [
        ("GET", "/v1/tasks", nil), ("POST", "/v1/tasks", "{}"), ("GET", "/v1/tasks/\(knownUID)", nil),
        ("PUT", "/v1/tasks/\(knownUID)", "{}"),
        ("PATCH", "/v1/tasks/\(knownUID)", "{}"), ("POST", "/v1/tasks/\(knownUID)/archive", nil),
        ("POST", "/v1/tasks/\(knownUID)/process", #"{"action":"start"}"#),
    ]

    @Test func aSessionThatIsSentIsChecked() async throws {
        try await TestAPI.run { api in
            _ = try await api.create(.tasks, #"{"uid":"\#(knownUID)"}"#)
            let session = try await api.service.openSession(of: TestAPI.owner).session.id
            let foreign = try await api.service.openSession(of: TestAPI.other).session.id
            for (method, target, body) in Self.requests {
                func send(_ id: String) async throws -> Response { try await api.send(method, target, body, [("X-Sync-Session", id)]) }
                #expect(try await send("\(session)").status < 300, "\(method) \(target)")
                #expect(try await send("{\(session.description.uppercased())}").status < 300, "\(method) \(target)")
                for id in ["", "x", "00000000-0000-0000-0000-000000000000", "\(UID.random())"] {
                    let response = try await send(id)
                    #expect(response.status == 428, "\(method) \(target) \(id)")
                    let text = "sync session invalid or expired: POST /v1/sync/sessions"
                    #expect(response.text == #"{"error":"\#(text)","code":"session_invalid","correlation_id":"t-1"}"#)
                }
                let forbidden = try await send("\(foreign)")
                #expect(forbidden.status == 403)
                #expect(forbidden.text == #"{"error":"forbidden","code":"session_forbidden","correlation_id":"t-1"}"#)
            }
            api.clock.advance(1_800_000)
            #expect(try await api.send("GET", "/v1/tasks", nil, [("X-Sync-Session", "\(session)")]).code == "session_invalid")
            #expect(try await api.send("GET", "/v1/tasks").status == 200)
        }
    }

    @Test func anEpochThatIsSentMustBeTheServers() async throws {
        try await TestAPI.run { api in
            // Before the owner's first write it is 1.
            #expect(try await api.send("GET", "/v1/tasks", nil, [("X-Sync-Epoch", "1")]).status == 200)
            #expect(try await api.send("GET", "/v1/tasks", nil, [("X-Sync-Epoch", "2")]).status == 409)
            let old = try await api.service.openSession(of: TestAPI.owner).session.id
            _ = try await api.service.wipe(epoch: nil, of: TestAPI.owner)
            _ = try await api.create(.tasks, #"{"uid":"\#(knownUID)"}"#)
            for (method, target, body) in Self.requests {
                for epoch in ["1", "3", "0", "-2", "x", "", "2.0", "+2", "99999999999999999999"] {
                    let response = try await api.send(method, target, body, [("X-Sync-Epoch", epoch)])
                    #expect(response.status == 409, "\(method) \(target) \(epoch)")
                    #expect(response.field("X-Sync-Epoch") == "2")
                    #expect(response.text == #"{"error":"epoch_mismatch","code":"epoch_mismatch","epoch":2,"correlation_id":"t-1"}"#)
                }
                #expect(try await api.send(method, target, body, [("X-Sync-Epoch", "2")]).status < 300, "\(method) \(target)")
                #expect(try await api.send(method, target, body, [("X-Sync-Session", "\(old)")]).code == "session_invalid")
            }
        }
    }

    @Test func withASessionButNoEpochTheSessionsOwnCounts() async throws {
        try await TestAPI.run { api in
            let session = try await api.service.openSession(of: TestAPI.owner).session.id
            func send(_ headers: [(String, String)]) async throws -> Response {
                try await api.send("POST", "/v1/tasks", "{}", [("X-Sync-Session", "\(session)")] + headers)
            }
            #expect(try await send([]).status == 201)
            #expect(try await send([("X-Sync-Epoch", "1")]).status == 201)
            for epoch in ["2", "x", ""] { #expect(try await send([("X-Sync-Epoch", epoch)]).code == "epoch_mismatch", "\(epoch)") }
        }
    }
}

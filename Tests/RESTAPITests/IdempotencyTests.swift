import JSON
import Testing
import ToolBridge

/// A request that is sent again under its key.
@Suite struct IdempotencyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let method: String
        /// `{uid}` is an item of the kind, `{session}` a session.
        let path: String
        var body: String?
        var kind = ItemKind.notes
        /// Whether the item is a tombstone.
        var isDeleted = false
        let status: Int

        var testDescription: String { "\(method) \(path)" }
    }

    static let rows: [Row] = {
        var rows = [
            Row(method: "POST", path: "/v1/sync/sessions", status: 201),
            Row(method: "DELETE", path: "/v1/sync/sessions/{session}", status: 204),
            Row(method: "POST", path: "/v1/sync/wipe", body: #"{"confirm":"WIPE"}"#, status: 200),
        ]
        for kind in ItemKind.allCases {
            let item = "/v1/\(kind.path)/{uid}"
            rows += [
                Row(method: "POST", path: "/v1/\(kind.path)", body: "{PARENT}", kind: kind, status: 201),
                Row(method: "PUT", path: item, body: #"{"a":1}"#, kind: kind, status: 200),
                Row(method: "PATCH", path: item, body: #"{"a":1}"#, kind: kind, status: 200),
                Row(method: "DELETE", path: item, kind: kind, status: 200),
                Row(method: "POST", path: item + "/restore", kind: kind, isDeleted: true, status: 200),
                Row(method: "POST", path: item + "/archive", kind: kind, status: 200),
                Row(method: "POST", path: item + "/process", body: #"{"action":"\#(kind.actions[0].name)"}"#, kind: kind, status: 200),
                Row(
                    method: "POST",
                    path: "/v1/sync/\(kind.path)/push",
                    body: #"{"items":[{"uid":"\#(knownUID)","sync":{"version":7,"isDeleted":true}},{"uid":"x"}]}"#,
                    kind: kind,
                    status: 200
                ),
            ]
        }
        return rows
    }()

    private static func plain(_ response: Response) -> [String] {
        response.fields.filter { !["date", "idempotency-replayed", "x-correlation-id"].contains($0.name.lowercased()) }
            .map { "\($0.name): \($0.value)" }.sorted()
    }

    @Test(arguments: rows)
    func theSameRequestHasTheSameAnswerAndOneEffect(_ row: Row) async throws {
        try await TestAPI.run { api in
            let parent = try await api.parentMember(of: row.kind)
            let uid = try await api.create(row.kind, "{\(parent)\"x\":1}")
            if row.isDeleted { try await api.send("DELETE", "/v1/\(row.kind.path)/\(uid)") }
            let device = try await api.device()
            let path = row.path.replacing("{uid}", with: uid).replacing("{session}", with: device[0].1)
            let body = row.body?.replacing("{PARENT}", with: "{\(parent)\"y\":1}")
            let headers = device + [("Idempotency-Key", "k!~")]

            let first = try await api.send(row.method, path, body, headers)
            #expect(first.status == row.status && first.field("Idempotency-Replayed") == nil, "\(first.text)")
            let after = try await api.dump()
            #expect(after.allSatisfy { !$0.contains("t-1") })
            api.clock.advance(1_800_001)
            let again = try await api.send(row.method, path, body, headers + [("X-Correlation-ID", "t-2")])
            #expect(again.status == first.status && again.body == first.body)
            #expect(Self.plain(again) == Self.plain(first))
            #expect(again.field("Idempotency-Replayed") == "true")
            #expect(try await api.dump() == after)

            // Another request under the same key, in whatever it differs.
            for (method, target, other, more) in [
                (row.method, path, (body ?? "") + " ", []), (row.method, path + "?a=1", body, []),
                (row.method, path, body, [("If-Match", "1")]), (row.method, path, body, [("Content-Type", "text/plain")]),
                ("POST", "/v1/task_lists", "{\"other\":1}", []),
            ] as [(String, String, String?, [(String, String)])] {
                let refused = try await api.send(method, target, other, headers + more)
                #expect(refused.status == 409, "\(method) \(target) \(more)")
                let text = "this Idempotency-Key was used for another request: take a new one"
                #expect(
                    refused.text
                        == #"{"error":"\#(text)","code":"idempotency_mismatch","field":"Idempotency-Key","correlation_id":"t-1"}"#
                )
            }
            #expect(try await api.dump() == after)
            // It is the owner's own.
            #expect(try await api.send("POST", "/v1/notes", "{}", [("Idempotency-Key", "k!~")], as: "other").status == 201)
        }
    }

    @Test func aRefusalIsReplayedWithTheNewCorrelationId() async throws {
        try await TestAPI.run { api in
            let uid = try await api.create(.notes)
            let rows: [(String, String, String?, [(String, String)], Int)] = [
                ("POST", "/v1/notes", #"{"uid":"\#(uid)"}"#, [], 409), ("PATCH", "/v1/notes/\(uid)", "{}", [("If-Match", "9")], 412),
                ("DELETE", "/v1/notes/\(knownUID)", nil, [], 404), ("POST", "/v1/notes/\(uid)/restore", nil, [], 409),
                ("POST", "/v1/comments", #"{"parentType":"note","parentUid":"\#(knownUID)"}"#, [], 422),
                ("DELETE", "/v1/sync/sessions/\(knownUID)", nil, [], 404),
            ]
            for (index, row) in rows.enumerated() {
                let headers = row.3 + [("Idempotency-Key", "key-\(index)")]
                let first = try await api.send(row.0, row.1, row.2, headers)
                #expect(first.status == row.4, "\(first.text)")
                // What would be refused in another way, or not at all, is refused as it was.
                api.clock.advance(1000)
                _ = try await api.push([#"{"uid":"\#(knownUID)","n":\#(index)}"#])
                let again = try await api.send(row.0, row.1, row.2, headers + [("X-Correlation-ID", "t-2")])
                #expect(again.status == first.status && again.text == first.text.replacing("t-1", with: "t-2"), "\(row.1)")
                #expect(again.field("Idempotency-Replayed") == "true", "\(row.1)")
                #expect(try await api.send("POST", "/v1/sync/wipe", #"{"confirm":"WIPE"}"#, api.device()).status == 200)
                _ = try await api.create(.notes, #"{"uid":"\#(uid)"}"#)
            }
        }
    }

    @Test func aKeyHas1To255VisibleCharactersAndComesOnce() async throws {
        try await TestAPI.run { api in
            let before = try await api.dump()
            for key in ["", String(repeating: "k", count: 256), "a b", "é", "a\tb"] {
                for row in Self.rows where row.kind == .notes {
                    let path = row.path.replacing("{uid}", with: knownUID).replacing("{session}", with: knownUID)
                    let device = path.contains("push") || path.contains("wipe") ? try await api.device() : []
                    let response = try await api.send(row.method, path, row.body, device + [("Idempotency-Key", key)])
                    #expect(response.status == 400, "\(row.testDescription) \(key)")
                    let text = "Idempotency-Key must be 1 to 255 visible ASCII characters"
                    #expect(
                        response.text == #"{"error":"\#(text)","code":"invalid_request","field":"Idempotency-Key","correlation_id":"t-1"}"#
                    )
                }
            }
            #expect(try await api.dump().filter { $0.hasPrefix("item: ") } == before.filter { $0.hasPrefix("item: ") })
            let twice = try await api.send("POST", "/v1/notes", "{}", [("Idempotency-Key", "a"), ("idempotency-key", "a")])
            #expect(twice.status == 400 && twice.code == "duplicate_header")
            let misspelt = try await api.send("POST", "/v1/notes", "{}", [("Idempotency_Key", "a")])
            #expect(misspelt.status == 400 && misspelt.code == "duplicate_header")
            let long = String(repeating: "k", count: 255)
            #expect(try await api.send("POST", "/v1/notes", "{}", [("Idempotency-Key", long)]).status == 201)
            // Reading needs no key, and takes none.
            #expect(try await api.send("GET", "/v1/notes", nil, [("Idempotency-Key", "a b")]).status == 200)
        }
    }

    @Test func anAnswerIsRememberedForADay() async throws {
        try await TestAPI.run { api in
            let key = [("Idempotency-Key", "k")]
            let first = try await api.send("POST", "/v1/notes", "{}", key)
            api.clock.advance(86_399_999)
            #expect(try await api.send("POST", "/v1/notes", "{}", key).body == first.body)
            api.clock.advance(2)
            let fresh = try await api.send("POST", "/v1/notes", "{}", key)
            #expect(fresh.status == 201 && fresh.body != first.body && fresh.field("Idempotency-Replayed") == nil)
            #expect(try await api.send("GET", "/v1/notes").json["items"]?.count == 2)
            // Another body is no mismatch any more, but a new request.
            api.clock.advance(86_400_001)
            #expect(try await api.send("POST", "/v1/notes", #"{"a":1}"#, key).status == 201)
        }
    }

    @Test func ofTwinsThatComeAtOnceOneHasAnEffect() async throws {
        try await TestAPI.run { api in
            for round in 1...50 {
                let key = [("Idempotency-Key", "twin-\(round)")]
                async let one = api.send("POST", "/v1/notes", #"{"n":\#(round)}"#, key)
                async let two = api.send("POST", "/v1/notes", #"{"n":\#(round)}"#, key)
                let answers = [try await one, try await two]
                for answer in answers where answer.status != 201 {
                    #expect(answer.code == "idempotency_in_progress" && answer.field("Retry-After") == "1")
                }
                #expect(Set(answers.filter { $0.status == 201 }.map(\.body)).count == 1)
            }
            #expect(try await api.send("GET", "/v1/notes").json["items"]?.count == 50)
        }
    }
}

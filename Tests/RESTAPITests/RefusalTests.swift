import JSON
import Testing
import ToolBridge

/// Every refusal of item routes, with its exact body.
@Suite struct RefusalTests {
    private struct Row: Sendable {
        let method: String
        let target: String
        var body: String?
        var headers: [(String, String)] = []
        let status: Int
        /// The body up to the correlation id.
        let answer: String
    }

    private static let note = "/v1/notes/\(knownUID)"
    private static let invalidUID = #"{"error":"invalid UID","code":"invalid_uid","field":"uid""#
    private static func invalidJSON(_ position: Int) -> String { #"{"error":"invalid JSON","code":"invalid_json","position":\#(position)"# }
    private static func invalidPayload(_ text: String, _ field: String, _ reason: String) -> String {
        #"{"error":"invalid payload: \#(text)","code":"invalid_payload","field":"\#(field)","reason":"\#(reason)""#
    }
    private static let invalidLimit = #"{"error":"limit must be a positive integer","code":"invalid_limit","field":"limit""#
    private static let invalidCursor =
        #"{"error":"invalid cursor: use a nextCursor of the same list, or none","code":"invalid_cursor","field":"cursor""#
    private static let invalidIfMatch =
        #"{"error":"If-Match must be a version number, a quoted version, a list of quoted versions or *","code":"invalid_if_match","field":"If-Match""#

    private static let rows: [Row] = {
        var rows: [Row] = []
        for (method, suffix, body) in [
            ("GET", "", nil), ("PUT", "", "{}"), ("PATCH", "", "{}"), ("DELETE", "", nil), ("POST", "/restore", nil),
            ("POST", "/archive", nil), ("POST", "/process", #"{"action":"pin"}"#),
        ] as [(String, String, String?)] {
            for uid in ["x", "..", "%2e%2e", "\(knownUID)0", "%zz" + knownUID.dropFirst(), "1"] {
                rows.append(Row(method: method, target: "/v1/notes/\(uid)\(suffix)", body: body, status: 400, answer: invalidUID))
            }
            rows.append(
                Row(
                    method: method,
                    target: note + suffix,
                    body: body,
                    status: 404,
                    answer: #"{"error":"note not found","code":"not_found""#
                )
            )
        }
        let bodies: [(String, String)] = [
            ("", invalidJSON(0)), ("null", invalidJSON(0)), ("[]", invalidJSON(0)), ("7", invalidJSON(0)), (#""text""#, invalidJSON(0)),
            (" {} {}", invalidJSON(4)), ("{", invalidJSON(1)), (#"{"a":1,}"#, invalidJSON(7)), (#"{"a":01}"#, invalidJSON(6)),
            ("\u{feff}{}", invalidJSON(0)), ("nul", invalidJSON(3)),
            (#"{"a":1,"a":2}"#, invalidPayload("a key occurs twice in one object", "/a", "duplicate_key")),
            (#"{"a":[{"b":1,"\u0062":2}]}"#, invalidPayload("a key occurs twice in one object", "/a/0/b", "duplicate_key")),
            (#"{"tags":["\u0000"]}"#, invalidPayload("text must not contain U+0000", "/tags/0", "nul")),
            (#"{"a":"\ud800"}"#, invalidPayload("text must be valid Unicode without lone surrogates", "/a", "invalid_unicode")),
        ]
        for (body, answer) in bodies {
            let status = answer.contains("invalid_payload") ? 422 : 400
            for (method, target) in [("POST", "/v1/notes"), ("PUT", note), ("PATCH", note), ("POST", note + "/process")] {
                rows.append(Row(method: method, target: target, body: body, status: status, answer: answer))
            }
        }
        for uid in [#""x""#, "7", "true", "[]", #"" ""#] {
            let answer = #"{"error":"invalid UID","code":"invalid_uid","field":"/uid""#
            rows.append(Row(method: "POST", target: "/v1/tasks", body: #"{"uid":\#(uid)}"#, status: 400, answer: answer))
        }
        for limit in ["0", "-1", "", "x", "1.5", "5%00", "%2B5", "+5", "0x10", "1e2", "%C3%A9"] {
            // A NUL makes the parameter itself unreadable.
            let answer = limit == "5%00" ? #"{"error":"limit can't be read","code":"invalid_parameter","field":"limit""# : invalidLimit
            rows.append(Row(method: "GET", target: "/v1/notes?limit=\(limit)", status: 400, answer: answer))
        }
        for cursor in ["Zm9v", "MTJ8", "fHw", "not%20base64!", String(repeating: "A", count: 129)] {
            rows.append(Row(method: "GET", target: "/v1/notes?cursor=\(cursor)", status: 400, answer: invalidCursor))
        }
        let order = #"{"error":"order must be desc, or left out for the oldest change first","code":"invalid_parameter","field":"order""#
        for value in ["asc", "", "DESC", "newest"] {
            rows.append(Row(method: "GET", target: "/v1/notes?order=\(value)", status: 400, answer: order))
        }
        for (name, value) in [("limit", "5"), ("cursor", ""), ("order", "desc"), ("includeDeleted", "true")] {
            let answer = #"{"error":"\#(name) was given more than once","code":"invalid_parameter","field":"\#(name)""#
            rows.append(Row(method: "GET", target: "/v1/notes?\(name)=\(value)&\(name)=\(value)", status: 400, answer: answer))
        }
        rows.append(
            Row(
                method: "GET",
                target: note + "?includeDeleted=true&includeDeleted=true",
                status: 400,
                answer: #"{"error":"includeDeleted was given more than once","code":"invalid_parameter","field":"includeDeleted""#
            )
        )
        for kind in ItemKind.allCases {
            let names = kind.actions.map(\.name)
            let allowed = names.map { "\"\($0)\"" }.joined(separator: ",")
            let target = "/v1/\(kind.path)/\(knownUID)/process"
            for action in ["explode", "", names[0].uppercased()] {
                let answer = #"{"error":"invalid action: \#(action)","code":"invalid_action","action":"\#(action)","allowed":[\#(allowed)]"#
                rows.append(Row(method: "POST", target: target, body: #"{"action":"\#(action)"}"#, status: 400, answer: answer))
            }
            let missing =
                #"{"error":"action must be one of \#(names.joined(separator: ", "))","code":"invalid_request","field":"/action""#
            for body in ["{}", #"{"action":null}"#, #"{"action":7}"#] {
                rows.append(Row(method: "POST", target: target, body: body, status: 400, answer: missing))
            }
            let metadata = #"{"error":"metadata must be an object or null","code":"invalid_request","field":"/metadata""#
            for value in ["7", "[]", #""x""#] {
                let body = #"{"action":"\#(names[0])","metadata":\#(value)}"#
                rows.append(Row(method: "POST", target: target, body: body, status: 400, answer: metadata))
            }
        }
        for value in ["\"5", "abc", "5.0", "-5", "", "\"a\" \"b\"", "\"5\",", "W/5", "99999999999999999999", "*, *"] {
            for (method, suffix, body) in [
                ("PUT", "", "{}"), ("PATCH", "", "{}"), ("DELETE", "", nil), ("POST", "/restore", nil), ("POST", "/archive", nil),
            ] as [(String, String, String?)] {
                let row = Row(
                    method: method,
                    target: note + suffix,
                    body: body,
                    headers: [("If-Match", value)],
                    status: 400,
                    answer: invalidIfMatch
                )
                rows.append(row)
            }
        }
        return rows
    }()

    @Test func whatCanNotBeTakenIsRefusedWithAFixedBody() async throws {
        try await TestAPI.run { api in
            let before = try await api.dump()
            for row in Self.rows {
                let response = try await api.send(row.method, row.target, row.body, row.headers)
                let context: Comment = "\(row.method) \(row.target) \(row.body ?? "-") \(row.headers)"
                #expect(response.status == row.status, context)
                #expect(response.text == row.answer + #","correlation_id":"t-1"}"#, context)
            }
            #expect(try await api.dump() == before)
        }
    }

    @Test func badUTF8IsNoJSON() async throws {
        try await TestAPI.run { api in
            let bytes = Array(#"{"a":""#.utf8) + [0xc3, 0x28] + Array(#""}"#.utf8)
            let response = try await api.send("POST", "/v1/notes", bytes: bytes)
            #expect(response.status == 400 && response.code == "invalid_json")
            let wide = "{}".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
            #expect(try await api.send("POST", "/v1/notes", bytes: wide).code == "invalid_json")
        }
    }

    @Test(arguments: ItemKind.allCases)
    func anItemThatExistsOrIsDeletedSaysSo(_ kind: ItemKind) async throws {
        try await TestAPI.run { api in
            let (path, noun) = ("/v1/\(kind.path)", kind.noun)
            let body = #"{\#(try await api.parentMember(of: kind))"uid":"\#(knownUID)"}"#
            #expect(try await api.send("POST", path, body).status == 201)
            let exists = try await api.send("POST", path, body)
            #expect(exists.status == 409)
            #expect(
                exists.text
                    == #"{"error":"\#(noun) already exists","code":"already_exists","uid":"\#(knownUID)","version":1,"updatedAt":"\#(start)","correlation_id":"t-1"}"#
            )
            let alive = try await api.send("POST", "\(path)/\(knownUID)/restore", nil, [("If-Match", "7")])
            #expect(alive.status == 409 && alive.text == exists.text.replacing("already exists", with: "isn't deleted"))
            api.clock.advance(300_000)
            try await api.send("DELETE", "\(path)/\(knownUID)")
            func gone(_ text: String) -> String {
                #"{"error":"\#(noun) \#(text)","code":"deleted","deletedAt":"2026-03-01T10:05:00.000Z","uid":"\#(knownUID)","version":2,"correlation_id":"t-1"}"#
            }
            for (method, suffix, content) in [
                ("GET", "", nil), ("PUT", "", body), ("PATCH", "", "{}"), ("POST", "/archive", nil),
                ("POST", "/process", #"{"action":"\#(kind.actions[0].name)"}"#), ("GET", "?includeDeleted=TRUE", nil),
                ("GET", "?includeDeleted=1", nil), ("GET", "?includedeleted=true", nil),
            ] as [(String, String, String?)] {
                let response = try await api.send(method, "\(path)/\(knownUID)\(suffix)", content, [("If-Match", "1")])
                #expect(response.status == 410, "\(method) \(suffix)")
                #expect(response.text == gone("deleted"), "\(method) \(suffix)")
            }
            #expect(try await api.send("POST", path, body).text == gone("deleted"))
            let again = try await api.send("DELETE", "\(path)/\(knownUID)")
            #expect(again.status == 410 && again.text == gone("already deleted"))
            let unknown = try await api.send("DELETE", "\(path)/00000000-0000-4000-8000-000000000001")
            #expect(unknown.status == 404 && unknown.text == #"{"error":"\#(noun) not found","code":"not_found","correlation_id":"t-1"}"#)
        }
    }

    @Test func parentsThatDoNotFitSayWhichMemberAndWhy() async throws {
        try await TestAPI.run { api in
            let dead = try await api.create(.notes)
            try await api.send("DELETE", "/v1/notes/\(dead)")
            let foreign = try await api.create(.notes, as: "other")
            let task = try await api.create(.tasks)
            let missing = "00000000-0000-4000-8000-00000000000a"
            let rows: [(kind: ItemKind, body: String, text: String, field: String, reason: String)] =
                [
                    (.comments, "{}", "missing parentType", "/parentType", "missing"),
                    (.comments, #"{"parentType":null,"parentUid":"\#(task)"}"#, "missing parentType", "/parentType", "missing"),
                    (.comments, #"{"parentType":""}"#, "missing parentType", "/parentType", "missing"),
                    (.comments, #"{"parentType":"note"}"#, "missing parentUid", "/parentUid", "missing"),
                    (.comments, #"{"parentUid":"\#(task)"}"#, "missing parentType", "/parentType", "missing"),
                    (.comments, #"{"parentType":"note","parentUid":"x"}"#, "invalid parentUid", "/parentUid", "invalid"),
                    (.comments, #"{"parentType":"note","parentUid":7}"#, "invalid parentUid", "/parentUid", "invalid"),
                    (
                        .comments, #"{"parentType":"chat","parentUid":"\#(task)"}"#, "invalid parent_type: chat (must be 'note' or 'task')",
                        "/parentType", "wrong_kind"
                    ),
                    (
                        .comments, #"{"parentType":"note","parentUid":"\#(task)"}"#, "parent note not found: \(task)", "/parentUid",
                        "not_found"
                    ),
                    (.chatMessages, "{}", "missing chatUid", "/chatUid", "missing"),
                    (.chatMessages, #"{"chatUid":"x"}"#, "invalid chatUid: x", "/chatUid", "invalid"),
                    (.chatMessages, #"{"chatUid":{}}"#, "invalid chatUid", "/chatUid", "invalid"),
                    (.chatMessages, #"{"chatUid":"\#(task)"}"#, "parent chat not found: \(task)", "/chatUid", "not_found"),
                ]
                + [dead, foreign, missing].map { uid in
                    (
                        .comments, #"{"parentType":"note","parentUid":"\#(uid.uppercased())"}"#, "parent note not found: \(uid)",
                        "/parentUid",
                        "not_found"
                    )
                }
            let comment = try await api.create(.comments, #"{"parentType":"task","parentUid":"\#(task)"}"#)
            for row in rows {
                let answer =
                    #"{"error":"\#(row.text)","code":"invalid_parent","field":"\#(row.field)","reason":"\#(row.reason)","correlation_id":"t-1"}"#
                let response = try await api.send("POST", "/v1/\(row.kind.path)", row.body)
                #expect(response.status == 422, "\(row.body)")
                #expect(response.text == answer, "\(row.body)")
                guard row.kind == .comments, row.body != "{}" else { continue }
                // Replacing one without any of the keys keeps the parent; with one of them both are needed.
                let replaced = try await api.send("PUT", "/v1/comments/\(comment)", row.body)
                #expect(replaced.status == 422 && replaced.text == answer, "\(row.body)")
            }
            #expect(try await api.send("GET", "/v1/comments/\(comment)").field("ETag") == "\"1\"")
            // Loose references are never checked.
            for body in [#"{"parentUid":"x","taskListUid":7}"#, #"{"taskListUid":"\#(missing)"}"#] {
                #expect(try await api.send("POST", "/v1/tasks", body).status == 201)
            }
        }
    }

    @Test func unknownPathsAndMethodsAreRefusedInTheSameShape() async throws {
        try await TestAPI.run { api in
            for path in [
                "/v1", "/v1/", "/v1/note", "/v1/Notes", "/v1/notes/", "/v1/notes/\(knownUID)/", "/v1/notes/\(knownUID)/explode",
                "/v2/notes",
                "/v1/notes//archive", "/v1/notes/\(knownUID)/archive/x", "//v1/notes", "/v1/notes%2F\(knownUID)", "/v1/%6Eotes",
            ] {
                for subject in ["me", nil] {
                    let response = try await api.send("GET", path, as: subject)
                    #expect(response.status == 404, "\(path)")
                    #expect(response.text == #"{"error":"no such path","code":"route_not_found","correlation_id":"t-1"}"#, "\(path)")
                }
            }
            for kind in ItemKind.allCases {
                let (list, item) = ("/v1/\(kind.path)", "/v1/\(kind.path)/\(knownUID)")
                for (method, path, allow) in [
                    ("PUT", list, "GET, POST"), ("DELETE", list, "GET, POST"), ("PATCH", list, "GET, POST"), ("OPTIONS", list, "GET, POST"),
                    ("POST", item, "DELETE, GET, PATCH, PUT"), ("GET", item + "/archive", "POST"), ("DELETE", item + "/restore", "POST"),
                    ("PUT", item + "/process", "POST"),
                    ("TRACE", item, "DELETE, GET, PATCH, PUT"),
                ] {
                    let response = try await api.send(method, path, as: nil)
                    #expect(response.status == 405, "\(method) \(path)")
                    #expect(response.field("Allow") == allow, "\(method) \(path)")
                    #expect(response.text == #"{"error":"method not allowed","code":"method_not_allowed","correlation_id":"t-1"}"#)
                }
            }
        }
    }

    @Test func whoeverCanNotSayWhoTheyAreIsRefused() async throws {
        try await TestAPI.run { api in
            let before = try await api.dump()
            let requests: [(String, String, String?)] = [
                ("GET", "/v1/notes", nil), ("POST", "/v1/notes", "{}"), ("DELETE", "/v1/notes/x", nil),
                ("PATCH", "/v1/tasks/\(knownUID)", "bad"),
            ]
            for (method, target, body) in requests {
                let none = try await api.send(method, target, body, as: nil)
                #expect(none.status == 401 && none.field("WWW-Authenticate")?.hasPrefix("Bearer") == true)
                #expect(none.text == #"{"error":"unauthorized","code":"unauthorized","correlation_id":"t-1"}"#)
                // A bad token isn't rescued by another credential.
                for value in ["Bearer x", "bearer x", "Basic eDp5", "Bearer", ""] {
                    let bad = try await api.send(method, target, body, [("Authorization", value)])
                    #expect(bad.status == 401 && bad.code == "unauthorized", "\(value)")
                    #expect(bad.field("WWW-Authenticate")?.contains("invalid_token") == true, "\(value)")
                }
                let tenant = try await api.send(method, target, body, [("X-TB-Tenant-ID", "elsewhere")])
                #expect(tenant.status == 403)
                #expect(
                    tenant.text
                        == #"{"error":"Unauthorized: not authorized for requested tenant","code":"tenant_forbidden","correlation_id":"t-1"}"#
                )
            }
            #expect(try await api.dump() == before)
            #expect(try await api.send("GET", "/v1/notes", nil, [("X-TB-Tenant-ID", "tenant")]).status == 200)
        }
    }

    @Test(arguments: ["Authorization", "X-TB-Tenant-ID", "X-Sync-Session", "X-Sync-Epoch", "If-Match", "X-Debug-Sub", "X-TB-Whatever"])
    func headersThatMayComeOnceAreRefusedTwiceAndMisspelt(_ name: String) async throws {
        try await TestAPI.run { api in
            let twice = try await api.send("PUT", "/v1/notes/x", "bad", [(name, "1"), (name.lowercased(), "1")], as: nil)
            #expect(twice.status == 400 && twice.code == "duplicate_header")
            #expect(try twice.json["field"]?.string?.lowercased() == name.lowercased())
            guard name.contains("-") else { return }
            let misspelt = try await api.send("GET", "/v1/notes", nil, [(name.split(separator: "-").joined(separator: "_"), "1")])
            #expect(misspelt.status == 400 && misspelt.code == "duplicate_header")
        }
    }
}

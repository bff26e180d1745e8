import Auth
import HTTPServer
import HTTPTypes
import JSON
import RESTAPI
import Testing
import ToolBridge

/// What a token may do whose scopes limit it.
@Suite struct ScopeTests {
    private static let challenge = #"Bearer error="insufficient_scope", error_description="this needs more scope than the token has""#

    @Test("every route on an owner's data declares what a token must allow")
    func everyDataRouteDeclares() async throws {
        try await TestAPI.run { api in
            let data = DataRoutes(items: api.service, sync: api.service)
            let feed = FeedRoute(data, signals: api.signals, streams: FeedStreams()).route
            let routes = ItemRoutes(data).all + [batchRoute(data), searchRoute(data), recentRoute(data), feed] + SyncRoutes(data).all
            #expect(routes.count == 7 * 11 + 4 + 5)
            for route in routes {
                let scope = try #require(route.scope, "\(route.template)")
                guard scope != "any" else {
                    #expect(route.template.hasPrefix("/v1/sync/sessions") || route.template == "/v1/sync/state", "\(route.template)")
                    continue
                }
                let declared = try #require(AccessScope(scope))
                #expect(declared.isWriting == (route.verb != .only(.get)), "\(route.template)")
                let named = ItemKind.allCases.first { kind in route.template.split(separator: "/").contains { $0 == kind.path } }
                #expect(declared.kind == named, "\(route.template)")
            }
        }
    }

    /// Each request with the scope that alone allows it.
    private static func rows(_ kind: ItemKind) -> [(method: String, path: String, body: String?, scope: String)] {
        let (list, item) = ("/v1/\(kind.path)", "/v1/\(kind.path)/\(knownUID)")
        let (reading, writing) = ("\(kind.path):read", "\(kind.path):write")
        return [
            ("GET", list, nil, reading), ("GET", item, nil, reading), ("GET", "/v1/sync/\(kind.path)/pull", nil, reading),
            ("GET", "/v1/search?q=x&kinds=\(kind.path)", nil, reading), ("GET", "/v1/sync/changes?kinds=\(kind.path)", nil, reading),
            ("POST", list, "{}", writing), ("PUT", item, "{}", writing), ("PATCH", item, "{}", writing), ("DELETE", item, nil, writing),
            ("POST", item + "/restore", nil, writing), ("POST", item + "/archive", nil, writing),
            ("POST", item + "/process", #"{"action":"\#(kind.actions[0].name)"}"#, writing),
            ("POST", "/v1/sync/\(kind.path)/push", #"{"items":[]}"#, writing),
        ]
    }

    private static let broad: [(method: String, path: String, body: String?, scope: String)] = [
        ("GET", "/v1/search?q=x", nil, "items:read"), ("GET", "/v1/sync/changes", nil, "items:read"),
        ("GET", "/v1/search?q=x&kinds=nothing", nil, "items:read"), ("POST", "/v1/batch", #"{"operations":[]}"#, "items:write"),
        ("POST", "/v1/sync/wipe", #"{"confirm":"no"}"#, "items:write"),
    ]

    @Test(
        "a token does what its scopes include, at every data route, and is refused with the one that it lacks",
        arguments: ItemKind.allCases
    )
    func everyRoute(_ kind: ItemKind) async throws {
        let other = kind == .notes ? "tasks" : "notes"
        try await TestAPI.run(profile: FakeTokens.profile) { api in
            for row in Self.rows(kind) + (kind == .notes ? Self.broad : []) {
                let needed = try #require(AccessScope(row.scope))
                for scopes in [
                    [], ["openid"], ["\(kind.path):read"], ["\(kind.path):write"], ["\(other):write"], ["items:read"], ["items:write"],
                    ["openid", "\(other):read", "\(kind.path):read"],
                ] {
                    let bearer = [("Authorization", "Bearer " + (["good"] + scopes).joined(separator: ".").replacing(":", with: "-"))]
                    let response = try await api.send(row.method, row.path, row.body, bearer, as: nil)
                    let ours = scopes.compactMap { AccessScope($0) }
                    let isAllowed = ours.isEmpty || ours.contains { $0.includes(needed) }
                    let context: Comment = "\(row.method) \(row.path) \(scopes) \(response.text.prefix(200))"
                    #expect((response.code == "insufficient_scope") == !isAllowed, context)
                    #expect(![401, 403, 500, 503].contains(response.status) || !isAllowed, context)
                    guard !isAllowed else { continue }
                    #expect(
                        response.status == 403 && response.field("WWW-Authenticate") == Self.challenge + #", scope="\#(row.scope)""#,
                        context
                    )
                    let text = "the token lacks the scope \(row.scope)"
                    let code = #""code":"insufficient_scope","scope":"\#(row.scope)""#
                    #expect(response.text == #"{"error":"\#(text)",\#(code),"correlation_id":"t-1"}"#, context)
                }
            }
        }
    }

    @Test("several kinds need the scopes of all, told at once; sessions and state need none of them")
    func several() async throws {
        try await TestAPI.run(profile: FakeTokens.profile) { api in
            let bearer = FakeTokens.bearer("notes:read")
            let refused = try await api.send("GET", "/v1/search?q=x&kinds=tasks,notes", nil, bearer, as: nil)
            #expect(refused.field("WWW-Authenticate") == Self.challenge + #", scope="notes:read tasks:read""#)
            let both = FakeTokens.bearer("notes:read", "tasks:write")
            #expect(try await api.send("GET", "/v1/search?q=x&kinds=tasks,notes", nil, both, as: nil).status == 200)
            let opened = try await api.send("POST", "/v1/sync/sessions", nil, bearer, as: nil)
            #expect(opened.status == 201)
            let session = ("X-Sync-Session", try #require(try opened.json["id"]?.string))
            #expect(try await api.send("GET", "/v1/sync/state", nil, bearer + [session], as: nil).status == 200)
        }
    }

    @Test("rest-and-sync § 1.4: scopes come after the tenant and before the session, and a refusal leaves no row")
    func order() async throws {
        try await TestAPI.run(profile: FakeTokens.profile) { api in
            let before = try await api.dump()
            let bearer = FakeTokens.bearer("tasks:write")
            func code(_ headers: [(String, String)]) async throws -> String? {
                try await api.send("POST", "/v1/sync/notes/push", "{", headers, as: nil).code
            }
            #expect(try await code([("Authorization", "Bearer bad")]) == "unauthorized")
            #expect(try await code(bearer + [("X-TB-Tenant-ID", "elsewhere")]) == "tenant_forbidden")
            #expect(try await code(bearer) == "insufficient_scope")
            #expect(try await code(bearer + [("X-Sync-Session", "x")]) == "insufficient_scope")
            #expect(try await code(FakeTokens.bearer("notes:write")) == "session_required")
            #expect(try await api.dump() == before)
        }
    }

    @Test("an answer that is kept is not given to a token that may not have asked")
    func repeated() async throws {
        try await TestAPI.run(profile: FakeTokens.profile) { api in
            let key = [("Idempotency-Key", "k")]
            let first = try await api.send("POST", "/v1/notes", "{}", key + FakeTokens.bearer("notes:write"), as: nil)
            #expect(first.status == 201)
            let other = try await api.send("POST", "/v1/notes", "{}", key + FakeTokens.bearer("notes:read"), as: nil)
            #expect(other.status == 403 && other.code == "insufficient_scope")
        }
    }
}

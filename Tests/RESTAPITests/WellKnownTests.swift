import Auth
import HTTPServer
import JSON
import RESTAPI
import Testing
import ToolBridge

/// The documents at well-known addresses.
@Suite struct WellKnownTests {
    private struct FakeServer: Outbound {
        let body: String?

        func get(
            _ url: String,
            headers: [(name: String, value: String)],
            bodyLimit: Int,
            within limit: Duration
        ) async throws(OutboundFault) -> OutboundAnswer {
            guard let body else { throw .unreachable }
            return OutboundAnswer(status: 200, body: Array(body.utf8))
        }
    }

    private static let root = "/.well-known/oauth-protected-resource"
    private static let server = "/.well-known/oauth-authorization-server"
    private static let issuer = "https://login.example.com"

    private static func run(
        required: [String] = [],
        server body: String? = nil,
        hasSSE: Bool = true,
        contact: String? = nil,
        _ check: (TestAPI) async throws -> Void
    ) async throws {
        let resource = ProtectedResource(publicURL: "https://a.example.com", authorizationServers: [issuer], requiredScopes: required)
        let metadata = AuthorizationServerMetadata(issuer: issuer, outbound: FakeServer(body: body), clocks: Clocks(wall: { 0 }))
        let security = contact.flatMap {
            SecurityContact($0, publicURL: "https://a.example.com", now: { Timestamp(milliseconds: 1_772_359_200_000) })
        }
        let routes = WellKnownRoutes(resource, servers: [metadata], hasSSE: hasSSE, security: security)
        try await TestAPI.run(profile: FakeTokens.profile, resource: resource, further: routes.all(), check)
    }

    @Test("AU3 never again 16: each endpoint has its document, and the one without a suffix is that of /mcp")
    func documents() async throws {
        try await Self.run { api in
            for (path, endpoint) in [("", "mcp"), ("/mcp", "mcp"), ("/sse", "sse")] {
                // A bad token does no harm there.
                let response = try await api.send("GET", Self.root + path, nil, [("Authorization", "Bearer bad")], as: nil)
                #expect(response.status == 200 && response.field("Content-Type") == "application/json")
                #expect(response.field("Cache-Control") == "max-age=3600" && response.field("Access-Control-Allow-Origin") == "*")
                let scopes = #""scopes_supported":["items:read","items:write"]"#
                let servers = #""authorization_servers":["https://login.example.com"]"#
                #expect(
                    response.text
                        == #"{"resource":"https://a.example.com/\#(endpoint)",\#(servers),\#(scopes),"bearer_methods_supported":["header"]}"#
                )
            }
            for path in ["/", "/messages/", "/mcp/", "/v1/notes"] {
                #expect(try await api.send("GET", Self.root + path, as: nil).status == 404, "\(path)")
            }
            #expect(try await api.send("POST", Self.root, "{}", as: nil).status == 405)
        }
        try await Self.run(hasSSE: false) { api in
            let (sse, mcp) = (
                try await api.send("GET", Self.root + "/sse", as: nil), try await api.send("GET", Self.root + "/mcp", as: nil)
            )
            #expect(sse.status == 404 && mcp.status == 200, "E8")
        }
    }

    @Test(
        "AU9 clients are told to ask for what the authorization server knows",
        arguments: [
            ([], nil, ["items:read", "items:write"]), ([], #"{"issuer":"https://login.example.com"}"#, ["items:read", "items:write"]),
            ([], #"{"issuer":"https://login.example.com","scopes_supported":["openid","offline_access"]}"#, nil),
            ([], #"{"issuer":"https://login.example.com","scopes_supported":["items:read","openid"]}"#, ["items:read"]),
            (["bridge", "offline_access"], #"{"issuer":"https://login.example.com","scopes_supported":["openid"]}"#, ["bridge"]),
        ] as [([String], String?, [String]?)]
    )
    func scopes(_ required: [String], _ server: String?, _ expected: [String]?) async throws {
        try await Self.run(required: required, server: server) { api in
            let scopes = try await api.send("GET", Self.root, as: nil).json["scopes_supported"]
            #expect(scopes?.elements.compactMap(\.string) == expected)
        }
    }

    @Test("AU2 the authorization server's own document is passed on, and 503 says that it was never had")
    func authorizationServer() async throws {
        let document = #"{"issuer":"https://login.example.com","token_endpoint":"https://login.example.com/token","n":1.0}"#
        try await Self.run(server: document) { api in
            let response = try await api.send("GET", Self.server, as: nil)
            #expect(response.status == 200 && response.text == document)
            #expect(response.field("Access-Control-Allow-Origin") == "*" && response.field("Cache-Control") == "max-age=3600")
        }
        try await Self.run { api in
            let response = try await api.send("GET", Self.server, as: nil)
            #expect(response.status == 503 && response.code == "identity_provider_unavailable" && response.field("Retry-After") == "60")
        }
    }

    @Test("RFC 9116: whom to tell of holes, until half a year from now")
    func security() async throws {
        try await Self.run(contact: "security@example.com") { api in
            let response = try await api.send("GET", "/.well-known/security.txt", as: nil)
            #expect(response.field("Content-Type") == "text/plain; charset=utf-8")
            let expected = """
                Contact: mailto:security@example.com
                Expires: 2026-08-28T10:00:00.000Z
                Preferred-Languages: en
                Canonical: https://a.example.com/.well-known/security.txt

                """
            #expect(response.text == expected)
        }
        try await Self.run { api in
            let response = try await api.send("GET", "/.well-known/security.txt", as: nil)
            #expect(response.status == 404)
        }
    }

    @Test(
        "a contact is an address that people can use",
        arguments: [
            ("mailto:a@b", true), ("https://a.example.com/report", true), ("tel:+1-201-555-0123", true), ("a@b", true), ("", false),
            ("https://", false), ("http://a", false), ("a", false), ("@b", false), ("a@", false), ("a@b@c", false),
            ("javascript:a@b", false),
            ("a b@c", false), ("a@b\nExpires: never", false), ("é@b", false),
        ]
    )
    func contacts(_ text: String, _ isGood: Bool) {
        #expect((SecurityContact(text) != nil) == isGood)
    }
}

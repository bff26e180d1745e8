import Auth
import HTTPServer
import HTTPTypes
import JSON
import Testing
import ToolBridge

/// What the MCP endpoints answer to bad credentials, and the API beside them.
@Suite struct ChallengeTests {
    private static let resource = ProtectedResource(publicURL: "https://a.example.com", authorizationServers: ["https://i"])
    private static let demanding = ProtectedResource(
        publicURL: "https://a.example.com",
        authorizationServers: ["https://i"],
        requiredScopes: ["bridge", "items:read"]
    )
    /// The paths, and which document each belongs to.
    private static let paths = [("/mcp", "mcp"), ("/sse", "sse"), ("/messages/", "sse"), ("/messages", "sse")]

    private static func run(_ resource: ProtectedResource?, _ body: (TestAPI) async throws -> Void) async throws {
        let endpoints = paths.map { path, _ in
            Route<Caller>(.any, path, label: path, rules: .mcp, .authenticated { _, caller in .text(.ok, caller.principal.subject) })
        }
        try await TestAPI.run(profile: FakeTokens.profile, resource: resource, further: endpoints, body)
    }

    private static func send(_ api: TestAPI, _ method: String, _ path: String, _ authorization: String?) async throws -> Response {
        let headers =
            [("Content-Type", "application/json"), ("Host", "localhost:\(api.port)")]
            + (authorization.map { [("Authorization", $0)] } ?? [])
        return try await api.send(method, path, method == "POST" ? "{}" : nil, headers, as: nil)
    }

    @Test("AU4 AU13 every 401, on every path and method, says where tokens come from, before anything about the message")
    func everywhere() async throws {
        try await Self.run(Self.resource) { api in
            for (path, document) in Self.paths {
                let metadata = #"resource_metadata="https://a.example.com/.well-known/oauth-protected-resource/\#(document)""#
                for method in ["POST", "GET", "DELETE", "PUT"] {
                    for absent in [nil, "Basic eDp5", "DPoP x"] {
                        let response = try await Self.send(api, method, path, absent)
                        #expect(response.status == 401 && response.field("WWW-Authenticate") == "Bearer \(metadata)", "\(method) \(path)")
                        let text =
                            #"{"error":"invalid_token","code":"unauthorized","error_description":"missing token","correlation_id":"t-1"}"#
                        #expect(response.text == text)
                    }
                    for (name, fault) in FakeTokens.faults where fault != .keysUnavailable {
                        let response = try await Self.send(api, method, path, "Bearer \(name)")
                        let challenge = #"Bearer error="invalid_token", error_description="\#(fault.text)", \#(metadata)"#
                        #expect(response.status == 401 && response.field("WWW-Authenticate") == challenge, "\(method) \(path) \(name)")
                        #expect(try response.json["error_description"]?.string == fault.text)
                    }
                }
                let unknown = try await Self.send(api, "POST", path, "Bearer keyless")
                #expect(unknown.status == 503 && unknown.code == "identity_provider_unavailable")
                #expect(try await Self.send(api, "POST", path, "Bearer good").text == "me")
            }
        }
    }

    @Test("AU5 the challenge names the scopes that every token needs")
    func scopes() async throws {
        try await Self.run(Self.demanding) { api in
            let metadata = #"resource_metadata="https://a.example.com/.well-known/oauth-protected-resource/mcp""#
            let absent = try await Self.send(api, "POST", "/mcp", nil)
            #expect(absent.field("WWW-Authenticate") == #"Bearer scope="bridge items:read", \#(metadata)"#)
            let bad = try await Self.send(api, "POST", "/mcp", "Bearer expired")
            let error = #"error="invalid_token", error_description="expired""#
            #expect(bad.field("WWW-Authenticate") == #"Bearer \#(error), scope="bridge items:read", \#(metadata)"#)
            // The API isn't this resource.
            #expect(try await Self.send(api, "GET", "/v1/notes", nil).field("WWW-Authenticate") == "Bearer")
            let elsewhere = #"Bearer error="invalid_token", error_description="wrong audience""#
            #expect(try await Self.send(api, "GET", "/v1/notes", "Bearer audience").field("WWW-Authenticate") == elsewhere)
        }
    }

    @Test(
        "AU11 a header that can't hold a token is 400, wherever the token came from",
        arguments: ["Bearer", "Bearer ", "Bearer a b", "Bearer  a", "bearer a:b", "BEARER \"a\""]
    )
    func malformed(_ authorization: String) async throws {
        try await Self.run(Self.resource) { api in
            let response = try await Self.send(api, "POST", "/mcp", authorization)
            #expect(response.status == 400 && response.code == "invalid_request")
            #expect(try response.json["field"]?.string == "Authorization")
            #expect(response.field("WWW-Authenticate")?.hasPrefix(#"Bearer error="invalid_request", error_description="#) == true)
            let query = try await Self.send(api, "POST", "/mcp?access_token=good", "Bearer good")
            #expect(query.status == 400, "W4: even with a good token in the header")
            #expect(try await Self.send(api, "POST", "/mcp?access_token=good", nil).status == 400, "W4")
        }
    }

    @Test("T-5 two tokens in one header are two headers, which come before everything else")
    func twoTokens() async throws {
        try await Self.run(Self.resource) { api in
            let response = try await Self.send(api, "POST", "/mcp", "Bearer good,Bearer good")
            #expect(response.status == 400 && response.code == "duplicate_header")
        }
    }

    @Test("without an authorization server nothing points to one")
    func local() async throws {
        try await Self.run(nil) { api in
            #expect(try await Self.send(api, "POST", "/mcp", nil).field("WWW-Authenticate") == "Bearer")
            let bad = try await Self.send(api, "POST", "/mcp", "Bearer bad")
            #expect(bad.field("WWW-Authenticate") == #"Bearer error="invalid_token", error_description="invalid token""#)
        }
    }

    @Test("T-15 T-16 a page of another site is refused before its token is looked at, and no form can call")
    func foreignPages() async throws {
        try await Self.run(Self.resource) { api in
            let host = ("Host", "localhost:\(api.port)")
            for origin in ["null", "http://127.0.0.1.evil.com", "https://localhost:\(api.port)@evil", "https://evil.example.com"] {
                for token in ["Bearer good", "Bearer bad"] {
                    let response = try await api.send("POST", "/mcp", "{}", [host, ("Origin", origin), ("Authorization", token)], as: nil)
                    #expect(response.status == 403 && response.code == "origin_not_allowed", "\(origin)")
                    #expect(response.field("Access-Control-Allow-Origin") == nil)
                }
            }
            for origin in ["http://localhost:1", "HTTP://LOCALHOST:1", "http://[::1]:3000"] {
                let fields = [host, ("Origin", origin), ("Authorization", "Bearer good"), ("Content-Type", "application/json")]
                let response = try await api.send("POST", "/mcp", "{}", fields, as: nil)
                #expect(response.status == 200 && response.field("Access-Control-Allow-Origin") == origin)
                #expect(response.field("Access-Control-Allow-Credentials") == nil)
            }
            for foreign in ["evil.example.com", "localhost:1", "localhost.evil.com:\(api.port)"] {
                let response = try await api.send("POST", "/mcp", "{}", [("Host", foreign), ("Authorization", "Bearer good")], as: nil)
                #expect(response.status == 421, "\(foreign)")
            }
            for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
                let fields = [host, ("Authorization", "Bearer good"), ("Content-Type", type)]
                #expect(try await api.send("POST", "/mcp", "{}", fields, as: nil).status == 415)
                #expect(try await api.send("POST", "/v1/notes", "{}", [host, ("Content-Type", type)], as: nil).status == 401)
            }
        }
    }
}

import Auth
import Testing
import ToolBridge

@Suite("MCP's endpoints as a protected resource")
struct ProtectedResourceTests {
    @Test(
        "AU12 a resource URI has one canonical form",
        arguments: [
            ("https://notes.example.com", "https://notes.example.com"), ("HTTPS://Notes.Example.COM/", "https://notes.example.com"),
            ("https://notes.example.com:8443/mcp", "https://notes.example.com:8443/mcp"), ("https://a/MCP", "https://a/MCP"),
            ("https://a/mcp/", "https://a/mcp"), ("http://[::1]:8080/mcp", "http://[::1]:8080/mcp"), ("https://a//", nil),
            ("https://", nil),
            ("https:///mcp", nil), ("https://:80", nil), ("https:/a", nil), ("https:a", nil), ("ftp://a", nil), ("a", nil), ("", nil),
            ("https://a/mcp#x", nil), ("https://a/mcp?x", nil), ("https://me@a/mcp", nil), ("https://a /mcp", nil), ("https://é/mcp", nil),
            ("https://a/\u{0}", nil), ("https://a\"b", nil), ("\u{212A}ttps://a", nil),
        ] as [(String, String?)]
    )
    func canonical(_ text: String, _ expected: String?) {
        #expect(ProtectedResource.canonical(text) == expected)
    }

    @Test("each endpoint has its URI and its document, and messages belong to the streams of 2024-11-05")
    func addresses() {
        let resource = ProtectedResource(
            publicURL: "https://a",
            authorizationServers: ["https://i"],
            requiredScopes: ["x", "offline_access"]
        )
        #expect(resource.uri(of: .mcp) == "https://a/mcp" && resource.uri(of: .sse) == "https://a/sse")
        for (path, endpoint) in [("/mcp", "mcp"), ("/sse", "sse"), ("/messages/", "sse"), ("/messages", "sse")] {
            let url = resource.metadataURL(of: .init(path: path))
            #expect(url == "https://a/.well-known/oauth-protected-resource/\(endpoint)", "\(path)")
        }
        #expect(resource.requiredScopes == ["x"] && resource.scopesSupported == ["x"], "AU9")
        let open = ProtectedResource(publicURL: "https://a", authorizationServers: ["https://i"])
        #expect(open.scopesSupported == ["items:read", "items:write"])
    }

    @Test(
        "AU8 a token is limited by its scopes of ours, and by none if it has none",
        arguments: [
            ([], "items:write", true), (["openid", "email"], "items:write", true), (["notes:delete", "NOTES:read"], "tasks:write", true),
            (["notes:read"], "notes:read", true), (["notes:read"], "notes:write", false), (["notes:write"], "notes:read", true),
            (["notes:read", "openid"], "tasks:read", false), (["items:read"], "tasks:read", true), (["items:read"], "tasks:write", false),
            (["notes:write", "tasks:read"], "tasks:read", true), (["notes:write", "tasks:read"], "items:read", false),
            (["items:write"], "chat_messages:read", true),
        ] as [([String], String, Bool)]
    )
    func limits(_ scopes: [String], _ needed: String, _ isAllowed: Bool) throws {
        let principal = Principal(issuer: "i", subject: "s", scopes: scopes)
        let scope = try #require(AccessScope(needed))
        #expect(principal.allows(scope) == isAllowed)
        #expect(principal.scopesMissing(for: [scope], required: []) == (isAllowed ? [] : [needed]))
    }

    @Test("AU7 what is missing is told whole: what every token needs, and all that the operation does")
    func missing() {
        func missing(_ scopes: [String], _ needed: [AccessScope], _ required: [String]) -> [String] {
            Principal(issuer: "i", subject: "s", scopes: scopes).scopesMissing(for: needed, required: required)
        }
        #expect(missing(["bridge"], [.reading(.notes)], ["bridge"]) == [])
        #expect(missing([], [], ["bridge"]) == ["bridge"])
        #expect(missing(["Bridge"], [], ["bridge"]) == ["bridge"])
        #expect(missing(["bridg\u{65}\u{301}"], [], ["bridg\u{e9}"]) == ["bridg\u{e9}"], "bytes, not characters")
        #expect(missing([], [.writing(.notes)], ["bridge"]) == ["bridge", "notes:write"])
        #expect(
            missing(["bridge", "notes:read"], [.writing(.notes), .reading(.tasks)], ["bridge"]) == ["bridge", "notes:write", "tasks:read"]
        )
        #expect(missing(["items:write"], [.reading(.notes)], ["notes:read"]) == [], "a broader one will do")
        #expect(missing(["tasks:read"], [.reading(.notes)], ["notes:read"]) == ["notes:read"], "each once")
    }
}

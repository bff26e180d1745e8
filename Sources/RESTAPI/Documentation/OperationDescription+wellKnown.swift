import Auth
import HTTPServer

/// The documents at well-known addresses.
extension OperationDescription {
    static var protectedResource: OperationDescription {
        protectedResource("getProtectedResource", "Who issues tokens for this server")
    }

    static func protectedResource(_ endpoint: ProtectedResource.Endpoint) -> OperationDescription {
        let name = endpoint == .mcp ? "getProtectedResourceOfMCP" : "getProtectedResourceOfSSE"
        return protectedResource(name, "Who issues tokens for \(endpoint.rawValue)")
    }

    private static func protectedResource(_ name: String, _ summary: String) -> OperationDescription {
        let schema = #"""
            {"type":"object","required":["resource","authorization_servers","bearer_methods_supported"],"properties":{
            "resource":{"type":"string","format":"uri"},"authorization_servers":{"type":"array","items":{"type":"string"},"minItems":1},
            "scopes_supported":{"type":"array","items":{"type":"string"},"minItems":1},
            "bearer_methods_supported":{"type":"array","items":{"const":"header"}}}}
            """#
        return OperationDescription(
            name,
            tag: tag,
            summary,
            answers: [.init(200, "The protected resource's metadata (RFC 9728).", [.init(schema: schema)])]
        )
    }

    static var authorizationServer: OperationDescription {
        OperationDescription(
            "getAuthorizationServer",
            tag: tag,
            "The authorization server's metadata",
            text: "A copy of what the authorization server publishes itself (RFC 8414), for clients of MCP 2025-03-26.",
            answers: [.init(200, "The metadata.", [.init(schema: #"{"type":"object","required":["issuer"]}"#)])],
            refusals: ["identity_provider_unavailable"]
        )
    }

    static var securityContact: OperationDescription {
        OperationDescription(
            "getSecurityContact",
            tag: tag,
            "Whom to tell of security holes",
            answers: [.init(200, "A file as RFC 9116 has it.", [.init("text/plain", schema: #"{"type":"string"}"#)])]
        )
    }

    private static let tag = "Identity"
}

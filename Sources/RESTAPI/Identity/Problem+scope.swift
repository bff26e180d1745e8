package import Auth
package import HTTPServer
import HTTPTypes
package import ToolBridge

extension Problem {
    /// A token that allows too little (RFC 6750, § 3.1): all scopes that the operation needs, in one challenge.
    ///
    /// - Parameters:
    ///   - scopes: One at least.
    ///   - metadata: Where the resource's metadata are, if it has any.
    package static func insufficientScope(_ scopes: [String], metadata: String? = nil) -> Problem {
        var challenge = Challenge(error: "insufficient_scope", "this needs more scope than the token has")
        challenge.scopes = scopes
        challenge.metadata = metadata
        let scope = scopes.joined(separator: " ")
        return Problem(
            .forbidden,
            "insufficient_scope",
            "the token lacks the scope \(scope)",
            fields: [("scope", .string(scope))],
            headers: [.wwwAuthenticate: challenge.description]
        )
    }
}

extension Caller {
    /// The refusal of an operation at MCP's endpoints whose token allows too little; nil if it allows enough.
    ///
    /// - Parameters:
    ///   - needed: All scopes of ours that the operation needs.
    ///   - resource: nil where no authorization server is configured.
    ///   - path: The endpoint's.
    package func refusal(for needed: [AccessScope], of resource: ProtectedResource?, at path: String) -> Problem? {
        let missing = principal.scopesMissing(for: needed, required: resource?.requiredScopes ?? [])
        guard !missing.isEmpty else { return nil }
        return .insufficientScope(missing, metadata: resource?.metadataURL(of: .init(path: path)))
    }
}

package import Auth
package import HTTPServer
import HTTPTypes

/// The refusals with which MCP's endpoints tell their clients where tokens come from (AU4; RFC 6750, § 3).
package struct MCPChallenge: Sendable {
    private let resource: ProtectedResource?
    private let path: String

    /// - Parameters:
    ///   - resource: What the MCP endpoints are; nil where there is no authorization server.
    ///   - path: The request's.
    package init(_ resource: ProtectedResource?, _ path: String) {
        self.resource = resource
        self.path = path
    }

    /// 401.
    ///
    /// - Parameters:
    ///   - description: From a fixed list of texts.
    ///   - error: nil where no token was sent.
    package func unauthorized(_ description: String, error: String?) -> Problem {
        Problem(
            .unauthorized,
            "unauthorized",
            "invalid_token",
            fields: [("error_description", .string(description))],
            headers: [.wwwAuthenticate: challenge(error, description).description]
        )
    }

    /// 400 for an `Authorization` header that holds a bearer token which can't be one.
    package var malformed: Problem {
        var problem = Problem.invalidRequest("Authorization must be Bearer, one space and a token", field: "Authorization")
        problem.headers[.wwwAuthenticate] = challenge("invalid_request", "malformed Authorization").description
        return problem
    }

    private func challenge(_ error: String?, _ description: String) -> Challenge {
        var challenge = error.map { Challenge(error: $0, description) } ?? Challenge()
        if let resource {
            challenge.scopes = resource.requiredScopes
            challenge.metadata = resource.metadataURL(of: .init(path: path))
        }
        return challenge
    }
}

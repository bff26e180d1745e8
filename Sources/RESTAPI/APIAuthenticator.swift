package import Auth
package import HTTPServer
import HTTPTypes

/// Finds the caller of a request by the server's policy, and says so in HTTP when there is none.
package struct APIAuthenticator: Authenticator {
    private let policy: CallerPolicy

    package init(_ policy: CallerPolicy) {
        self.policy = policy
    }

    package func caller(of request: IncomingRequest) async throws -> Caller? {
        let credentials = Credentials(
            authorization: request.header(.authorization),
            debugSubject: request.header(.debugSubject),
            tenant: request.header(.tenant)
        )
        do {
            return try policy.caller(credentials)
        } catch .invalidToken {
            throw unauthorized(request, "invalid token", error: "invalid_token")
        } catch .tenantForbidden {
            throw Problem(.forbidden, "tenant_forbidden", "Unauthorized: not authorized for requested tenant")
        }
    }

    package func challenge(for request: IncomingRequest) -> Problem {
        unauthorized(request, "missing token", error: nil)
    }

    /// A refusal with the challenge of RFC 6750, § 3.
    ///
    /// MCP's endpoints name the error as OAuth does.
    private func unauthorized(_ request: IncomingRequest, _ description: String, error: String?) -> Problem {
        let challenge = error.map { "Bearer error=\"\($0)\", error_description=\"\(description)\"" } ?? "Bearer"
        let isMCP = !request.path.utf8.starts(with: "/v1/".utf8)
        return Problem(
            .unauthorized,
            "unauthorized",
            isMCP ? "invalid_token" : "unauthorized",
            fields: isMCP ? [("error_description", .string(description))] : [],
            headers: [.wwwAuthenticate: challenge]
        )
    }
}

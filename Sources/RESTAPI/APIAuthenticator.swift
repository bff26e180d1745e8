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
        if let route = BearerRoute(rawValue: request.path) { return try bearer(of: request, route) }
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
        if let route = BearerRoute(rawValue: request.path) { return unauthorized(route.missing, challenge: "Bearer") }
        return unauthorized(request, "missing token", error: nil)
    }

    /// The bearer of a token; other credentials and the tenant that is named don't count.
    private func bearer(of request: IncomingRequest, _ route: BearerRoute) throws(Problem) -> Caller? {
        guard let authorization = request.header(.authorization) else { return nil }
        let challenge = Self.challenge("invalid token", error: "invalid_token")
        guard BearerToken(authorization: authorization) != nil else { throw unauthorized(route.malformed, challenge: challenge) }
        do {
            return try policy.caller(Credentials(authorization: authorization))
        } catch {
            throw unauthorized(BearerRoute.invalid, challenge: challenge)
        }
    }

    private func unauthorized(_ text: String, challenge: String) -> Problem {
        Problem(.unauthorized, "unauthorized", text, headers: [.wwwAuthenticate: challenge])
    }

    /// A refusal with the challenge of RFC 6750, § 3.
    ///
    /// MCP's endpoints name the error as OAuth does.
    private func unauthorized(_ request: IncomingRequest, _ description: String, error: String?) -> Problem {
        let isMCP = !request.path.utf8.starts(with: "/v1/".utf8)
        return Problem(
            .unauthorized,
            "unauthorized",
            isMCP ? "invalid_token" : "unauthorized",
            fields: isMCP ? [("error_description", .string(description))] : [],
            headers: [.wwwAuthenticate: Self.challenge(description, error: error)]
        )
    }

    private static func challenge(_ description: String, error: String?) -> String {
        error.map { "Bearer error=\"\($0)\", error_description=\"\(description)\"" } ?? "Bearer"
    }
}

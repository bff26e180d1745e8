package import Auth
package import HTTPServer
import HTTPTypes
import NIOCore

/// Finds the caller of a request by the server's policy, and says so in HTTP when there is none.
package struct APIAuthenticator: Authenticator {
    private let policy: CallerPolicy

    package init(_ policy: CallerPolicy) {
        self.policy = policy
    }

    package func caller(of request: IncomingRequest) async throws -> Caller? {
        let door = Door(of: request)
        let route = BearerRoute(rawValue: request.path)
        let authorization = request.header(.authorization)
        if let route, let authorization, BearerToken(authorization: authorization) == nil {
            throw unauthorized(route.malformed, challenge: Self.challenge("invalid token", error: "invalid_token"))
        }
        let signed = SignedRequest(
            method: request.method.rawValue,
            target: request.target,
            authorization: authorization,
            tenant: request.header(.tenant),
            timestamp: request.header(.tenantTimestamp),
            nonce: request.header(.tenantNonce),
            signature: request.header(.tenantSignature),
            body: { Array(buffer: request.body) }
        )
        do {
            return try await policy.caller(Credentials(signed, debugSubject: request.header(.debugSubject)), at: door)
        } catch .token(let fault) {
            if route != nil {
                throw unauthorized(BearerRoute.invalid, challenge: Self.challenge(fault.text, error: "invalid_token"))
            }
            throw unauthorized(request, door, fault.text, error: "invalid_token")
        } catch .tenantForbidden {
            throw Problem.tenantForbidden
        } catch .tenantRequired {
            throw Problem.tenantRequired
        } catch .tenantProof(let fault) {
            throw Problem.invalidTenantHeaders(fault)
        } catch .unavailable(let seconds) {
            throw Problem.identityProviderUnavailable(retryAfter: seconds)
        }
    }

    package func challenge(for request: IncomingRequest) -> Problem {
        if let route = BearerRoute(rawValue: request.path) { return unauthorized(route.missing, challenge: "Bearer") }
        return unauthorized(request, Door(of: request), "missing token", error: nil)
    }

    private func unauthorized(_ text: String, challenge: String) -> Problem {
        Problem(.unauthorized, "unauthorized", text, headers: [.wwwAuthenticate: challenge])
    }

    /// A refusal with the challenge of RFC 6750, § 3.
    ///
    /// MCP's endpoints name the error as OAuth does.
    private func unauthorized(_ request: IncomingRequest, _ door: Door, _ description: String, error: String?) -> Problem {
        Problem(
            .unauthorized,
            "unauthorized",
            door == .mcp ? "invalid_token" : "unauthorized",
            fields: door == .mcp ? [("error_description", .string(description))] : [],
            headers: [.wwwAuthenticate: Self.challenge(description, error: error)]
        )
    }

    private static func challenge(_ description: String, error: String?) -> String {
        error.map { "Bearer error=\"\($0)\", error_description=\"\(description)\"" } ?? "Bearer"
    }
}

extension Door {
    /// The door that a request stands at, as its path says.
    init(of request: IncomingRequest) {
        let path = request.path
        if let route = BearerRoute(rawValue: path) {
            self = route == .tenant ? .tenant : .exchange
        } else if path.utf8.starts(with: "/v1/sync/sessions".utf8) {
            self = .sessions
        } else {
            self = path.utf8.starts(with: "/v1/".utf8) ? .data : .mcp
        }
    }
}

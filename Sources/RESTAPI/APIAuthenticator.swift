package import Auth
package import HTTPServer
import HTTPTypes
import NIOCore

/// Finds the caller of a request by the server's policy, and says so in HTTP when there is none.
package struct APIAuthenticator: Authenticator {
    private let policy: CallerPolicy
    private let resource: ProtectedResource?
    private let decided: @Sendable (AuthDecision) -> Void

    /// - Parameters:
    ///   - resource: What the MCP endpoints are where an authorization server issues tokens for them; nil where there is none.
    ///   - decided: Told of each decision.
    package init(
        _ policy: CallerPolicy,
        resource: ProtectedResource? = nil,
        decided: @escaping @Sendable (AuthDecision) -> Void = { _ in }
    ) {
        self.policy = policy
        self.decided = decided
        self.resource = resource
    }

    package func caller(of request: IncomingRequest) async throws -> Caller? {
        let path = request.path
        let route = BearerRoute(rawValue: path)
        let door = Door(of: path, route)
        let authorization = request.header(.authorization)
        if let authorization, route != nil || door == .mcp, BearerToken(authorization: authorization) == nil {
            if let route { throw unauthorized(route.malformed, Challenge(error: "invalid_token", "invalid token")) }
            // Another scheme is no token at all.
            guard BearerToken.isScheme(of: authorization) else { return nil }
            throw malformed(request)
        }
        var signed = SignedRequest(method: "", target: "", authorization: authorization, tenant: request.header(.tenant))
        // Texts of a request cost memory: they are made where somebody reads them.
        if policy.readsSignatures {
            signed.method = request.method.rawValue
            signed.target = request.target
            signed.timestamp = request.header(.tenantTimestamp)
            signed.nonce = request.header(.tenantNonce)
            signed.signature = request.header(.tenantSignature)
            signed.body = { Array(buffer: request.body) }
        }
        do {
            return try await decide(Credentials(signed, debugSubject: request.header(.debugSubject)), at: door)
        } catch .token(let fault) {
            if let route { throw unauthorized(route.text(of: fault), Challenge(error: "invalid_token", fault.text)) }
            throw unauthorized(request, door, fault.text, error: "invalid_token")
        } catch .tenantForbidden {
            throw Problem.tenantForbidden
        } catch .tenantRequired {
            throw challenged(Problem.tenantRequired, request, door)
        } catch .tenantProof(let fault) {
            throw challenged(Problem.invalidTenantHeaders(fault), request, door)
        } catch .unavailable(let seconds) {
            throw Problem.identityProviderUnavailable(retryAfter: seconds)
        }
    }

    private func decide(_ credentials: Credentials, at door: Door) async throws(AuthError) -> Caller? {
        do throws(AuthError) {
            let caller = try await policy.caller(credentials, at: door)
            if let caller { decided(.accepted(caller.profile)) }
            return caller
        } catch {
            decided(.refused(error))
            throw error
        }
    }

    package func challenge(for request: IncomingRequest) -> Problem {
        let path = request.path
        let route = BearerRoute(rawValue: path)
        decided(.missing)
        if let route { return unauthorized(route.missing, Challenge()) }
        return unauthorized(request, Door(of: path, route), "missing token", error: nil)
    }

    private func unauthorized(_ text: String, _ challenge: Challenge) -> Problem {
        Problem(.unauthorized, "unauthorized", text, headers: [.wwwAuthenticate: challenge.description])
    }

    /// A refusal with the challenge of RFC 6750, § 3.
    ///
    /// MCP's endpoints name the error as OAuth does.
    private func unauthorized(_ request: IncomingRequest, _ door: Door, _ description: String, error: String?) -> Problem {
        let challenge = challenge(request, door, error: error, description)
        return Problem(
            .unauthorized,
            "unauthorized",
            door == .mcp ? "invalid_token" : "unauthorized",
            fields: door == .mcp ? [("error_description", .string(description))] : [],
            headers: [.wwwAuthenticate: challenge.description]
        )
    }

    /// An `Authorization` header that holds a bearer token which can't be one.
    private func malformed(_ request: IncomingRequest) -> Problem {
        var problem = Problem.invalidRequest("Authorization must be Bearer, one space and a token", field: "Authorization")
        problem.headers[.wwwAuthenticate] = challenge(request, .mcp, error: "invalid_request", "malformed Authorization").description
        return problem
    }

    /// A refusal of something other than the token: MCP's clients learn at every 401 where tokens come from (AU4).
    private func challenged(_ problem: Problem, _ request: IncomingRequest, _ door: Door) -> Problem {
        var problem = problem
        problem.headers[.wwwAuthenticate] = challenge(request, door, error: nil, "").description
        return problem
    }

    /// - Parameter description: Only told with an error.
    private func challenge(_ request: IncomingRequest, _ door: Door, error: String?, _ description: String) -> Challenge {
        var challenge = error.map { Challenge(error: $0, description) } ?? Challenge()
        if door == .mcp, let resource {
            challenge.scopes = resource.requiredScopes
            challenge.metadata = resource.metadataURL(of: .init(path: request.path))
        }
        return challenge
    }
}

extension Door {
    /// The door that a request stands at, as its path says.
    init(of path: String, _ route: BearerRoute?) {
        if let route {
            self = route == .tenant ? .tenant : .exchange
        } else if path.utf8.starts(with: "/v1/sync/sessions".utf8) {
            self = .sessions
        } else {
            self = path.utf8.starts(with: "/v1/".utf8) ? .data : .mcp
        }
    }
}

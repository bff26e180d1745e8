import APIClient
package import Auth
import Crypto
package import HTTPServer
import HTTPTypes
import RESTAPI

/// Finds the caller of a request to the role `mcp`.
///
/// With an authorization server every request needs a token of its own that is good; without one nobody here can tell, and the API decides.
package struct GatewayAuthenticator: Authenticator {
    private let verifier: TokenVerifier?
    private let resource: ProtectedResource?
    private let decided: @Sendable (AuthDecision) -> Void

    /// - Parameters:
    ///   - verifier: nil where there is no authorization server.
    ///   - resource: What the MCP endpoints are where there is one.
    ///   - decided: Told of each decision.
    package init(
        verifier: TokenVerifier?,
        resource: ProtectedResource?,
        decided: @escaping @Sendable (AuthDecision) -> Void = { _ in }
    ) {
        self.verifier = verifier
        self.resource = resource
        self.decided = decided
    }

    package func caller(of request: IncomingRequest) async throws -> GatewayCaller? {
        let token = try token(of: request)
        guard let verifier else { return caller(request, nil, token) }
        guard let token else { return nil }
        do throws(TokenFault) {
            let verified = try await verifier.verify(token, at: .mcp)
            decided(.accepted(verified.profile))
            return caller(request, verified.principal, token)
        } catch {
            decided(.refused(error == .keysUnavailable ? .unavailable(retryAfter: 1) : .token(error)))
            guard error != .keysUnavailable else {
                throw Problem(
                    .serviceUnavailable,
                    "identity_provider_unavailable",
                    "the identity provider can't be asked now",
                    headers: [.retryAfter: "1"]
                )
            }
            throw MCPChallenge(resource, request.path).unauthorized(error.text, error: "invalid_token")
        }
    }

    package func challenge(for request: IncomingRequest) -> Problem {
        decided(.missing)
        return MCPChallenge(resource, request.path).unauthorized("missing token", error: nil)
    }

    /// - Throws: 400 for a bearer token that can't be one; another scheme is no token at all.
    private func token(of request: IncomingRequest) throws(Problem) -> BearerToken? {
        guard let authorization = request.header(.authorization) else { return nil }
        if let token = BearerToken(authorization: authorization) { return token }
        guard BearerToken.isScheme(of: authorization) else { return nil }
        throw MCPChallenge(resource, request.path).malformed
    }

    private func caller(_ request: IncomingRequest, _ principal: Auth.Principal?, _ token: BearerToken?) -> GatewayCaller {
        GatewayCaller(
            principal: principal,
            token: token.map { Secret(String($0.text)) },
            digest: principal == nil ? token.map { Self.digest(of: $0) } ?? "" : "",
            namedTenant: request.header(.gatewayTenant),
            client: request.client,
            origin: APIRequestOrigin(clientAddress: request.client?.description, correlationID: request.correlationID)
        )
    }

    private static func digest(of token: BearerToken) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: SHA256.hash(data: Array(token.text.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}

extension HTTPField.Name {
    fileprivate static let gatewayTenant = HTTPField.Name(constant: "X-TB-Tenant-ID")
}

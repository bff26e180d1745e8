import Crypto
import ToolBridge

/// Decides who calls, and in which tenant.
///
/// It is put together once at start, never by anything that a request says.
package struct CallerPolicy: Sendable {
    /// Which tokens are taken.
    package enum Tokens: Sendable {
        case none
        /// One token; its subject is ``CallerPolicy/localSubject``.
        case local(Secret)
        case verified(any TokenVerifying)
    }

    private enum Check: Sendable {
        case none
        case digest(SHA256.Digest)
        case verifier(any TokenVerifying)
    }

    private let check: Check
    private let takesDebugSubject: Bool
    private let tenants: TenantPolicy
    /// The issuer of principals that this server itself vouches for.
    static let localIssuer = ""
    static let localSubject = "local"

    /// - Parameter takesDebugSubject: Whether `X-Debug-Sub` names the subject where no token is sent: for development only.
    package init(tokens: Tokens, takesDebugSubject: Bool = false, tenants: TenantPolicy) {
        self.takesDebugSubject = takesDebugSubject
        self.tenants = tenants
        check =
            switch tokens {
            case .none: .none
            case .local(let token): .digest(SHA256.hash(data: Array(token.reveal().utf8)))
            case .verified(let verifier): .verifier(verifier)
            }
    }

    /// Whether signed headers count: otherwise of a request only its token and the tenant's name are read.
    package var readsSignatures: Bool { tenants.readsSignatures }

    /// The caller, or `nil` if no credentials were sent.
    ///
    /// - Throws: ``AuthError``. A bearer token that isn't good is never rescued by another credential.
    package func caller(_ credentials: Credentials, at door: Door) async throws(AuthError) -> Caller? {
        guard let (principal, profile) = try await principal(credentials, at: door) else { return nil }
        switch try await tenants.decision(for: principal, credentials.request, at: door) {
        case .unasked: return Caller(principal: principal, owner: nil, profile: profile)
        case .tenant(let tenant):
            return Caller(principal: principal, owner: Owner(tenant: tenant, subject: principal.subject), profile: profile)
        case .chosen(let tenant):
            let owner = Owner(tenant: tenant, subject: principal.subject)
            return Caller(principal: principal, owner: owner, hasChosen: true, profile: profile)
        case .choice(let organizations):
            return Caller(principal: principal, owner: nil, organizations: organizations, profile: profile)
        }
    }

    /// The user of this machine, who needs no credentials: whoever can start the program can read its database.
    package static func machineUser(of tenant: String) -> Caller {
        Caller(
            principal: Principal(issuer: localIssuer, subject: localSubject),
            owner: Owner(tenant: tenant, subject: localSubject)
        )
    }

    private func principal(
        _ credentials: Credentials,
        at door: Door
    ) async throws(AuthError) -> (Principal, VerifiedToken.Profile?)? {
        if let authorization = credentials.authorization {
            guard let token = BearerToken(authorization: authorization) else { throw .token(.invalid) }
            switch check {
            case .none: throw .token(.invalid)
            case .digest(let expected):
                // Digests of one length are compared in constant time by their own `==`.
                guard SHA256.hash(data: Array(token.text.utf8)) == expected else { throw .token(.invalid) }
                return (Principal(issuer: Self.localIssuer, subject: Self.localSubject), nil)
            case .verifier(let verifier):
                do throws(TokenFault) {
                    let verified = try await verifier.verify(token, at: door)
                    return (verified.principal, verified.profile)
                } catch {
                    throw error == .keysUnavailable ? .unavailable(retryAfter: 1) : .token(error)
                }
            }
        }
        // Only a token tells the tenant of its subject, or can be exchanged.
        guard takesDebugSubject, door != .exchange, door != .tenant, let subject = credentials.debugSubject else { return nil }
        guard TokenClaims.isSubject(subject) else { throw .token(.invalid) }
        return (Principal(issuer: Self.localIssuer, subject: subject), nil)
    }
}

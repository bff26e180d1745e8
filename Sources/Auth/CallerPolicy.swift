import Crypto
import ToolBridge

/// Decides who calls.
///
/// One of the profiles is chosen at start, never by anything that a request says.
package struct CallerPolicy: Sendable {
    package enum Profile: Sendable {
        /// One bearer token, made on first run; the subject is `local`.
        case local(token: Secret)
        /// For development on this machine: `X-Debug-Sub` names the subject where no bearer token is sent.
        case development
    }

    private enum Check: Sendable {
        case digest(SHA256.Digest)
        case debugSubject
    }

    private let check: Check
    private let defaultTenant: String
    /// The issuer of principals that this server itself vouches for.
    package static let localIssuer = ""
    package static let localSubject = "local"

    /// - Parameter defaultTenant: The one tenant of a single-tenant installation.
    package init(_ profile: Profile, defaultTenant: String) {
        self.defaultTenant = defaultTenant
        check =
            switch profile {
            case .local(let token): .digest(SHA256.hash(data: Array(token.reveal().utf8)))
            case .development: .debugSubject
            }
    }

    /// The caller, or `nil` if no credentials were sent.
    ///
    /// - Throws: ``AuthError``. A bearer token that isn't good is never rescued by another credential.
    package func caller(_ credentials: Credentials) throws(AuthError) -> Caller? {
        guard let subject = try subject(credentials) else { return nil }
        return Caller(
            principal: Principal(issuer: Self.localIssuer, subject: subject),
            owner: Owner(tenant: try tenant(credentials.tenant), subject: subject)
        )
    }

    /// The user of this machine, who needs no credentials: whoever can start the program can read its database.
    package static func machineUser(of tenant: String) -> Caller {
        Caller(
            principal: Principal(issuer: localIssuer, subject: localSubject),
            owner: Owner(tenant: tenant, subject: localSubject)
        )
    }

    private func subject(_ credentials: Credentials) throws(AuthError) -> String? {
        if let authorization = credentials.authorization {
            guard let token = BearerToken(authorization: authorization), case .digest(let expected) = check else { throw .invalidToken }
            // Digests of one length are compared in constant time by their own `==`.
            guard SHA256.hash(data: Array(token.text.utf8)) == expected else { throw .invalidToken }
            return Self.localSubject
        }
        guard case .debugSubject = check, let subject = credentials.debugSubject else { return nil }
        guard (1...255).contains(subject.utf8.count), subject.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { throw .invalidToken }
        return subject
    }

    private func tenant(_ requested: String?) throws(AuthError) -> String {
        guard let requested else { return defaultTenant }
        guard requested.utf8.elementsEqual(defaultTenant.utf8) else { throw .tenantForbidden }
        return defaultTenant
    }
}

/// By which rules the tokens of one issuer are verified.
package struct TokenProfile: Sendable {
    /// Whom a token must be for.
    package enum Audiences: Sendable, Equatable {
        /// Whoever; for secrets that are shared with nobody else.
        case any
        /// One of these, byte for byte.
        case among([String])
    }

    package let kind: VerifiedToken.Profile
    /// nil: of any issuer that has no profile of its own, or of none.
    package let issuer: String?
    package let algorithms: Set<Algorithm>
    package let keys: any KeySource
    /// At a door that isn't named here nothing is taken.
    package let audiences: [Door: Audiences]
    /// The clients whose ID tokens may ask which tenant their subject belongs to.
    package let idTokenClients: [String]
    /// Whether a token must say when it was issued.
    package let requiresIssuedAt: Bool

    package init(
        kind: VerifiedToken.Profile,
        issuer: String?,
        algorithms: Set<Algorithm>,
        keys: any KeySource,
        audiences: [Door: Audiences],
        idTokenClients: [String] = [],
        requiresIssuedAt: Bool = true
    ) {
        self.kind = kind
        self.issuer = issuer
        self.algorithms = algorithms
        self.keys = keys
        self.audiences = audiences
        self.idTokenClients = idTokenClients
        self.requiresIssuedAt = requiresIssuedAt
    }
}

extension TokenProfile {
    /// The configured identity provider's tokens.
    ///
    /// - Parameters:
    ///   - api: Audiences of the API.
    ///   - mcp: Further audiences of the MCP server, taken at the exchange and where the tenant is asked for, too.
    ///   - resources: The MCP server's own resource URIs, taken at MCP's endpoints alone.
    package static func external(
        issuer: String,
        keys: any KeySource,
        api: [String],
        mcp: [String] = [],
        resources: [String] = [],
        idTokenClients: [String] = []
    ) -> Self {
        Self(
            kind: .external,
            issuer: issuer,
            algorithms: [.rs256, .es256],
            keys: keys,
            audiences: [
                .data: .among(api),
                .sessions: .among(api),
                .exchange: .among(api + mcp),
                .tenant: .among(api + mcp),
                .mcp: .among(resources + mcp),
            ],
            idTokenClients: idTokenClients
        )
    }

    /// Tokens that this server made in exchange for others: for the API alone.
    ///
    /// The exchange takes them as far as to say that they can't be exchanged once more.
    ///
    /// - Parameters:
    ///   - keys: This server's own.
    ///   - algorithms: RS256, HS256 where that is allowed.
    package static func exchanged(issuer: String, keys: any KeySource, algorithms: Set<Algorithm>, api: [String]) -> Self {
        let audiences = Audiences.among(api)
        return Self(
            kind: .exchanged,
            issuer: issuer,
            algorithms: algorithms,
            keys: keys,
            audiences: [.data: audiences, .sessions: audiences, .exchange: audiences, .tenant: audiences]
        )
    }

    /// Tokens signed with a secret, of any issuer that has no profile of its own.
    ///
    /// - Parameters:
    ///   - api: Audiences of the API; none: whatever audience they have.
    ///   - resources: Audiences at MCP's endpoints, where an authorization server guards these; nil: as at the API.
    package static func hs256(secret: Secret, api: [String], resources: [String]? = nil) -> Self {
        let audiences = api.isEmpty ? Audiences.any : .among(api)
        return Self(
            kind: .hs256,
            issuer: nil,
            algorithms: [.hs256],
            keys: FixedKeys([VerificationKey(secret: secret)]),
            audiences: [
                .data: audiences, .sessions: audiences, .exchange: audiences, .tenant: audiences,
                .mcp: resources.map { .among($0) } ?? audiences,
            ],
            requiresIssuedAt: false
        )
    }
}

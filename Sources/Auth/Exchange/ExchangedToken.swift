/// What comes back from a token exchange.
package struct ExchangedToken: Sendable, Equatable {
    package let token: String
    /// Seconds for which it is good, 1 or more.
    package let expiresIn: Int64
    /// Its scopes in their order, without repetition.
    package let scopes: [String]
}

/// Why a token isn't exchanged; the raw value is the code by which clients are told (RFC 8693, § 2.2.2; RFC 6749, § 5.2).
package enum ExchangeFault: Error, Sendable, Equatable {
    /// The subject token isn't good, or one that isn't exchanged.
    case grant(String)
    /// Tokens for this target aren't made.
    case target(String)
    /// The scope is malformed, or more than the subject token has.
    case scope(String)
    /// There is no key to sign with.
    case unavailable
    /// Nobody can say now whether the subject token is good.
    case unverifiable

    package var code: String {
        switch self {
        case .grant: "invalid_grant"
        case .target: "invalid_target"
        case .scope: "invalid_scope"
        case .unavailable: "exchange_unavailable"
        case .unverifiable: "identity_provider_unavailable"
        }
    }

    package var text: String {
        switch self {
        case .grant(let text), .target(let text), .scope(let text): text
        case .unavailable: "there is no key to sign exchanged tokens with"
        case .unverifiable: "the identity provider can't be asked now"
        }
    }

    /// Whether the same request may be answered later.
    package var isTemporary: Bool { self == .unavailable || self == .unverifiable }
}

/// A token whose signature, times, issuer and audience have been found good for the door where it was shown.
package struct VerifiedToken: Sendable, Equatable {
    /// By which rules a token was verified; the token's issuer alone decides it.
    package enum Profile: String, Sendable {
        /// The configured identity provider's.
        case external
        /// Made by this server in exchange for another.
        case exchanged
        /// Signed with a shared secret.
        case hs256
    }

    package let principal: Principal
    package let profile: Profile

    package init(principal: Principal, profile: Profile) {
        self.principal = principal
        self.profile = profile
    }
}

/// Verifies tokens.
package protocol TokenVerifying: Sendable {
    /// - Throws: ``TokenFault``.
    func verify(_ token: BearerToken, at door: Door) async throws(TokenFault) -> VerifiedToken
}

/// Why a token isn't taken.
package enum TokenFault: Error, Sendable, Equatable {
    case expired
    case notYetValid
    case wrongIssuer
    case wrongAudience
    /// It names no subject.
    case noSubject
    /// Everything else that is wrong with it.
    case invalid
    /// Nobody can say: the issuer's keys have never been fetched, or are too old to be believed.
    case keysUnavailable

    /// What the one who sent it is told, from a fixed list.
    package var text: String {
        switch self {
        case .expired: "expired"
        case .notYetValid: "not yet valid"
        case .wrongIssuer: "wrong issuer"
        case .wrongAudience: "wrong audience"
        case .noSubject, .invalid, .keysUnavailable: "invalid token"
        }
    }
}

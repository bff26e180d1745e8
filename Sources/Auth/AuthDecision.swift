/// What was decided about who calls, for those who count it.
package enum AuthDecision: Sendable, Equatable {
    /// A caller is known; the profile is nil where the server itself vouches for it.
    case accepted(VerifiedToken.Profile?)
    case refused(AuthError)
    /// No credentials were sent.
    case missing

    /// Words from closed lists.
    package var labels: (profile: String, outcome: String, reason: String) {
        switch self {
        case .accepted(let profile): (profile?.rawValue ?? "local", "accepted", "ok")
        case .refused(let error): ("none", "refused", error.reason)
        case .missing: ("none", "refused", "missing_token")
        }
    }

    /// All that there can be.
    package static let all: [AuthDecision] =
        [.accepted(nil), .accepted(.external), .accepted(.exchanged), .accepted(.hs256), .missing, .refused(.tenantForbidden)]
        + [.refused(.tenantRequired), .refused(.unavailable(retryAfter: 1))]
        + [TokenFault.expired, .notYetValid, .wrongIssuer, .wrongAudience, .noSubject, .invalid].map { .refused(.token($0)) }
        + [TenantProofFault.missing, .malformed, .clockSkew, .signature, .replayed].map { .refused(.tenantProof($0)) }
}

extension AuthError {
    fileprivate var reason: String {
        switch self {
        case .token(.expired): "expired"
        case .token(.notYetValid): "not_yet_valid"
        case .token(.wrongIssuer): "wrong_issuer"
        case .token(.wrongAudience): "wrong_audience"
        case .token(.noSubject): "no_subject"
        case .token(.invalid): "invalid_token"
        case .token(.keysUnavailable), .unavailable, .tenantProof(.unavailable): "unavailable"
        case .tenantForbidden: "tenant_forbidden"
        case .tenantRequired: "tenant_required"
        case .tenantProof(.missing): "proof_missing"
        case .tenantProof(.malformed): "proof_malformed"
        case .tenantProof(.clockSkew): "proof_clock_skew"
        case .tenantProof(.signature): "proof_signature"
        case .tenantProof(.replayed): "proof_replayed"
        }
    }
}

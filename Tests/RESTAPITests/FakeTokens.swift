import Auth
import ToolBridge

/// Tokens that say themselves what they are: `good` and then, each after a point, their scopes, with `-` for `:`; or the name of a fault.
struct FakeTokens: TokenVerifying {
    static let faults: [(name: String, fault: TokenFault)] = [
        ("expired", .expired), ("early", .notYetValid), ("issuer", .wrongIssuer), ("audience", .wrongAudience), ("bad", .invalid),
        ("nameless", .noSubject), ("keyless", .keysUnavailable),
    ]

    func verify(_ token: BearerToken, at door: Door) async throws(TokenFault) -> VerifiedToken {
        if let fault = Self.faults.first(where: { token.text == $0.name }) { throw fault.fault }
        let parts = token.text.split(separator: ".").map { $0.replacing("-", with: ":") }
        guard parts.first == "good" else { throw .invalid }
        return VerifiedToken(
            principal: Principal(issuer: "https://i", subject: "me", scopes: parts.dropFirst().map { String($0) }),
            profile: .external
        )
    }

    static var profile: TestProfile {
        .policy(CallerPolicy(tokens: .verified(FakeTokens()), tenants: TenantPolicy(defaultTenant: "tenant")))
    }

    static func bearer(_ scopes: String...) -> [(String, String)] {
        [("Authorization", "Bearer " + (["good"] + scopes.map { $0.replacing(":", with: "-") }).joined(separator: "."))]
    }
}

import Auth
import JSON
import ToolBridge

/// DR-21: the given token's life.
extension Examination {
    static let tokenLife = Check(id: "DR-21", title: "token life") { $0.tokenLife() }

    private func tokenLife() -> Finding {
        guard let token = deployment.token?.reveal() else { return .skip("no --token-file") }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64URL.decode(Array(parts[1])[...]), let claims = try? JSONValue(parsing: bytes) else {
            return .skip("the token isn't a JWT")
        }
        guard let issued = claims["iat"]?.integer, let expires = claims["exp"]?.integer, expires > issued else {
            return .warn("the token doesn't say when it was issued and when it ends", fix: "let the identity provider set iat and exp")
        }
        let (life, overflow) = expires.subtractingReportingOverflow(issued)
        guard !overflow, life <= 3600 else {
            return .warn("the token lives for \(life / 60) minutes", fix: "let the identity provider issue tokens for an hour at most")
        }
        return .ok("\(life / 60) minutes")
    }
}

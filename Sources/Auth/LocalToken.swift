import ToolBridge

/// The bearer token of the `local` profile.
package enum LocalToken {
    /// A token of 256 random bits: 43 characters of base64url.
    package static func make() -> Secret {
        var generator = SystemRandomNumberGenerator()
        return Secret(Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }))
    }

    /// What an operator may choose instead: at least 32 characters, none that an `Authorization` header can't carry.
    package static func isStrong(_ token: String) -> Bool {
        token.utf8.count >= 32 && BearerToken(authorization: "Bearer " + token) != nil
    }
}

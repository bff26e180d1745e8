package import Auth

/// Which tokens are taken.
extension Settings {
    package static let callers: [SettingRow] = [
        localToken.row, issuer.row, keySetURL.row, audiences.row, mcpAudiences.row, idTokenClients.row, allowsSharedSecret.row,
        sharedSecret.row,
    ]

    package static let localToken = Setting(
        "TOOLBRIDGE_LOCAL_TOKEN",
        isSecret: true,
        default: "made on first run",
        "the bearer token of the `local` profile, at least 32 characters; needed to listen on anything but loopback",
        form: "at least 32 characters that a header can carry",
        parse: { LocalToken.isStrong($0) ? Secret($0) : nil }
    )
    package static let issuer = url(
        "JWT_ISSUER",
        "whose tokens are taken: byte for byte what they have as `iss`. Needs `JWT_JWKS_URL` and an audience"
    )
    package static let keySetURL = url("JWT_JWKS_URL", "where the issuer publishes its keys")
    package static let audiences = list("JWT_AUDIENCE", "audiences of the API: one of them must be in a token's `aud`")
    package static let mcpAudiences = list(
        "MCP_OAUTH_AUDIENCE",
        "further audiences of the MCP endpoints, beside their own addresses; such a token is also good for exchange and tenant resolve"
    )
    package static let idTokenClients = list(
        "OIDC_CLIENT_IDS",
        "client ids whose ID tokens `GET /v1/auth/tenant` takes; no other route takes any"
    )
    package static let allowsSharedSecret = Setting(
        "JWT_ALLOW_HS256",
        default: "`false`",
        "takes tokens signed with `JWT_HS256_SECRET` outside development",
        form: SettingForm.boolean,
        parse: SettingForm.boolean
    )
    package static let sharedSecret = Setting(
        "JWT_HS256_SECRET",
        isSecret: true,
        default: "only with `ENV=dev`: `\(developmentSecret)`",
        "signs and verifies HS256 tokens; at least 32 bytes outside development",
        form: "a text",
        parse: { Secret($0) }
    )

    /// Everybody knows it: for development alone.
    package static let developmentSecret = "dev-secret-change-in-production"

    package static func url(_ name: String, default fallback: String = "none", _ meaning: String) -> Setting<String> {
        // An address may hold a password where it shouldn't.
        Setting(name, isRepeated: false, default: fallback, meaning, form: SettingForm.url) { WebAddress.isSafeURL($0) ? $0 : nil }
    }

    package static func list(_ name: String, default fallback: String = "none", _ meaning: String) -> Setting<[String]> {
        Setting(name, default: fallback, "list: " + meaning, form: "names separated by commas, without spaces in them") {
            SettingForm.list($0)
        }
    }
}

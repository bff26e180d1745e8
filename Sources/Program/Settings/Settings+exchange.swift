package import Auth

/// How tokens are exchanged for others.
extension Settings {
    package static let exchange: [SettingRow] = [
        signingKey.row, signingKeyID.row, publicKeys.row, exchangeTargets.row, exchangeLife.row, exchangeClients.row,
    ]

    package static let signingKey = Setting(
        "JWT_BACKEND_RS256_PRIVATE_KEY",
        isSecret: true,
        file: .document,
        default: "none",
        "signs exchanged tokens: an RSA key of at least 2048 bits in PEM, `PRIVATE KEY` or `RSA PRIVATE KEY`. Needs `JWT_BACKEND_KEY_ID`",
        form: "an RSA key in PEM",
        parse: { Secret($0) }
    )
    package static let signingKeyID = Setting(
        "JWT_BACKEND_KEY_ID",
        default: "none",
        "its `kid`, 1 to 128 characters",
        form: "1 to 128 visible characters",
        parse: { SettingForm.isWord($0) && $0.utf8.count <= 128 ? $0 : nil }
    )
    package static let publicKeys = Setting(
        "JWT_BACKEND_PUBLIC_KEYS",
        file: .document,
        isRepeated: false,
        default: "none",
        "further public keys (a JWK set) that are published and accepted: the keys before and after this one, while they change",
        form: "a JWK set",
        parse: { $0 }
    )
    package static let exchangeTargets = list(
        "TOKEN_EXCHANGE_AUDIENCES",
        default: "`JWT_AUDIENCE`",
        "audiences for which tokens can be had in exchange"
    )
    package static let exchangeLife = Setting(
        "TOKEN_EXCHANGE_TTL_SECONDS",
        default: "`600`",
        "how long an exchanged token lives, in seconds: 60 to 3600, and never longer than the token that was given for it",
        form: "60 to 3600",
        parse: { SettingForm.integer($0, in: TokenExchange.lives) }
    )
    package static let exchangeClients = Setting(
        "TOKEN_EXCHANGE_CLIENTS",
        isSecret: true,
        default: "none",
        "`id:secret[,id:secret…]`: the clients that may exchange at `/oauth/token`; unset, everybody who has a token",
        form: "id:secret[,id:secret…]",
        parse: { Secret($0) }
    )
}

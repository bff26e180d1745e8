package import Auth

/// How tokens are exchanged, as the settings say.
package struct ExchangeSettings: Sendable {
    /// What signs exchanged tokens.
    package struct Key: Sendable {
        package let pem: Secret
        package let id: String
    }

    package let key: Key?
    /// A JWK set of further keys.
    package let publicKeys: String?
    /// The `iss` of exchanged tokens.
    package let issuer: String
    /// What tokens can be had for.
    package let targets: [String]
    /// Seconds.
    package let life: Int
    package let clients: Secret?

    /// - Throws: ``StartFault``.
    package init(_ settings: SettingsReader, _ tokens: TokenSettings) throws(StartFault) {
        let (pem, id) = (try settings.value(Settings.signingKey), try settings.value(Settings.signingKeyID))
        switch (pem, id) {
        case (nil, nil): key = nil
        case (_?, nil): throw StartFault("JWT_BACKEND_RS256_PRIVATE_KEY is set: set JWT_BACKEND_KEY_ID too")
        case (nil, _?): throw StartFault("JWT_BACKEND_KEY_ID is set: set JWT_BACKEND_RS256_PRIVATE_KEY too")
        case (let pem?, let id?): key = Key(pem: pem, id: id)
        }
        publicKeys = try settings.value(Settings.publicKeys)
        issuer = try settings.value(Settings.publicURL) ?? "toolbridge"
        let targets = try settings.value(Settings.exchangeTargets)
        self.targets = targets ?? tokens.audiences
        life = try settings.value(Settings.exchangeLife) ?? TokenExchange.usualLife
        clients = try settings.value(Settings.exchangeClients)
        guard key == nil || !tokens.audiences.isEmpty else {
            throw StartFault("JWT_AUDIENCE must be set where tokens are exchanged: JWT_BACKEND_RS256_PRIVATE_KEY is set")
        }
        guard tokens.issuer?.issuer != issuer else {
            throw StartFault("JWT_ISSUER must not be \(Settings.publicURL.name): that is whose exchanged tokens are")
        }
    }
}

package import Auth

/// Which tokens are taken, as the settings say.
package struct TokenSettings: Sendable {
    /// Whose tokens are taken.
    package struct Issuer: Sendable {
        package let issuer: String
        package let keySetURL: String
    }

    /// The identity provider, if there is one.
    package let issuer: Issuer?
    /// Audiences of the API.
    package let audiences: [String]
    /// Audiences of the MCP endpoints beside their own addresses.
    package let mcpAudiences: [String]
    /// Whose ID tokens tenant resolve takes.
    package let idTokenClients: [String]
    /// Where HS256 tokens are taken.
    package let sharedSecret: Secret?

    /// - Throws: ``StartFault``.
    package init(_ settings: SettingsReader, _ profile: Profile) throws(StartFault) {
        issuer = try Self.issuer(settings)
        audiences = try settings.value(Settings.audiences) ?? []
        mcpAudiences = try settings.value(Settings.mcpAudiences) ?? []
        idTokenClients = try settings.value(Settings.idTokenClients) ?? []
        sharedSecret = try Self.sharedSecret(settings, profile)
        let publicURL = try settings.value(Settings.publicURL)
        let hasAudience = !audiences.isEmpty || !mcpAudiences.isEmpty || publicURL != nil
        guard issuer == nil || hasAudience else {
            throw StartFault(
                "JWT_AUDIENCE must be set where there is an issuer: without it nobody knows which of its tokens are meant for here"
            )
        }
    }

    /// Whose tokens are taken; nil where there is no authorization server.
    ///
    /// - Throws: ``StartFault``.
    package static func issuer(_ settings: SettingsReader) throws(StartFault) -> Issuer? {
        let (issuer, keys) = (try settings.value(Settings.issuer), try settings.value(Settings.keySetURL))
        let server = try settings.value(Settings.authorizationServer)
        if let server {
            guard try settings.value(Settings.publicURL) != nil else {
                throw StartFault("TOOLBRIDGE_AUTHKIT_DOMAIN is set: set TOOLBRIDGE_PUBLIC_BASE_URL too")
            }
            guard issuer == nil || issuer == server else {
                throw StartFault("TOOLBRIDGE_AUTHKIT_DOMAIN and JWT_ISSUER name two issuers: there can be one")
            }
            return Issuer(issuer: server, keySetURL: keys ?? server + "/oauth2/jwks")
        }
        switch (issuer, keys) {
        case (nil, nil): return nil
        case (_?, nil): throw StartFault("JWT_ISSUER is set: set JWT_JWKS_URL too")
        case (nil, _?): throw StartFault("JWT_JWKS_URL is set: set JWT_ISSUER too")
        case (let issuer?, let keys?): return Issuer(issuer: issuer, keySetURL: keys)
        }
    }

    private static func sharedSecret(_ settings: SettingsReader, _ profile: Profile) throws(StartFault) -> Secret? {
        let secret = try settings.value(Settings.sharedSecret)
        let isAllowed = try settings.value(Settings.allowsSharedSecret) ?? false
        if profile == .dev { return secret ?? Secret(Settings.developmentSecret) }
        guard isAllowed else {
            guard secret == nil || profile != .local else {
                throw StartFault("JWT_HS256_SECRET says nothing without JWT_ALLOW_HS256=true or an issuer: set that, or unset it")
            }
            return nil
        }
        guard let secret else { throw StartFault("JWT_HS256_SECRET must be set, or JWT_HS256_SECRET_FILE: JWT_ALLOW_HS256 is") }
        guard secret.reveal().utf8.count >= VerificationKey.shortestSecret else {
            throw StartFault("JWT_HS256_SECRET must have at least 32 bytes")
        }
        return secret
    }
}

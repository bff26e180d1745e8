package import Auth

/// Everything that the settings say about who may call, read and checked before anything is opened.
package struct IdentitySettings: Sendable {
    package let profile: Profile
    package let tokens: TokenSettings
    package let exchange: ExchangeSettings
    package let tenants: TenantSettings
    package let resource: ResourceSettings
    /// The operator's own token of the local profile.
    package let localToken: Secret?
    /// What an operator should know, but what stops nothing.
    package let warnings: [(name: String, text: String)]

    /// - Throws: ``StartFault`` that names a setting.
    package init(_ settings: SettingsReader, address: ListenAddress) throws(StartFault) {
        profile = try Profile(settings, address: address)
        tokens = try TokenSettings(settings, profile)
        exchange = try ExchangeSettings(settings, tokens)
        tenants = try TenantSettings(settings, profile)
        resource = try ResourceSettings(settings)
        localToken = try settings.value(Settings.localToken)
        guard resource.requiredScopes.isEmpty || (tokens.issuer != nil && resource.publicURL != nil) else {
            throw StartFault("TOOLBRIDGE_REQUIRED_SCOPES needs an issuer and TOOLBRIDGE_PUBLIC_BASE_URL: set them, or unset it")
        }
        if profile == .local, localToken == nil, !address.isLoopback {
            throw StartFault(
                "to listen on \(address.host), set TOOLBRIDGE_LOCAL_TOKEN to at least 32 characters, an issuer or JWT_ALLOW_HS256, or listen "
                    + "on 127.0.0.1"
            )
        }
        warnings = Self.warnings(settings, profile, tenants, tokens, localToken)
    }

    private static func warnings(
        _ settings: SettingsReader,
        _ profile: Profile,
        _ tenants: TenantSettings,
        _ tokens: TokenSettings,
        _ localToken: Secret?
    ) -> [(name: String, text: String)] {
        var warnings: [(name: String, text: String)] = []
        for (name, reason) in Settings.ignored where settings.text(name) != nil { warnings.append((name, "has no effect: \(reason)")) }
        if profile == .oidc, tokens.sharedSecret == nil, settings.isSet(Settings.sharedSecret.row) {
            warnings.append((Settings.sharedSecret.name, "has no effect without JWT_ALLOW_HS256=true"))
        }
        if profile != .local, localToken != nil {
            warnings.append((Settings.localToken.name, "has no effect in the profile \(profile.rawValue)"))
        }
        if let secret = tenants.proof?.secret, secret.reveal().utf8.split(separator: UInt8(ascii: ",")).contains(where: { $0.count < 32 }) {
            warnings.append((Settings.tenantSecret.name, "is shorter than 32 bytes: it can be guessed"))
        }
        if tokens.issuer != nil, tokens.mcpAudiences.isEmpty, settings.text(Settings.publicURL.name) == nil {
            warnings.append((Settings.publicURL.name, "isn't set: the MCP endpoints take no token of the issuer"))
        }
        if tokens.issuer != nil {
            for audience in tokens.mcpAudiences {
                warnings.append((Settings.mcpAudiences.name, "opens the MCP endpoints to tokens that were issued for \(audience)"))
            }
        }
        return warnings
    }

    /// The local profile's token, which is made if there is none; nil in other profiles.
    ///
    /// - Throws: ``StartFault``.
    package func localToken(besides database: DatabaseLocation) throws(StartFault) -> (token: Secret, isNew: Bool)? {
        guard profile == .local else { return nil }
        if let localToken { return (localToken, false) }
        return try TokenFile(path: database.tokenPath).token()
    }
}

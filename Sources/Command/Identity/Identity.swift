import Auth

/// Everything that decides who calls, put together out of the settings.
struct Identity: Sendable {
    let settings: IdentitySettings
    let policy: CallerPolicy
    /// The local profile's token, and whether it was made just now.
    let localToken: (token: Secret, isNew: Bool)?

    var profile: Profile { settings.profile }

    /// - Throws: ``StartFault``.
    init(_ settings: IdentitySettings, database: DatabaseLocation) throws(StartFault) {
        self.settings = settings
        localToken = try Self.localToken(settings, database)
        let tenants = TenantPolicy(defaultTenant: settings.tenants.standard.id, fixedTenant: settings.tenants.fixed)
        policy = CallerPolicy(
            tokens: localToken.map { .local($0.token) } ?? .none,
            takesDebugSubject: settings.profile == .dev,
            tenants: tenants
        )
    }

    private static func localToken(
        _ settings: IdentitySettings,
        _ database: DatabaseLocation
    ) throws(StartFault) -> (token: Secret, isNew: Bool)? {
        guard settings.profile == .local else { return nil }
        if let chosen = settings.localToken { return (chosen, false) }
        return try TokenFile(path: database.tokenPath).token()
    }
}

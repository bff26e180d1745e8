import Auth

/// Which callers `serve` takes, decided once at start.
struct Profile: Sendable {
    let name: String
    let policy: CallerPolicy
    /// The local profile's token, and whether it was made just now.
    let token: (token: Secret, isNew: Bool)?
    /// The local profile serves one person and has no limits.
    let hasRateLimits: Bool

    /// - Throws: ``StartFault`` where a profile must not run.
    init(_ settings: SettingsReader, address: ListenAddress, database: DatabaseLocation) throws(StartFault) {
        for name in Settings.unsupported where settings.text(name) != nil {
            throw StartFault("\(name) is set, but this version only has the profiles local and dev: unset it")
        }
        let tenant = try settings.value(Settings.defaultTenant) ?? Settings.defaultTenant.fallback
        let allowsRemote = try settings.value(Settings.allowsRemoteDevelopment) ?? false
        if try settings.value(Settings.environment) == "dev" {
            if !allowsRemote { try Self.checkDevelopment(settings, address) }
            self.init(
                name: "dev",
                policy: CallerPolicy(tokens: .none, takesDebugSubject: true, tenants: TenantPolicy(defaultTenant: tenant)),
                token: nil,
                hasRateLimits: true
            )
            return
        }
        let chosen = try settings.value(Settings.localToken)
        if chosen == nil, !address.isLoopback {
            throw StartFault("to listen on \(address.host), set TOOLBRIDGE_LOCAL_TOKEN to at least 32 characters, or listen on 127.0.0.1")
        }
        let token: (token: Secret, isNew: Bool)
        if let chosen { token = (chosen, false) } else { token = try TokenFile(path: database.tokenPath).token() }
        self.init(
            name: "local",
            policy: CallerPolicy(tokens: .local(token.token), tenants: TenantPolicy(defaultTenant: tenant)),
            token: token,
            hasRateLimits: false
        )
    }

    private init(name: String, policy: CallerPolicy, token: (token: Secret, isNew: Bool)?, hasRateLimits: Bool) {
        self.name = name
        self.policy = policy
        self.token = token
        self.hasRateLimits = hasRateLimits
    }

    private static func checkDevelopment(_ settings: SettingsReader, _ address: ListenAddress) throws(StartFault) {
        for platform in ["FLY_APP_NAME", "KUBERNETES_SERVICE_HOST"] where settings.text(platform) != nil {
            throw StartFault("ENV=dev must not run where \(platform) is set: unset ENV")
        }
        guard address.isLoopback else {
            throw StartFault("ENV=dev must not listen on \(address.host): listen on 127.0.0.1 or unset ENV")
        }
    }
}

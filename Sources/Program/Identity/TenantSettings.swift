package import Auth

/// What proves the tenant of a caller, as the settings say.
package struct TenantSettings: Sendable {
    /// Signed headers.
    package struct Proof: Sendable {
        /// The key of version 1.
        package let secret: Secret?
        /// The keyring of version 2, and the file that it was read from.
        package let keys: Secret?
        package let keyFile: String?
        /// Of version 2, in seconds.
        package let window: Int
        package let store: ReplayStore
    }

    /// WorkOS.
    package struct Memberships: Sendable {
        /// One or two: while one is replaced.
        package let keys: [Secret]
        package let url: String
        package let allowsNonMembers: Bool
    }

    /// The tenant of those who belong to no other.
    package let standard: Organization
    /// The tenant of MCP's clients that name none.
    package let fixed: String?
    package let proof: Proof?
    package let memberships: Memberships?

    /// - Throws: ``StartFault``.
    package init(_ settings: SettingsReader, _ profile: Profile) throws(StartFault) {
        standard = Organization(
            id: try settings.value(Settings.defaultTenant) ?? Settings.standardTenant,
            name: try settings.value(Settings.defaultTenantName) ?? Settings.standardTenantName
        )
        fixed = try settings.value(Settings.fixedTenant)
        let (secret, keys) = (try settings.value(Settings.tenantSecret), try settings.value(Settings.tenantKeys))
        let window = try settings.value(Settings.signatureWindow) ?? 60
        let store = try settings.value(Settings.replayStore) ?? .memory
        if secret != nil || keys != nil {
            proof = Proof(secret: secret, keys: keys, keyFile: settings.path(Settings.tenantKeys.row), window: window, store: store)
        } else {
            proof = nil
        }
        let (workOS, url) = (try settings.value(Settings.workOSKey), try settings.value(Settings.workOSURL))
        let nonMembers = try settings.value(Settings.nonMembers) ?? .defaultTenant
        guard workOS == nil || profile != .local else {
            throw StartFault("WORKOS_API_KEY is set, but nobody whom WorkOS knows can call: set JWT_ISSUER or JWT_ALLOW_HS256, or unset it")
        }
        memberships = workOS.map {
            Memberships(keys: $0, url: url ?? WorkOSSettings.standardBaseURL, allowsNonMembers: nonMembers == .defaultTenant)
        }
    }
}

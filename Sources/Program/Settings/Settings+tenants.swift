package import Auth

/// In which tenant callers work.
extension Settings {
    package static let tenants: [SettingRow] = [
        defaultTenant.row, defaultTenantName.row, tenantSecret.row, tenantKeys.row, signatureWindow.row, replayStore.row, workOSKey.row,
        workOSURL.row, nonMembers.row,
    ]

    package static let defaultTenant = Setting(
        "DEFAULT_TENANT_ID",
        default: "`tenant_thinkpen_b2c`",
        "the tenant of a single-tenant installation, and of those who belong to no organization; the default is the one that existing "
            + "clients expect",
        form: "1 to 128 of A-Z a-z 0-9 . _ : -",
        parse: { TenantName.isValid($0) ? $0 : nil }
    )
    package static let standardTenant = "tenant_thinkpen_b2c"
    package static let defaultTenantName = Setting(
        "DEFAULT_TENANT_NAME",
        default: "`Personal`",
        "what `GET /v1/auth/tenant` calls it",
        form: "1 to 128 characters",
        parse: { (1...128).contains($0.utf8.count) ? $0 : nil }
    )
    package static let standardTenantName = "Personal"
    package static let tenantSecret = Setting(
        "TENANT_HEADER_SECRET",
        isSecret: true,
        default: "none",
        "demands signed tenant headers: the key of version 1, and of version 2 by the id `default`; `new,old` while it is changed. Use at "
            + "least 32 bytes",
        form: "a text",
        parse: { Secret($0) }
    )
    package static let tenantKeys = Setting(
        "TENANT_HEADER_KEYS",
        isSecret: true,
        file: .document,
        default: "none",
        "`id:base64[,id:base64…]`: the same with version 2 alone; each at least 32 bytes (`openssl rand -base64 32`). The file is read again "
            + "when it changes and on SIGHUP",
        form: "id:base64[,id:base64…]",
        parse: { Secret($0) }
    )
    package static let signatureWindow = Setting(
        "TENANT_SIGNATURE_WINDOW_SECONDS",
        default: "`60`",
        "how far the time of a version 2 signature may be from the server's, in seconds: 1 to 300",
        form: "1 to 300",
        parse: { SettingForm.integer($0, in: 1...300) }
    )
    package static let replayStore = Setting(
        "TOOLBRIDGE_REPLAY_STORE",
        default: "`memory`",
        "where used nonces of signatures are kept: `memory`, or `database` if several servers share it or a restart must not forget",
        form: "memory or database",
        parse: { ReplayStore(rawValue: $0) }
    )
    package static let workOSKey = Setting(
        "WORKOS_API_KEY",
        isSecret: true,
        default: "none",
        "asks WorkOS which organizations a user belongs to: nobody enters another one; `new,old` while it is changed",
        form: "one key, or two separated by a comma: new,old",
        parse: { text in
            SettingForm.list(text).flatMap { $0.count <= 2 ? $0.map { Secret($0) } : nil }
        }
    )
    package static let workOSURL = url("WORKOS_API_BASE_URL", default: "`\(WorkOSSettings.standardBaseURL)`", "another WorkOS: for tests")
    package static let nonMembers = Setting(
        "WORKOS_NON_MEMBERS",
        default: "`default-tenant`",
        "what users without any organization may use: `default-tenant`, or nothing: `deny`",
        form: "default-tenant or deny",
        parse: { NonMembers(rawValue: $0) }
    )
}

/// Where used nonces are kept.
package enum ReplayStore: String, Sendable {
    case memory
    case database
}

/// What users without any organization may use.
package enum NonMembers: String, Sendable {
    case defaultTenant = "default-tenant"
    case deny
}

package import Auth
import RESTAPI
package import Tools

/// What MCP clients are offered, and how they find where tokens come from.
extension Settings {
    package static let mcp: [SettingRow] = [
        publicURL.row, authorizationServer.row, requiredScopes.row, fixedTenant.row, securityContact.row, allowedOrigins.row,
        allowedHosts.row, stateKeys.row, sessionLifetime.row, legacySSE.row, streamHeartbeat.row, streamMaximumAge.row, streamIdle.row,
        toolsets.row,
        readOnly.row, toolPageBytes.row,
    ]

    package static let publicURL = Setting(
        "TOOLBRIDGE_PUBLIC_BASE_URL",
        isRepeated: false,
        default: "none",
        "the address by which the world reaches this server, such as `https://notes.example.com`, without `/mcp`: what clients ask tokens "
            + "for is this and `/mcp` (or `/sse`). Also the `iss` of exchanged tokens, which is `toolbridge` without it",
        form: "https://host or https://host:port and nothing after it; http:// only on loopback",
        parse: { WebAddress.root($0) }
    )
    package static let authorizationServer = Setting(
        "TOOLBRIDGE_AUTHKIT_DOMAIN",
        isRepeated: false,
        default: "none",
        "the authorization server, a host or a URL, in place of `JWT_ISSUER` and `JWT_JWKS_URL`: its keys are at `/oauth2/jwks`. Needs "
            + "`TOOLBRIDGE_PUBLIC_BASE_URL`",
        form: "a host, or https://host and nothing after it; http:// only on loopback",
        parse: { WebAddress.root($0.contains("://") ? $0 : "https://" + $0) }
    )
    package static let requiredScopes = Setting(
        "TOOLBRIDGE_REQUIRED_SCOPES",
        default: "none",
        "list: scopes that every token must have at the MCP endpoints",
        form: "scopes separated by commas",
        parse: { SettingForm.list($0, where: SettingForm.isScope) }
    )
    package static let fixedTenant = Setting(
        "TOOLBRIDGE_TENANT_ID",
        default: "none",
        "the tenant of MCP clients that name none",
        form: "1 to 128 of A-Z a-z 0-9 . _ : -",
        parse: { TenantName.isValid($0) ? $0 : nil }
    )
    package static let securityContact = Setting(
        "TOOLBRIDGE_SECURITY_CONTACT",
        default: "none",
        "whom to tell of a weakness, an address of e-mail or an `https:` URL: served as `/.well-known/security.txt`",
        form: "an address of e-mail or an https:// URL",
        parse: { SecurityContact($0) == nil ? nil : $0 }
    )
    package static let allowedOrigins = Setting(
        "TOOLBRIDGE_ALLOWED_ORIGINS",
        default: "the public URL's",
        "list: browsers' origins that the MCP endpoint takes, each `scheme://host` or `scheme://host:port` and nothing after it; on loopback "
            + "also this machine's",
        form: "origins as browsers send them, separated by commas: scheme://host or scheme://host:port, and nothing after it",
        parse: { SettingForm.list($0, where: WebAddress.isOrigin) }
    )
    package static let allowedHosts = Setting(
        "TOOLBRIDGE_ALLOWED_HOSTS",
        default: "the public URL's, else any",
        "list: names, each `host` or `host:port`, that the MCP endpoint takes when it isn't bound to loopback; bound to loopback it takes "
            + "this machine's names alone",
        form: "names separated by commas: host or host:port, without a scheme, a path or wildcards",
        parse: { SettingForm.list($0, where: WebAddress.isHost) }
    )
    package static let stateKeys = Setting(
        "TOOLBRIDGE_STATE_KEYS",
        isSecret: true,
        default: "kept in the database; `mcp` derives them from its tenants' keys, else makes one that ends with it",
        "`id:base64[,id:base64…]`: seals MCP sessions; each at least 32 bytes (`openssl rand -base64 32`); the first seals, all open",
        form: "id:base64[,id:base64…]",
        parse: { Secret($0) }
    )
    package static let sessionLifetime = Setting(
        "TOOLBRIDGE_MCP_SESSION_TTL",
        default: "`604800`",
        "seconds that a sealed session lives, 3600 (an hour) to 2592000 (30 days)",
        form: "3600 to 2592000",
        parse: { SettingForm.integer($0, in: 3600...2_592_000).map { Int64($0) } }
    )
    package static let legacySSE = Setting(
        "TOOLBRIDGE_LEGACY_SSE",
        default: "`on`",
        "whether MCP's HTTP+SSE transport of 2024-11-05 is served at `GET /sse` and `/messages/`: `on` or `off`",
        form: "on or off",
        parse: { $0 == "on" ? true : $0 == "off" ? false : nil }
    )
    package static let streamHeartbeat = Setting(
        "TOOLBRIDGE_SSE_HEARTBEAT_SECONDS",
        default: "`15`",
        "how often an idle event stream says that it is alive, in seconds: 1 to 3600",
        form: "1 to 3600",
        parse: { SettingForm.integer($0, in: 1...3600).map { Duration.seconds($0) } }
    )
    package static let streamMaximumAge = Setting(
        "TOOLBRIDGE_SSE_MAX_AGE_SECONDS",
        default: "`600`",
        "after which an event stream ends and its client comes back, in seconds: 1 to 86400",
        form: "1 to 86400",
        parse: { SettingForm.integer($0, in: 1...86_400).map { Duration.seconds($0) } }
    )
    package static let streamIdle = Setting(
        "TOOLBRIDGE_SSE_IDLE_SECONDS",
        default: "`0`, never",
        "after which a stream of 2024-11-05 without a message in either direction ends, in seconds, 0 to 86400: for machines that stop when "
            + "nobody is connected",
        form: "0 to 86400",
        parse: { SettingForm.integer($0, in: 0...86_400).map { Duration.seconds($0) } }
    )
    package static let toolsets = Setting(
        "TOOLBRIDGE_TOOLSETS",
        flag: "--toolsets",
        default: "`standard`",
        "list: the toolsets that MCP clients are offered, of \(Toolset.names). An address (`/mcp?toolsets=notes`) can then choose less; if "
            + "this is unset, it can choose any",
        form: "toolsets separated by commas, of \(Toolset.names)",
        parse: { try? ToolSelection($0) }
    )
    package static let readOnly = Setting(
        "TOOLBRIDGE_READ_ONLY",
        flag: "--read-only",
        default: "`false`",
        "offers MCP clients only tools that read: `true`, `false`, `1` or `0`; either of variable and flag is enough, and no address lifts "
            + "it. REST isn't concerned",
        form: SettingForm.boolean,
        parse: SettingForm.boolean
    )
    package static let toolPageBytes = Setting(
        "TOOLBRIDGE_TOOL_PAGE_BYTES",
        default: "`\(ToolPage.bytes)`",
        "after so many bytes of items an answer of a tool that lists or searches ends, whatever its limit, 1000 to 1000000; one item that "
            + "is larger comes alone. A prompt holds about as many bytes of items",
        form: "1000 to 1000000",
        parse: { SettingForm.integer($0, in: 1_000...1_000_000) }
    )
}

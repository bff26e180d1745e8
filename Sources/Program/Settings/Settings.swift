/// Every setting that the program reads from its environment.
///
/// Flags of the command line come before it.
package enum Settings {
    /// All of them, in the order in which help and documentation list them.
    package static let groups: [SettingGroup] = [
        SettingGroup(title: "Data, address and life of the program", rows: serving),
        SettingGroup(title: "Who may call", rows: callers),
        SettingGroup(title: "Exchange of tokens", rows: exchange),
        SettingGroup(title: "Tenants", rows: tenants),
        SettingGroup(title: "MCP", rows: mcp),
        SettingGroup(title: "The MCP server in front of an API", rows: gateway),
        SettingGroup(title: "Limits and logs", rows: limits),
    ]

    package static let all: [SettingRow] = groups.flatMap(\.rows)

    /// The variables that hold secrets.
    package static let secretNames = Set(all.filter(\.isSecret).map(\.name))

    /// Variables of older installations that say nothing to this program, and why.
    package static let ignored: [(name: String, reason: String)] = [
        ("GRPC_ADDR", "there is no gRPC listener"),
        ("TOOLBRIDGE_JWT_SIGNING_KEY", "tokens aren't signed locally"),
        ("TENANT_CLAIM", "a claim never tells the tenant, and there is no audit log to record it in"),
    ]
}

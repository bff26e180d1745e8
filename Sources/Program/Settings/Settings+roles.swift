/// Which program reads what.
extension Settings {
    /// A server that reads settings.
    package enum Role: String, Sendable, CaseIterable {
        case serve
        case mcp
    }

    /// The servers that read a setting, in the order of the cases.
    package static func roles(of row: SettingRow) -> [Role] {
        if gateway.contains(where: { $0.name == row.name }) { return [.mcp] }
        return readByBoth.contains(row.name) ? [.serve, .mcp] : [.serve]
    }

    private static let readByBoth: Set<String> = Set(
        mcp.map(\.name) + [
            shutdownTimeout.name, drainDelay.name, metricsAddress.name, issuer.name, keySetURL.name, audiences.name, mcpAudiences.name,
            dataRate.name, addressRate.name, trustedProxies.name, logLevel.name, logFormat.name, logKey.name,
        ]
    )
}

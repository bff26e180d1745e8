/// What MCP clients learn about where their tokens come from, as the settings say.
struct ResourceSettings: Sendable {
    /// By which the world reaches this server; no slash at its end.
    let publicURL: String?
    let requiredScopes: [String]
    let securityContact: String?

    /// - Throws: ``StartFault``.
    init(_ settings: SettingsReader) throws(StartFault) {
        publicURL = try settings.value(Settings.publicURL)
        requiredScopes = try settings.value(Settings.requiredScopes) ?? []
        securityContact = try settings.value(Settings.securityContact)
    }

    /// What tokens for MCP are issued for.
    ///
    /// - Parameter legacySSE: Whether the transport of 2024-11-05 is served.
    func addresses(legacySSE: Bool) -> [String] {
        publicURL.map { base in (legacySSE ? ["/mcp", "/sse"] : ["/mcp"]).map { base + $0 } } ?? []
    }
}

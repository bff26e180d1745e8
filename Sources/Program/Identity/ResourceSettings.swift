package import HTTPServer
package import RESTAPI

/// How the world reaches this server, and what MCP clients learn about where their tokens come from, as the settings say.
package struct ResourceSettings: Sendable {
    /// By which the world reaches this server; no slash at its end.
    package let publicURL: String?
    package let requiredScopes: [String]
    /// Whom to tell of a weakness.
    package let contact: SecurityContact?
    /// Who is believed when it says for whom it asks.
    package let trustedProxies: TrustedProxies?
    /// What tokens for MCP are issued for.
    package let addresses: [String]

    /// - Throws: ``StartFault``.
    package init(_ settings: SettingsReader) throws(StartFault) {
        publicURL = try settings.value(Settings.publicURL)
        requiredScopes = try settings.value(Settings.requiredScopes) ?? []
        let publicURL = publicURL
        contact = try settings.value(Settings.securityContact).flatMap { SecurityContact($0, publicURL: publicURL) }
        trustedProxies = try settings.value(Settings.trustedProxies)
        let paths = try settings.value(Settings.legacySSE) ?? true ? ["/mcp", "/sse"] : ["/mcp"]
        addresses = publicURL.map { base in paths.map { base + $0 } } ?? []
    }

    /// The name by which the world reaches this server, with its port if it has one; none where nobody has said.
    package var publicHosts: [String] {
        publicURL.map { [$0.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) ?? $0] } ?? []
    }

    /// The origin of pages that this server could serve itself.
    package var publicOrigins: [String] { publicURL.map { [$0] } ?? [] }
}

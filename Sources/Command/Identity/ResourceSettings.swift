import HTTPServer
import RESTAPI

/// How the world reaches this server, and what MCP clients learn about where their tokens come from, as the settings say.
struct ResourceSettings: Sendable {
    /// By which the world reaches this server; no slash at its end.
    let publicURL: String?
    let requiredScopes: [String]
    /// Whom to tell of a weakness.
    let contact: SecurityContact?
    /// Who is believed when it says for whom it asks.
    let trustedProxies: TrustedProxies?
    /// What tokens for MCP are issued for.
    let addresses: [String]

    /// - Throws: ``StartFault``.
    init(_ settings: SettingsReader) throws(StartFault) {
        publicURL = try settings.value(Settings.publicURL)
        requiredScopes = try settings.value(Settings.requiredScopes) ?? []
        let publicURL = publicURL
        contact = try settings.value(Settings.securityContact).flatMap { SecurityContact($0, publicURL: publicURL) }
        trustedProxies = try settings.value(Settings.trustedProxies)
        let paths = try settings.value(Settings.legacySSE) ?? true ? ["/mcp", "/sse"] : ["/mcp"]
        addresses = publicURL.map { base in paths.map { base + $0 } } ?? []
    }

    /// The name by which the world reaches this server, with its port if it has one; none where nobody has said.
    var publicHosts: [String] {
        publicURL.map { [$0.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) ?? $0] } ?? []
    }

    /// The origin of pages that this server could serve itself.
    var publicOrigins: [String] { publicURL.map { [$0] } ?? [] }
}

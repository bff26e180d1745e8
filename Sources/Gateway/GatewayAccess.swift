import Auth
import Observability
import Program
import ServiceLifecycle

/// Whose tokens the MCP endpoints take, and what clients learn about where to get them; nothing of it without an authorization server.
struct GatewayAccess: Sendable {
    let verifier: TokenVerifier?
    let resource: ProtectedResource?
    let authorizationServers: [AuthorizationServerMetadata]
    /// What has to run as long as the server does.
    let services: [any Service]
    private let outbound: HTTPClientOutbound?

    init(_ settings: GatewaySettings, _ clocks: Clocks, _ observations: Observations) {
        guard let issuer = settings.issuer, let publicURL = settings.resource.publicURL else {
            (verifier, resource, authorizationServers, services, outbound) = (nil, nil, [], [], nil)
            return
        }
        let outbound = HTTPClientOutbound(userAgent: "toolbridge/\(Version.current)")
        let keys = RemoteKeySet(
            url: issuer.keySetURL,
            outbound: outbound,
            clocks: clocks,
            report: { observations.record($0.observation) }
        )
        let profile = TokenProfile.external(
            issuer: issuer.issuer,
            keys: keys,
            api: [],
            mcp: settings.furtherAudiences,
            resources: settings.resource.addresses
        )
        self.outbound = outbound
        let verifier = TokenVerifier(profiles: [profile], clocks: clocks)
        self.verifier = verifier
        observations.metrics.read(.cacheEntries, "tokens") { Double(verifier.count) }
        observations.metrics.read(.cacheEvictions, "tokens") { Double(verifier.evictions) }
        resource = ProtectedResource(
            publicURL: publicURL,
            authorizationServers: [issuer.issuer],
            requiredScopes: settings.resource.requiredScopes
        )
        authorizationServers = [
            AuthorizationServerMetadata(issuer: issuer.issuer, keySetURL: issuer.keySetURL, outbound: outbound, clocks: clocks)
        ]
        services = [KeySetRefresh(keys: keys)]
    }

    /// Closes what is open to others.
    func close() async {
        await outbound?.shutdown()
    }
}

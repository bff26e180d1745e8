package import Auth

extension TokenSettings {
    /// What verifies tokens; nil where none but the local one is taken.
    ///
    /// - Parameter keySet: The issuer's keys.
    package func verifier(_ keySet: RemoteKeySet?, _ settings: IdentitySettings, _ published: PublishedKeys, _ clocks: Clocks)
        -> TokenVerifier?
    {
        guard settings.profile != .local else { return nil }
        let addresses = settings.resource.addresses
        var profiles: [TokenProfile] = []
        if let issuer, let keySet {
            profiles.append(
                .external(
                    issuer: issuer.issuer,
                    keys: keySet,
                    api: audiences,
                    mcp: mcpAudiences,
                    resources: addresses,
                    idTokenClients: idTokenClients
                )
            )
        }
        if !published.algorithms.isEmpty {
            profiles.append(
                .exchanged(
                    issuer: settings.exchange.issuer,
                    keys: published.source,
                    algorithms: published.algorithms,
                    api: audiences
                )
            )
        }
        if let sharedSecret {
            // Where an authorization server issues tokens for the MCP endpoints, others' must be for them too.
            profiles.append(.hs256(secret: sharedSecret, api: audiences, resources: issuer == nil ? nil : addresses + mcpAudiences))
        }
        return TokenVerifier(profiles: profiles, clocks: clocks)
    }
}

extension IdentitySettings {
    /// What the MCP endpoints are where an authorization server issues tokens for them.
    package var protectedResource: ProtectedResource? {
        guard let issuer = tokens.issuer, let publicURL = resource.publicURL else { return nil }
        return ProtectedResource(publicURL: publicURL, authorizationServers: [issuer.issuer], requiredScopes: resource.requiredScopes)
    }
}

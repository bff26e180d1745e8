package import APIClient
package import Auth
package import MCPServer
package import Program
import ToolBridge

/// Everything that the settings say to the role `mcp`, read and checked before anything is opened.
package struct GatewaySettings: Sendable {
    package let api: UpstreamAddress
    package let address: ListenAddress
    package let auth: UpstreamAuth
    /// Whose tokens clients send; nil where this server can't read them.
    package let issuer: TokenSettings.Issuer?
    package let resource: ResourceSettings
    /// What tokens may be for beside the MCP endpoints' own addresses.
    package let furtherAudiences: [String]
    /// For which audience tokens are exchanged.
    package let apiAudience: String
    package let tokenEndpoint: UpstreamAddress?
    package let exchangeClient: ExchangeClientCredentials?
    package let sharedToken: Secret?
    /// The tenant of all clients.
    package let fixedTenant: String?
    package let signer: TenantSigner?
    package let maximumSkew: Duration
    package let stateKeys: StateKeys
    package let logsRequests: Bool
    package let warnings: [(name: String, text: String)]

    /// - Parameters:
    ///   - host: Of the command line.
    ///   - port: Of the command line.
    /// - Throws: ``Program/StartFault`` that names a setting.
    package init(_ settings: SettingsReader, host: String? = nil, port: UInt16? = nil) throws(StartFault) {
        api = try Self.api(settings)
        let configured = ListenAddress(
            host: try settings.value(Settings.gatewayHost) ?? "0.0.0.0",
            port: try settings.value(Settings.gatewayPort) ?? 8001
        )
        address = ListenAddress(
            host: host ?? configured.host,
            port: port.map { Int($0) } ?? configured.port
        )
        issuer = try TokenSettings.issuer(settings)
        resource = try ResourceSettings(settings)
        auth = try settings.value(Settings.upstreamAuth) ?? (issuer == nil ? .forward : .exchange)
        let mcpAudiences = try settings.value(Settings.mcpAudiences) ?? []
        furtherAudiences = try mcpAudiences + (auth == .forward ? settings.value(Settings.audiences) ?? [] : [])
        apiAudience = try settings.value(Settings.apiAudience) ?? api.url
        tokenEndpoint = try settings.value(Settings.tokenEndpoint)
        exchangeClient = try settings.value(Settings.exchangeClient)
        sharedToken = try settings.value(Settings.sharedToken)
        fixedTenant = try settings.value(Settings.fixedTenant)
        maximumSkew = try settings.value(Settings.maximumSkew) ?? .seconds(300)
        logsRequests = try settings.value(Settings.accessLog) ?? false
        let (secret, keys) = (try settings.value(Settings.signingSecret), try settings.value(Settings.signingKeys))
        signer = try Self.signer(secret, keys, of: fixedTenant)
        let seals = try Self.stateKeys(settings, secret, keys)
        stateKeys = seals.keys
        try Self.check(issuer, auth, address, resource, sharedToken, fixedTenant)
        var warnings = Self.warnings(settings, issuer, auth, api, furtherAudiences)
        if tokenEndpoint?.isPlain == true {
            warnings.append((Settings.tokenEndpoint.name, "sends tokens without TLS: only a private network may lie between"))
        }
        if seals.isRandom {
            warnings.append(
                (
                    Settings.stateKeys.name,
                    "isn't set, and neither are the tenants' keys: sessions end with this process, and no replica knows them"
                )
            )
        }
        self.warnings = warnings
    }

    private static func api(_ settings: SettingsReader) throws(StartFault) -> UpstreamAddress {
        let (first, second) = (try settings.value(Settings.apiURL), try settings.value(Settings.apiURLAlias))
        if let first, let second, !first.url.utf8.elementsEqual(second.url.utf8) {
            throw StartFault("\(Settings.apiURL.name) and \(Settings.apiURLAlias.name) are two names of one setting: set one of them")
        }
        guard let address = first ?? second ?? .standard else { throw StartFault("\(Settings.apiURL.name) must be set") }
        return address
    }

    private static func check(
        _ issuer: TokenSettings.Issuer?,
        _ auth: UpstreamAuth,
        _ address: ListenAddress,
        _ resource: ResourceSettings,
        _ sharedToken: Secret?,
        _ fixedTenant: String?
    ) throws(StartFault) {
        if issuer != nil, resource.publicURL == nil {
            throw StartFault("\(Settings.publicURL.name) must be set where there is an authorization server: clients ask tokens for it")
        }
        guard issuer != nil || auth == .forward else {
            throw StartFault(
                "\(Settings.upstreamAuth.name)=exchange needs an authorization server: set \(Settings.authorizationServer.name), or JWT_ISSUER "
                    + "and JWT_JWKS_URL"
            )
        }
        guard issuer != nil || resource.requiredScopes.isEmpty else {
            throw StartFault("\(Settings.requiredScopes.name) needs an authorization server: set one, or unset it")
        }
        guard issuer != nil || fixedTenant != nil else {
            throw StartFault(
                "\(Settings.fixedTenant.name) must be set: without an authorization server nobody else tells the tenant of a request"
            )
        }
        guard sharedToken != nil else { return }
        guard auth == .forward else {
            throw StartFault("\(Settings.sharedToken.name) can't be exchanged: set \(Settings.upstreamAuth.name)=forward, or unset it")
        }
        guard issuer != nil || address.isLoopback else {
            throw StartFault(
                "\(Settings.sharedToken.name) would serve everybody who reaches \(address.host): set TOOLBRIDGE_HOST=127.0.0.1, or an "
                    + "authorization server, or unset it"
            )
        }
        guard fixedTenant != nil else {
            throw StartFault("\(Settings.fixedTenant.name) must be set beside \(Settings.sharedToken.name)")
        }
    }

    private static func signer(_ secret: Secret?, _ keys: Secret?, of tenant: String?) throws(StartFault) -> TenantSigner? {
        guard let keys else { return secret.map { TenantSigner(secret: $0) } }
        let ring: TenantKeyring
        do throws(TenantKeyringFault) {
            ring = try TenantKeyring(text: keys.reveal())
        } catch {
            throw StartFault("\(Settings.signingKeys.name): \(error)")
        }
        guard let signer = TenantSigner(keyring: ring) else { throw StartFault("\(Settings.signingKeys.name) has no key") }
        if let tenant {
            let probe = SignedRequest(method: "GET", target: "/", authorization: nil, tenant: tenant)
            guard (try? signer.headers(probe, at: .now())) != nil else {
                throw StartFault("the first key of \(Settings.signingKeys.name) is another tenant's than \(Settings.fixedTenant.name)")
            }
        }
        return signer
    }

    /// Configured keys, else those that the tenants' keys make, else one of this process.
    private static func stateKeys(_ settings: SettingsReader, _ secret: Secret?, _ keys: Secret?) throws(StartFault) -> (
        keys: StateKeys, isRandom: Bool
    ) {
        do {
            if let ring = try settings.value(Settings.stateKeys) { return (try StateKeys(text: ring.reveal()), false) }
        } catch let fault as StartFault {
            throw fault
        } catch {
            throw StartFault("\(Settings.stateKeys.name): \(error)")
        }
        let derived = DerivedStateKeys(keyring: keys, secret: secret).all
        guard !derived.isEmpty, let ring = try? StateKeys(derived) else { return (StateKeys(), true) }
        return (ring, false)
    }

    private static func warnings(
        _ settings: SettingsReader,
        _ issuer: TokenSettings.Issuer?,
        _ auth: UpstreamAuth,
        _ api: UpstreamAddress,
        _ furtherAudiences: [String]
    ) -> [(name: String, text: String)] {
        var warnings: [(name: String, text: String)] = []
        for (name, reason) in Settings.ignored where settings.text(name) != nil { warnings.append((name, "has no effect: \(reason)")) }
        if api.isPlain { warnings.append((Settings.apiURL.name, "sends tokens without TLS: only a private network may lie between")) }
        guard issuer != nil else { return warnings }
        if auth == .forward {
            warnings.append((Settings.upstreamAuth.name, "sends clients' tokens on to the API: both must be one protected resource"))
        }
        for audience in furtherAudiences {
            warnings.append((Settings.mcpAudiences.name, "opens the MCP endpoints to tokens that were issued for \(audience)"))
        }
        return warnings
    }
}

import Auth
import HTTPServer
import Observability
import Program
import RESTAPI
import SQLStore
import ServiceLifecycle
import ToolBridge

/// Everything that decides who calls, put together out of the settings; nothing is made of which they have no use.
struct Identity: Sendable {
    let settings: IdentitySettings
    let policy: CallerPolicy
    /// The local profile's token, and whether it was made just now.
    let localToken: (token: Secret, isNew: Bool)?
    /// nil where no token is made for another.
    let exchange: TokenExchange?
    let published: PublishedKeys
    /// What the MCP endpoints are to clients that get their tokens elsewhere; nil if nobody issues any for them.
    let resource: ProtectedResource?
    let authorizationServers: [AuthorizationServerMetadata]
    /// Where it is known who belongs to which tenant.
    let resolution: TenantResolution.Source
    /// What has to run as long as the server does.
    let services: [any Service]
    /// Count what is decided about callers.
    let counters: AuthCounters
    private let outbound: HTTPClientOutbound?

    var profile: Profile { settings.profile }

    /// - Parameter choices: In which tenants callers have chosen to work.
    /// - Throws: ``StartFault``.
    init(
        _ settings: IdentitySettings,
        _ keys: IdentityKeys,
        _ services: LocalServices,
        choices: TenantChoices,
        localToken: (token: Secret, isNew: Bool)?,
        observations: Observations
    ) {
        self.settings = settings
        self.localToken = localToken
        let counters = AuthCounters(observations.metrics)
        self.counters = counters
        let clocks = Clocks(wall: { Timestamp.now().milliseconds })
        let outbound =
            settings.tokens.issuer == nil && settings.tenants.memberships == nil
            ? nil : HTTPClientOutbound(userAgent: "toolbridge/\(Version.current)")
        self.outbound = outbound
        let keySet = outbound.flatMap { outbound in
            settings.tokens.issuer.map { issuer in
                RemoteKeySet(url: issuer.keySetURL, outbound: outbound, clocks: clocks, report: { observations.record($0.observation) })
            }
        }
        let verifier = settings.tokens.verifier(keySet, settings, keys.published, clocks)
        let proof = settings.tenants.proof.map { TenantProof($0, keys, services, clocks, observations, counters) }
        let memberships = outbound.flatMap { settings.tenants.memberships($0, clocks, observations) }
        Self.count(observations.metrics, verifier, memberships)
        policy = CallerPolicy(
            tokens: localToken.map { .local($0.token) } ?? verifier.map { .verified($0) } ?? .none,
            takesDebugSubject: settings.profile == .dev,
            tenants: TenantPolicy(
                defaultTenant: settings.tenants.standard.id,
                fixedTenant: settings.tenants.fixed,
                proof: proof,
                memberships: memberships,
                choices: choices
            )
        )
        exchange = verifier.flatMap { verifier in
            keys.signer.map { signer in
                TokenExchange(
                    verifier: verifier,
                    signer: signer,
                    issuer: settings.exchange.issuer,
                    audiences: settings.exchange.targets,
                    life: settings.exchange.life,
                    clients: keys.clients,
                    allowsOwnTokens: settings.profile == .dev,
                    clocks: clocks
                )
            }
        }
        published = keys.published
        resource = settings.protectedResource
        authorizationServers =
            resource.flatMap { resource in
                outbound.map { outbound in
                    resource.authorizationServers.map {
                        AuthorizationServerMetadata(
                            issuer: $0,
                            keySetURL: settings.tokens.issuer?.keySetURL,
                            outbound: outbound,
                            clocks: clocks
                        )
                    }
                }
            } ?? []
        resolution = memberships.map { .memberships($0) } ?? (proof == nil ? .single : .unknown)
        var running: [any Service] = keySet.map { [KeySetRefresh(keys: $0)] } ?? []
        if let file = keys.keyringFile, let proof {
            running += [KeyringWatch(file: file, proof: proof), KeyringHangup(file: file, proof: proof)]
        }
        self.services = running
    }

    /// Shows what tables of tokens and memberships hold.
    private static func count(_ metrics: Metrics, _ verifier: TokenVerifier?, _ memberships: WorkOSMemberships?) {
        if let verifier {
            metrics.read(.cacheEntries, "tokens") { Double(verifier.count) }
            metrics.read(.cacheEvictions, "tokens") { Double(verifier.evictions) }
        }
        guard let memberships else { return }
        metrics.read(.membershipEntries) { Double(memberships.count) }
        metrics.read(.membershipHits) { Double(memberships.figures.hits) }
        metrics.read(.membershipMisses) { Double(memberships.figures.misses) }
        metrics.read(.cacheEntries, "memberships") { Double(memberships.count) }
        metrics.read(.cacheEvictions, "memberships") { Double(memberships.figures.evictions) }
    }

    /// Closes what is open to others.
    func close() async {
        await outbound?.shutdown()
    }
}

extension TenantProof {
    fileprivate convenience init(
        _ settings: TenantSettings.Proof,
        _ keys: IdentityKeys,
        _ services: LocalServices,
        _ clocks: Clocks,
        _ observations: Observations,
        _ counters: AuthCounters
    ) {
        let memory = NonceMemory(clocks: clocks)
        observations.metrics.read(.cacheEntries, "nonces") { Double(memory.count) }
        self.init(
            secret: settings.secret,
            keyring: keys.keyring,
            windowSeconds: settings.window,
            nonces: settings.store == .database ? SQLNonceStore(database: services.database) : memory,
            clocks: clocks,
            used: { use in
                counters.count(use)
                if observations.takes(.debug) { observations.record(use.observation) }
            },
            refused: { counters.count($1, ofVersion: $0) },
            report: { observations.record($0.observation) }
        )
    }
}

extension TenantSettings {
    fileprivate func memberships(_ outbound: any Outbound, _ clocks: Clocks, _ observations: Observations) -> WorkOSMemberships? {
        memberships.map { memberships in
            WorkOSMemberships(
                WorkOSSettings(
                    keys: memberships.keys,
                    baseURL: memberships.url,
                    defaultTenant: standard.id,
                    allowsNonMembers: memberships.allowsNonMembers
                ),
                outbound: outbound,
                clocks: clocks,
                report: { observations.record($0.observation) }
            )
        }
    }
}

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
        let proof = settings.tenants.proof.map { TenantProof($0, keys, services, clocks, observations) }
        let memberships = outbound.flatMap { settings.tenants.memberships($0, clocks, observations) }
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
                    resource.authorizationServers.map { AuthorizationServerMetadata(issuer: $0, outbound: outbound, clocks: clocks) }
                }
            } ?? []
        resolution = memberships.map { .memberships($0) } ?? (proof == nil ? .single : .unknown)
        var running: [any Service] = keySet.map { [KeySetRefresh(keys: $0)] } ?? []
        if let file = keys.keyringFile, let proof {
            running += [KeyringWatch(file: file, proof: proof), KeyringHangup(file: file, proof: proof)]
        }
        self.services = running
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
        _ observations: Observations
    ) {
        self.init(
            secret: settings.secret,
            keyring: keys.keyring,
            windowSeconds: settings.window,
            nonces: settings.store == .database ? SQLNonceStore(database: services.database) : NonceMemory(clocks: clocks),
            clocks: clocks,
            used: { use in if observations.takes(.debug) { observations.record(use.observation) } },
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

import Auth
import HTTPServer
import MCP
import MCPServer
import Observability
import Program
import RESTAPI
import SQLStore
import ToolBridge
import Tools

/// Puts the HTTP server of `serve` together.
struct Server: Sendable {
    private let settings: SettingsReader
    private let services: LocalServices
    private let identity: Identity
    private let offer: ToolOffer
    private let address: ListenAddress
    private let database: DatabaseLocation
    private let observations: Observations

    init(
        _ settings: SettingsReader,
        _ services: LocalServices,
        _ identity: Identity,
        _ offer: ToolOffer,
        _ address: ListenAddress,
        _ database: DatabaseLocation,
        _ observations: Observations
    ) {
        self.settings = settings
        self.services = services
        self.identity = identity
        self.offer = offer
        self.address = address
        self.database = database
        self.observations = observations
    }

    /// - Throws: ``StartFault``.
    func service() async throws -> HTTPService<Caller> {
        var configuration = HTTPServerConfiguration(host: address.host, port: address.port)
        configuration.hostPolicy = HostPolicy(
            allowedHosts: identity.settings.resource.publicHosts + (try settings.value(Settings.allowedHosts) ?? []),
            allowedOrigins: identity.settings.resource.publicOrigins + (try settings.value(Settings.allowedOrigins) ?? [])
        )
        configuration.trustedProxies = identity.settings.resource.trustedProxies
        // Each handler is one statement or two on a page cache that is warm, and writes wait elsewhere.
        configuration.runsHandlersOnEventLoops = true
        configuration.refusals["epoch_mismatch"] = observations.metrics.counter(.syncEpochs)
        if let limit = try settings.value(Settings.shutdownTimeout) { configuration.drainLimit = limit }
        if let delay = try settings.value(Settings.drainDelay) { configuration.drainDelay = delay }
        let (identity, database, observations, host) = (identity, database, observations, address.host)
        let tenant = try settings.value(Settings.defaultTenant)
        let limits = try rateLimits()
        return HTTPService(
            routes: try RouteTable(try await routes(limits)),
            authenticator: APIAuthenticator(
                identity.policy,
                resource: identity.resource,
                decided: { [counters = identity.counters] in counters.count($0) }
            ),
            configuration: configuration,
            observations: observations,
            rateLimits: limits,
            rateKey: { $1.rateKey(in: $0) },
            readiness: services.readiness,
            logged: { $0.observed },
            onReady: { port in
                let url = "http://\(ListenAddress(host: host, port: port).description)"
                observations.record(.listening(url: url))
                Welcome(url: url, identity: identity, database: database, tenant: tenant).print()
            }
        )
    }

    private func routes(_ limits: RateLimits) async throws -> [Route<Caller>] {
        let health: [Route<Caller>] = healthRoutes(
            service: "toolbridge",
            role: "serve",
            version: Version.current,
            readiness: services.readiness
        )
        let info = ServerInfo(
            version: Version.current,
            role: "serve",
            revisions: Revision.supported.map(\.description),
            endpoints: try settings.value(Settings.legacySSE) ?? true ? ["/mcp", "/sse"] : ["/mcp"]
        )
        let wellKnown = WellKnownRoutes(
            identity.resource,
            servers: identity.authorizationServers,
            hasSSE: try settings.value(Settings.legacySSE) ?? true,
            security: identity.settings.resource.contact
        )
        let routes = health + [serverInfoRoute(info)] + wellKnown.all() + (try apiRoutes(limits))
        let documentation = openAPIRoutes(routes, version: Version.current, isDevelopment: identity.profile == .dev)
        return routes + documentation + (try await mcpRoutes(limits))
    }

    private func apiRoutes(_ limits: RateLimits) throws -> [Route<Caller>] {
        let data = DataRoutes(items: services.items, sync: services.items)
        let streams = FeedStreams(
            maximumAge: try settings.value(Settings.streamMaximumAge) ?? .seconds(600),
            heartbeat: try settings.value(Settings.streamHeartbeat) ?? .seconds(15),
            maximumOfOwner: identity.profile.hasRateLimits ? FeedStreams.usualMaximumOfOwner : nil
        )
        let routes = IdentityRoutes(tenant: identity.settings.tenants.standard, source: identity.resolution)
        return ItemRoutes(data).all + [batchRoute(data), searchRoute(data), recentRoute(data)] + SyncRoutes(data).all
            + [FeedRoute(data, signals: services.items.signals, streams: streams).route]
            + [syncInfoRoute(SyncInfo(rate: limits.rate(of: .data)))] + routes.all
            + ExchangeRoutes(identity.exchange, keys: identity.published, answered: countsExchanges).all
    }

    /// Counts exchanges of tokens.
    private var countsExchanges: @Sendable (_ status: Int) -> Void {
        let metrics = observations.metrics
        let (good, denied, failed) = (
            metrics.counter(.tokenExchange, "ok"), metrics.counter(.tokenExchange, "denied"), metrics.counter(.tokenExchange, "unavailable")
        )
        return { status in (status < 400 ? good : status < 500 ? denied : failed).add() }
    }

    private func mcpRoutes(_ limits: RateLimits) async throws -> [Route<Caller>] {
        let observations = observations
        var mcp = MCPRouteSettings()
        if let life = try settings.value(Settings.sessionLifetime) { mcp.sessionLife = life }
        mcp.legacySSE = try settings.value(Settings.legacySSE) ?? true
        mcp.resource = identity.resource?.uri(of: .mcp) ?? ""
        let (services, pageBytes) = (services, try settings.value(Settings.toolPageBytes) ?? ToolPage.bytes)
        let servers = try ServerVariants(standard: offer.standard, sharing: services.changes) {
            try services.definition(role: "serve", selection: $0, pageBytes: pageBytes)
        }
        observations.expect(
            tools: servers.standard.definition.tools.map(\.name),
            methods: ["tools/list", "tools/call", "resources/list", "resources/read", "prompts/list", "prompts/get"]
        )
        let keys = try await services.stateKeys(settings)
        observations.hidePersons(LogKey(try settings.value(Settings.logKey), state: keys).hash)
        return MCPRoutes(
            servers.standard,
            serverOfQuery: { [offer] request throws(Problem) in
                let selection = try offer.selection(request)
                do {
                    return try servers.server(selection)
                } catch {
                    throw .internalError
                }
            },
            sealer: keys,
            // Sessions outlive this process, so an end that only it remembered would be no end.
            ended: NoEndedSessions(),
            connections: MCPConnections(
                settings: try MCPConnections.Settings(self.settings),
                replica: MCPConnections.replicaName(machine: self.settings.text("FLY_MACHINE_ID"))
            ),
            settings: mcp,
            identity: MCPIdentity(
                principal: { $0.mcpPrincipal },
                charge: { caller in caller.rateKey(in: .data).flatMap { limits.take(.data, key: $0) } },
                expires: { $0.principal.expires },
                forbids: { [resource = identity.resource] caller, operations, request in
                    // Nearly every caller's token names no scope, and nothing is demanded of it.
                    guard !caller.principal.scopes.isEmpty || resource?.requiredScopes.isEmpty == false else { return nil }
                    return caller.refusal(for: operations.flatMap(AccessScope.needed), of: resource, at: request.path)
                }
            ),
            report: { error, id in
                observations.record(.internalError(error: "\(error)", requestID: CorrelationID(id), route: "/mcp"))
            },
            observer: MCPObserver(observations) { $0.observed }
        ).routes
    }

    private func rateLimits() throws -> RateLimits {
        let limits = RateLimits(
            data: try Self.rate(settings.value(Settings.dataRate), or: RateLimits.Rate(requests: 600, window: .seconds(60), burst: 120)),
            auth: try Self.rate(settings.value(Settings.authRate), or: RateLimits.Rate(requests: 60, window: .seconds(60), burst: 20)),
            address: try Self.rate(
                settings.value(Settings.addressRate),
                or: RateLimits.Rate(requests: 120, window: .seconds(60), burst: 60)
            ),
            metrics: observations.metrics
        )
        let metrics = observations.metrics
        metrics.read(.cacheEntries, "rate_limits") { Double(limits.bucketCount) }
        return identity.profile.hasRateLimits ? limits : .unlimited
    }

    private static func rate(_ setting: RateSetting?, or standard: RateLimits.Rate) -> RateLimits.Rate? {
        setting.map { $0.rate } ?? standard
    }
}

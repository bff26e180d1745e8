import APIClient
import Auth
import HTTPServer
import MCP
import MCPServer
import Observability
import Program
import RESTAPI
import ToolBridge
import Tools

/// Puts the HTTP server of `mcp` together.
struct GatewayServer: Sendable {
    private let settings: SettingsReader
    private let gateway: GatewaySettings
    private let upstream: Upstream
    private let access: GatewayAccess
    private let offer: ToolOffer
    private let observations: Observations
    let readiness = Readiness([])

    init(
        _ settings: SettingsReader,
        _ gateway: GatewaySettings,
        _ upstream: Upstream,
        _ access: GatewayAccess,
        _ offer: ToolOffer,
        _ observations: Observations
    ) {
        self.settings = settings
        self.gateway = gateway
        self.upstream = upstream
        self.access = access
        self.offer = offer
        self.observations = observations
    }

    /// - Throws: ``Program/StartFault``.
    func service() throws -> HTTPService<GatewayCaller> {
        var configuration = HTTPServerConfiguration(host: gateway.address.host, port: gateway.address.port)
        configuration.hostPolicy = HostPolicy(
            allowedHosts: gateway.resource.publicHosts + (try settings.value(Settings.allowedHosts) ?? []),
            allowedOrigins: gateway.resource.publicOrigins + (try settings.value(Settings.allowedOrigins) ?? [])
        )
        configuration.trustedProxies = gateway.resource.trustedProxies
        configuration.logsRequests = gateway.logsRequests
        if let limit = try settings.value(Settings.shutdownTimeout) { configuration.drainLimit = limit }
        if let delay = try settings.value(Settings.drainDelay) { configuration.drainDelay = delay }
        let (host, observations) = (gateway.address.host, observations)
        let limits = try rateLimits()
        let (counters, observed) = (AuthCounters(observations.metrics), observed)
        return HTTPService(
            routes: try RouteTable(try routes(limits)),
            authenticator: GatewayAuthenticator(
                verifier: access.verifier,
                resource: access.resource,
                decided: { counters.count($0) }
            ),
            configuration: configuration,
            observations: observations,
            rateLimits: limits,
            readiness: readiness,
            logged: { observed($0) },
            onReady: { port in
                observations.record(.listening(url: "http://\(ListenAddress(host: host, port: port).description)"))
            }
        )
    }

    private func routes(_ limits: RateLimits) throws -> [Route<GatewayCaller>] {
        let hasSSE = try settings.value(Settings.legacySSE) ?? true
        let health: [Route<GatewayCaller>] = healthRoutes(
            service: "toolbridge",
            role: "mcp",
            version: Version.current,
            readiness: readiness
        )
        let info = ServerInfo(
            version: Version.current,
            role: "mcp",
            revisions: Revision.supported.map(\.description),
            endpoints: hasSSE ? ["/mcp", "/sse"] : ["/mcp"],
            hasAPI: false
        )
        let wellKnown = WellKnownRoutes(
            access.resource,
            servers: access.authorizationServers,
            hasSSE: hasSSE,
            security: gateway.resource.contact
        )
        return health + [serverInfoRoute(info)] + wellKnown.all() + (try mcpRoutes(limits, hasSSE))
    }

    private func mcpRoutes(_ limits: RateLimits, _ hasSSE: Bool) throws -> [Route<GatewayCaller>] {
        let observations = observations
        var mcp = MCPRouteSettings()
        if let life = try settings.value(Settings.sessionLifetime) { mcp.sessionLife = life }
        mcp.legacySSE = hasSSE
        mcp.resource = access.resource?.uri(of: .mcp) ?? ""
        let pageBytes = try settings.value(Settings.toolPageBytes) ?? ToolPage.bytes
        let servers = try ServerVariants(standard: offer.standard) { [self] in try definition($0, pageBytes) }
        observations.expect(
            tools: servers.standard.definition.tools.map(\.name),
            methods: ["tools/list", "tools/call", "resources/list", "resources/read", "prompts/list", "prompts/get"]
        )
        let (resource, fixedTenant) = (access.resource, gateway.fixedTenant)
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
            sealer: gateway.stateKeys,
            // Any replica serves a session, so an end that only one of them remembered would be no end.
            ended: NoEndedSessions(),
            connections: MCPConnections(
                settings: try MCPConnections.Settings(settings),
                replica: MCPConnections.replicaName(machine: settings.text("FLY_MACHINE_ID"))
            ),
            settings: mcp,
            identity: MCPIdentity(
                principal: { $0.mcpPrincipal(fixedTenant: fixedTenant) },
                charge: { caller in
                    guard let key = caller.limitKey else { return limits.take(caller.client) }
                    return limits.take(.data, key: key)
                },
                expires: { $0.principal?.expires },
                forbids: { caller, operations, request in
                    guard let principal = caller.principal else { return nil }
                    let missing = principal.scopesMissing(
                        for: operations.flatMap(AccessScope.needed),
                        required: resource?.requiredScopes ?? []
                    )
                    guard !missing.isEmpty else { return nil }
                    return .insufficientScope(missing, metadata: resource?.metadataURL(of: .init(path: request.path)))
                },
                tracing: { caller, trace in
                    var caller = caller
                    caller.origin.traceparent = trace.traceparent
                    caller.origin.tracestate = trace.tracestate
                    caller.origin.baggage = trace.baggage
                    return caller
                }
            ),
            report: { error, id in
                observations.record(.internalError(error: "\(error)", requestID: CorrelationID(id), route: "/mcp"))
            },
            observer: MCPObserver(observations, caller: observed)
        ).routes
    }

    /// Who a caller is, for lines of the log.
    private var observed: @Sendable (GatewayCaller) -> ObservedCaller? {
        { [tenants = upstream.tenants] caller in
            ObservedCaller(tenant: tenants.knownTenant(of: caller), subject: caller.principal?.subject)
        }
    }

    /// What MCP clients are offered; changes of items aren't told in this role.
    private func definition(_ selection: ToolSelection, _ pageBytes: Int) throws -> ServerDefinition<GatewayCaller> {
        let items = upstream.items.items
        let catalogue = ToolCatalogue<GatewayCaller>(items: items, health: .healthCheck { await health($0) }, pageBytes: pageBytes)
        let resources = ItemResources<GatewayCaller>(items: items)
        return try ServerDefinition(
            info: .toolbridge,
            instructions: ServerInstructions.text,
            tools: catalogue.tools(selection),
            templates: resources.templates,
            listing: resources.listing,
            prompts: ItemPrompts<GatewayCaller>(pageBytes: pageBytes, items: items).all
        )
    }

    private func health(_ caller: GatewayCaller) async -> HealthReport {
        let isHealthy = await upstream.isHealthy()
        return HealthReport(
            isHealthy: isHealthy,
            tenant: upstream.tenants.knownTenant(of: caller),
            apiBaseURL: gateway.api.url,
            version: Version.current,
            role: "mcp",
            upstream: upstream.kind
        )
    }

    /// The API counts what its callers ask; here only who fails to say who they are is counted, unless more is set.
    private func rateLimits() throws(StartFault) -> RateLimits {
        let standard = RateLimits.Rate(requests: 120, window: .seconds(60), burst: 60)
        let address = try settings.value(Settings.addressRate)
        return RateLimits(
            data: try settings.value(Settings.dataRate)?.rate,
            auth: nil,
            address: address.map { $0.rate } ?? standard,
            metrics: observations.metrics
        )
    }
}

package import ArgumentParser
import Auth
import HTTPServer
import Observability
import Program
import ServiceLifecycle
import ToolBridge
import Tools
import UnixSignals

/// `toolbridge mcp`: the stateless MCP server in front of an API.
package struct McpCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Serves MCP over HTTP in front of another server's API; keeps nothing itself.",
        discussion: SettingsHelp.text(.mcp)
    )

    @Option(help: "The address to listen on. Default: TOOLBRIDGE_HOST, else 0.0.0.0.")
    var host: String?

    @Option(help: "The port to listen on; 0 takes a free one. Default: TOOLBRIDGE_PORT, else 8001.")
    var port: UInt16?

    @OptionGroup var toolOptions: ToolOptions

    package init() {}

    package func run() async throws {
        let settings = SettingsReader.environment()
        let offer = try toolOptions.offer(settings)
        let gateway = try GatewaySettings(settings, host: host, port: port)
        let observations = Observations(
            level: try settings.value(Settings.logLevel) ?? .info,
            format: try settings.value(Settings.logFormat)
        )
        observations.hidePersons(LogKey(try settings.value(Settings.logKey), state: gateway.stateKeys).hash)
        let clocks = Clocks(wall: { Timestamp.now().milliseconds })
        let upstream = Upstream(gateway, clocks, observations)
        let access = GatewayAccess(gateway, clocks, observations)
        let server = GatewayServer(settings, gateway, upstream, access, offer, observations)
        let service = try server.service()
        let metrics = try MetricsListener.make(settings, observations, server.readiness, role: .mcp, store: "none")
        report(settings, gateway, offer, observations)
        try await run(service, upstream, access, metrics, observations)
    }

    /// The lines of the start, in the order in which operators look for them; that of listening follows.
    private func report(_ settings: SettingsReader, _ gateway: GatewaySettings, _ offer: ToolOffer, _ observations: Observations) {
        observations.record(.configured(SettingsInForce(settings).lines))
        for (name, text) in gateway.warnings { observations.record(.settingWarning(name: name, text: text)) }
        let tools = offer.standard.toolNames.count
        observations.record(
            .gatewayStarted(
                GatewayObservation(
                    version: Version.current,
                    tools: tools,
                    dataTools: tools - 1,
                    apiURL: gateway.api.url,
                    upstreamAuth: gateway.auth.rawValue
                )
            )
        )
        if let tenant = gateway.fixedTenant { observations.record(.tenantFixed(tenant: tenant)) }
    }

    /// Runs until a signal comes, and closes the connections to the API after the last request.
    private func run(
        _ service: HTTPService<GatewayCaller>,
        _ upstream: Upstream,
        _ access: GatewayAccess,
        _ metrics: MetricsListener?,
        _ observations: Observations
    ) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                // They end in the reverse order: metrics are there until the last request is answered.
                services: (metrics.map { [.init(service: $0)] } ?? []) + [
                    .init(service: service), .init(service: DebugSwitch(observations: observations)),
                    .init(service: SignalReport(observations: observations)),
                ] + access.services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: observations.logger(label: "lifecycle")
            )
        )
        do {
            try await group.run()
        } catch {
            await close(upstream, access)
            observations.finish()
            let advice = "choose another address with --host, --port, \(Settings.gatewayHost.name) or \(Settings.gatewayPort.name)"
            throw (error as? ListenError).map { StartFault("\($0): \(advice)") } ?? error
        }
        await close(upstream, access)
        observations.record(.shutdownComplete)
        observations.finish()
    }

    private func close(_ upstream: Upstream, _ access: GatewayAccess) async {
        await upstream.shutdown()
        await access.close()
    }
}

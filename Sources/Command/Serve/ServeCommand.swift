import ArgumentParser
import Auth
import HTTPServer
import MCP
import MCPServer
import Observability
import Program
import RESTAPI
import SQLStore
import ServiceLifecycle
import ToolBridge
import UnixSignals

/// `toolbridge serve`: the API and the MCP server over one database.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the REST API and MCP over HTTP.",
        discussion: SettingsHelp.text(.serve)
    )

    @Option(help: "The address to listen on. Default: that of HTTP_ADDR, else 127.0.0.1.")
    var host: String?

    @Option(help: "The port to listen on; 0 takes a free one. Default: that of HTTP_ADDR, else 8080.")
    var port: UInt16?

    @OptionGroup var databaseOptions: DatabaseOptions

    @OptionGroup var toolOptions: ToolOptions

    func run() async throws {
        let settings = SettingsReader.environment()
        var address = try settings.value(Settings.address) ?? .standard
        if let host { address.host = host }
        if let port { address.port = Int(port) }
        let database = try databaseOptions.location(settings)
        let observations = Observations(
            level: try settings.value(Settings.logLevel) ?? .info,
            format: try settings.value(Settings.logFormat)
        )
        let offer = try toolOptions.offer(settings)
        let callers = try IdentitySettings(settings, address: address)
        let keys = try await IdentityKeys(callers, report: { observations.record($0.observation) })
        let localToken = try callers.localToken(besides: database)
        let choices = TenantChoices()
        let services = try await LocalServices(database, observations, choices: choices)
        let identity = Identity(callers, keys, services, choices: choices, localToken: localToken, observations: observations)
        let service = try await Server(settings, services, identity, offer, address, database, observations).service()
        observations.record(
            .started(
                role: "serve",
                version: Version.current,
                address: address.description,
                database: "sqlite",
                profile: identity.profile.rawValue
            )
        )
        observations.record(.configured(SettingsInForce(settings).lines))
        for (name, text) in identity.settings.warnings { observations.record(.settingWarning(name: name, text: text)) }
        let metrics = try services.metricsListener(settings, observations, role: .serve)
        let watch = ChangeWatch(
            signals: services.items.signals,
            database: services.database
        )
        try await run(service, services, identity, watch, metrics, observations)
    }

    /// Runs until a signal comes, and closes the database after the last request.
    private func run(
        _ service: HTTPService<Caller>,
        _ services: LocalServices,
        _ identity: Identity,
        _ watch: ChangeWatch,
        _ metrics: MetricsListener?,
        _ observations: Observations
    ) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                // They end in the reverse order: metrics are there until the last request is answered.
                services: (metrics.map { [.init(service: $0)] } ?? []) + [
                    .init(service: DatabaseWatch(database: services.database)),
                    .init(service: watch),
                    .init(service: ChangeNotices(notices: services.notices)),
                    .init(service: SearchIndexing(items: services.items)),
                    .init(service: service),
                    .init(service: DebugSwitch(observations: observations)),
                    .init(service: SignalReport(observations: observations)),
                ] + identity.services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: observations.logger(label: "lifecycle")
            )
        )
        do {
            try await group.run()
        } catch {
            await identity.close()
            await services.store.close()
            observations.finish()
            throw (error as? ListenError).map { StartFault("\($0): choose another address with --host, --port or HTTP_ADDR") } ?? error
        }
        await identity.close()
        await services.store.close()
        observations.record(.shutdownComplete)
        observations.finish()
    }
}

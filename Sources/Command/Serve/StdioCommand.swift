import ArgumentParser
import Auth
import MCP
import MCPServer
import Observability
import Program
import SQLStore
import Tools

/// `toolbridge stdio`: MCP for one client that starts this program.
struct StdioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stdio",
        abstract: "Serves MCP over standard input and output; a server may run on the same database.",
        discussion: SettingsHelp.text
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    @OptionGroup var toolOptions: ToolOptions

    func run() async throws {
        let settings = SettingsReader.environment()
        let database = try databaseOptions.location(settings)
        let observations = Observations(
            level: try settings.value(Settings.logLevel) ?? .info,
            format: try settings.value(Settings.logFormat),
            stream: .standardError
        )
        let selection = try toolOptions.offer(settings).standard
        let tenant = try settings.value(Settings.defaultTenant) ?? Settings.standardTenant
        // Nobody is asked for a token: whoever starts the program can read the file anyway.
        let caller = CallerPolicy.machineUser(of: tenant)
        let pageBytes = try settings.value(Settings.toolPageBytes) ?? ToolPage.bytes
        let services = try await LocalServices(database, observations)
        observations.hidePersons(LogKey(try settings.value(Settings.logKey), state: try await services.stateKeys(settings)).hash)
        let stream = try DescriptorStream()
        let server = MCPStdioServer(
            MCP.Server(
                try services.definition(role: "stdio", selection: selection, pageBytes: pageBytes),
                sharing: services.changes
            ),
            caller: caller,
            principal: caller.mcpPrincipal,
            stream: stream,
            observer: MCPObserver(observations) { $0.observed },
            report: { error, id in
                observations.record(.internalError(error: "\(error)", requestID: CorrelationID(id), route: "stdio"))
            }
        )
        observations.record(
            .started(role: "stdio", version: Version.current, address: "stdio", database: "sqlite", profile: "local")
        )
        observations.record(.configured(SettingsInForce(settings).lines))
        do {
            try await StdioLifetime(observations: observations, services: services, end: stream.endInput)
                .run { try await server.run() }
        } catch {
            await services.store.close()
            observations.finish()
            throw error
        }
        await services.store.close()
        observations.record(.shutdownComplete)
        observations.finish()
    }
}

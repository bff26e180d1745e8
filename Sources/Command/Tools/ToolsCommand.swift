import ArgumentParser
import Auth
import MCP
import Program
import ToolBridge
import Tools

/// `toolbridge tools`: what assistants would be offered, and what it costs them.
struct ToolsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tools",
        abstract: "Prints the tools that are offered, with their sizes, scopes and hints; needs no database."
    )

    @OptionGroup var toolOptions: ToolOptions

    @Flag(help: "Prints one JSON object.")
    var json = false

    func run() async throws {
        let selection = try toolOptions.offer(SettingsReader.environment()).standard
        let catalogue = ToolCatalogue<Caller>(
            items: { OwnedItems(NoItems(), of: try $0.decidedOwner) },
            health: .healthCheck { _ in
                HealthReport(isHealthy: false, tenant: nil, apiBaseURL: nil, version: Version.current, role: "tools", upstream: "local")
            }
        )
        let sizes = try ToolSizes(catalogue, selection)
        print(json ? String(decoding: sizes.json, as: UTF8.self) : sizes.text)
    }
}

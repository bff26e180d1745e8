package import ArgumentParser
import Program

/// `toolbridge mcp`: the stateless MCP server in front of an API.
package struct McpCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Serves MCP over HTTP in front of another server's API; keeps nothing itself.",
        discussion: SettingsHelp.text
    )

    package init() {}

    package func run() async throws {
        throw StartFault("not yet")
    }
}

import ArgumentParser
import Gateway
import Program

/// `toolbridge-mcp`: the MCP server in front of an API, and the doctor, without what only a server with a database needs.
@main
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "toolbridge-mcp",
        abstract: "Lets assistants work on the items of a ToolBridge API.",
        version: Version.current,
        subcommands: [McpCommand.self, GatewayDoctorCommand.self]
    )

    static func main() async {
        await ProgramStart.run(Self.self)
    }
}

import ArgumentParser
import Gateway
import Program

/// `toolbridge`: notes, tasks, comments, chats and messages for assistants and apps.
@main
struct ToolBridgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "toolbridge",
        abstract: "Keeps notes, tasks, comments, chats and messages in one place, for your assistant and your apps.",
        version: Version.current,
        subcommands: [
            ServeCommand.self, StdioCommand.self, TokenCommand.self, ConnectCommand.self, ToolsCommand.self, SettingsCommand.self,
            DevIDPCommand.self, McpCommand.self, DoctorCommand.self,
        ]
    )

    static func main() async {
        await ProgramStart.run(Self.self)
    }
}

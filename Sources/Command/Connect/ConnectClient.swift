import ArgumentParser
import Program

/// A client that can be told of this server.
enum ConnectClient: String, CaseIterable, ExpressibleByArgument, Sendable {
    case claudeDesktop = "claude-desktop"
    case vscode
    case cursor

    var title: String {
        switch self {
        case .claudeDesktop: "Claude Desktop"
        case .vscode: "VS Code"
        case .cursor: "Cursor"
        }
    }

    /// The member of the client's file that lists its servers.
    var serversKey: String {
        switch self {
        case .claudeDesktop, .cursor: "mcpServers"
        case .vscode: "servers"
        }
    }

    var fileName: String {
        switch self {
        case .claudeDesktop: "claude_desktop_config.json"
        case .vscode, .cursor: "mcp.json"
        }
    }

    /// The client's own file, for all of the user's projects.
    func path(_ settings: SettingsReader) -> String {
        switch self {
        case .claudeDesktop: UserFolders.configuration(settings) + "/Claude/" + fileName
        case .vscode: UserFolders.configuration(settings) + "/Code/User/" + fileName
        case .cursor: UserFolders.home + "/.cursor/" + fileName
        }
    }
}

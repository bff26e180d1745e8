import ArgumentParser
import Program

/// `toolbridge connect`: tells a client how to start this server.
struct ConnectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Prints what connects an assistant to your data, or writes it into the client's file."
    )

    @Argument(help: "claude-desktop, vscode or cursor.")
    var client: ConnectClient

    @Flag(help: "Merge it into the client's own file; the old file is kept beside it.")
    var install = false

    @OptionGroup var databaseOptions: DatabaseOptions

    func run() async throws {
        let settings = SettingsReader.environment()
        let snippet = ConnectSnippet(
            client: client,
            program: ProgramPath.current,
            database: try databaseOptions.location(settings),
            tenant: try settings.value(Settings.defaultTenant)
        )
        let path = client.path(settings)
        guard install else {
            print("Put this into \(path), or run the command again with --install:\n")
            print(snippet.text)
            return
        }
        switch try ClientFile(path: path).install(snippet) {
        case .unchanged: print("\(client.title) is connected already: \(path)")
        case .created: print("\(client.title) is connected: wrote \(path). Restart it to see the tools.")
        case .changed(let backup): print("\(client.title) is connected: changed \(path), kept \(backup). Restart it to see the tools.")
        }
    }
}

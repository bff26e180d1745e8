import ArgumentParser

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `toolbridge`: notes, tasks, comments, chats and messages for assistants and apps.
@main
struct ToolBridgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "toolbridge",
        abstract: "Keeps notes, tasks, comments, chats and messages in one place, for your assistant and your apps.",
        version: Version.current,
        subcommands: [
            ServeCommand.self, StdioCommand.self, TokenCommand.self, ConnectCommand.self, ToolsCommand.self, SettingsCommand.self,
            DevIDPCommand.self,
        ]
    )

    static func main() async {
        // A peer that closes its end is an error of one write, never the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // Whatever this program creates is for its user alone, and a crash leaves no copy of anybody's notes.
        umask(0o077)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(coreLimit, &none)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}

#if canImport(Glibc)
private let coreLimit = __rlimit_resource_t(RLIMIT_CORE.rawValue)
#else
private let coreLimit = RLIMIT_CORE
#endif

/// Which release this is.
enum Version {
    static let current = "0.1.0"
}

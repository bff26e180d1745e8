import ArgumentParser
import Auth
import Program

/// `toolbridge token`: the local profile's token, for scripts and for apps; and keys made from others.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Prints the bearer token of the local profile, and makes it if there is none.",
        subcommands: [TenantKeyCommand.self]
    )

    @OptionGroup var databaseOptions: DatabaseOptions

    func run() async throws {
        let settings = SettingsReader.environment()
        let database = try databaseOptions.location(settings)
        if let chosen = try settings.value(Settings.localToken) {
            print(chosen.reveal())
        } else {
            print(try TokenFile(path: database.tokenPath).token().token.reveal())
        }
    }
}

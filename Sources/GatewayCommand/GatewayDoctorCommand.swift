import ArgumentParser
import Doctor
import Gateway
import Program

/// `toolbridge-mcp doctor`: the doctor, who knows the settings of the role `mcp` here and no database.
struct GatewayDoctorCommand: AsyncParsableCommand {
    static let configuration = DoctorOptions.configuration

    @OptionGroup var options: DoctorOptions

    func run() async throws {
        try await options.run(GatewayChecks())
    }
}

private struct GatewayChecks: LocalChecks {
    func settings(_ settings: SettingsReader) throws(StartFault) -> [(name: String, text: String)] {
        try GatewaySettings(settings).warnings
    }

    func ports(_ settings: SettingsReader) throws(StartFault) -> [Int] {
        [try GatewaySettings(settings).address.port]
    }

    func database() async -> DatabaseFinding { .skip("this program has no database: toolbridge doctor checks it") }
    func backup(_ path: String) async -> DatabaseFinding { .skip("this program has no database: toolbridge doctor checks backups") }
}

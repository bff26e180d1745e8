import ArgumentParser
import Doctor

/// `toolbridge doctor`: the doctor, who also looks at databases here.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = DoctorOptions.configuration

    @OptionGroup var options: DoctorOptions

    func run() async throws {
        try await options.run(ServerChecks())
    }
}

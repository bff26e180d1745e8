package import ArgumentParser

/// `doctor` of a program without a database.
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = DoctorOptions.configuration

    @OptionGroup package var options: DoctorOptions

    package init() {}

    package func run() async throws {
        try await options.run(NoDatabaseChecks())
    }
}

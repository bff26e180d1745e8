package import ArgumentParser
import Program

/// `toolbridge doctor`: says whether a deployment is healthy, and what to set where it isn't.
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks a deployment, or the configuration of this machine."
    )

    package init() {}

    package func run() async throws {
        throw StartFault("not yet")
    }
}

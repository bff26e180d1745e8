package import ArgumentParser
import Auth
import FoundationEssentials
import Program

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What `doctor` examines, and how it says what it found.
package struct DoctorOptions: ParsableArguments {
    package static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks a deployment, or the configuration of this machine.",
        discussion: """
            With --url or --api-url it asks these servers as a client would; with a token it makes one note of its own and deletes it. Without \
            both it reads this machine's settings. Exit code 0: nothing failed; 1: something did; 2: the checks couldn't run.
            """
    )

    @Option(help: "The MCP server's address, such as https://notes.example.com, without /mcp.")
    package var url: String?

    @Option(help: "The API's address.")
    package var apiURL: String?

    @Option(help: "A file with a token of one's own; it never appears in the report.")
    package var tokenFile: String?

    @Option(help: "The tenant. Default: that of TOOLBRIDGE_TENANT_ID.")
    package var tenant: String?

    @Flag(help: "Also makes 10 and 50 calls at once, and more than the rate limit allows.")
    package var load = false

    @Option(help: "Probes each minute for so long, such as 24h or 30m.")
    package var soak: String?

    @Option(help: "Reads lines of a log from a file, or from standard input: -.")
    package var logs: String?

    @Flag(help: "The app was stopped before: measures its first answer.")
    package var cold = false

    @Option(help: "Checks a file that a backup made.")
    package var backup: String?

    @Option(help: "How long an event stream is watched; 0 leaves it out.")
    package var streamSeconds: Int = 70

    @Flag(help: "Only whether the server of this machine answers, for a container's health check.")
    package var live = false

    @Flag(help: "One JSON object in place of lines.")
    package var json = false

    package init() {}

    /// Runs what was asked for, prints it and ends the program with its exit code.
    ///
    /// - Parameter local: The checks of this program's own.
    package func run(_ local: some LocalChecks) async throws {
        let deployment: Deployment
        let checks: [Examination.Check]
        do throws(StartFault) {
            deployment = try self.deployment()
            checks = try self.checks(local)
        } catch {
            // The code 1 says that something was examined and failed.
            Self.complain(error.description)
            throw ExitCode(2)
        }
        let probe = Probe()
        let report = await Examination(deployment: deployment, probe: probe).run(checks) { result in
            if !json { for line in result.lines { print(line) } }
        }
        await probe.shutdown()
        print(json ? report.json : report.summary)
        throw ExitCode(report.exitCode)
    }

    private static func complain(_ text: String) {
        let line = Array("Error: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}

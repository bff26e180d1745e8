package import ArgumentParser
import Auth
import FoundationEssentials
import Program

/// `toolbridge doctor`: says whether a deployment is healthy, and what to set where it isn't.
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks a deployment, or the configuration of this machine.",
        discussion: """
            With --url and --api-url it asks these servers, as a client would; it makes one note of its own and deletes it. Exit code 0: nothing \
            failed; 1: something did; 2: the checks couldn't run.
            """
    )

    @Option(help: "The MCP server's address, such as https://notes.example.com, without /mcp.")
    package var url: String?

    @Option(help: "The API's address.")
    package var apiURL: String?

    @Option(help: "A file with a token of one's own; it never appears in the report.")
    package var tokenFile: String?

    @Option(help: "The tenant. Default: TOOLBRIDGE_TENANT_ID.")
    package var tenant: String?

    @Flag(help: "Also makes 10 and 50 calls at once, and more than the rate limit allows.")
    package var load = false

    @Flag(help: "One JSON object in place of lines.")
    package var json = false

    package init() {}

    package func run() async throws {
        let deployment = try deployment()
        let probe = Probe()
        let examination = Examination(deployment: deployment, probe: probe)
        let report = await examination.run(Self.checks) { result in
            if !json { for line in result.lines { print(line) } }
        }
        await probe.shutdown()
        print(json ? report.json : report.summary)
        throw ExitCode(report.exitCode)
    }

    private static let checks: [Examination.Check] = [
        Examination.health, Examination.transport, Examination.tools, Examination.sessions, Examination.proofs, Examination.work,
        Examination.latency, Examination.bareCall, Examination.rootPage, Examination.origin,
    ]

    private func deployment() throws(StartFault) -> Deployment {
        let settings = SettingsReader.environment()
        let fixedTenant = try settings.value(Settings.fixedTenant)
        return Deployment(
            mcp: try url.map { text throws(StartFault) in try Self.root(text, "--url") },
            api: try apiURL.map { text throws(StartFault) in try Self.root(text, "--api-url") },
            token: try tokenFile.map { path throws(StartFault) in try Self.token(path) },
            tenant: tenant ?? fixedTenant,
            signer: nil,
            isLoaded: load
        )
    }

    private static func root(_ text: String, _ option: String) throws(StartFault) -> String {
        guard let root = WebAddress.root(text) else { throw StartFault("\(option) must be https://host or https://host:port") }
        return root
    }

    private static func token(_ path: String) throws(StartFault) -> Secret {
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self),
            let line = text.split(whereSeparator: \.isNewline).first
        else { throw StartFault("--token-file can't be read, or is empty: \(path)") }
        return Secret(String(line))
    }
}

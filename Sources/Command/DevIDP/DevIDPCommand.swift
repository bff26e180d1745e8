import ArgumentParser
import DevIdentity
import HTTPServer
import Observability
import Program

/// `toolbridge dev-idp`: an identity provider to try things with.
struct DevIDPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev-idp",
        abstract: "Runs an identity provider and a WorkOS API for development: it gives any token to anybody who asks.",
        discussion: "Only with ENV=dev, and on this machine. docs/try-identity.md shows what to do with it."
    )

    @Option(help: "The address to listen on; only loopback.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port: UInt16 = 8090

    @Option(help: "Where the server that takes its tokens is reached: http://HOST:PORT without a path.")
    var server = "http://127.0.0.1:8080"

    @Option(help: "Who is signed in.")
    var user = "alice"

    func run() async throws {
        try check(SettingsReader.environment())
        let options = DevIdentityOptions(host: host, port: Int(port), server: server, user: user)
        let observations = Observations(level: .error, stream: .standardError)
        let service = try DevIdentityServer(options).service(observations: observations) { issuer in
            DevIDPWelcome(issuer: issuer, options: options).print()
        }
        do {
            try await service.runUntilSignal()
        } catch let fault as ListenError {
            throw StartFault("\(fault): choose another address with --host or --port")
        }
        observations.finish()
    }

    /// - Throws: ``StartFault`` where development has no place.
    private func check(_ settings: SettingsReader) throws(StartFault) {
        guard try settings.value(Settings.environment) == "dev" else {
            throw StartFault("dev-idp gives any token to anybody: set ENV=dev if this is a machine for development")
        }
        try Profile.checkDevelopment(settings, ListenAddress(host: host, port: Int(port)))
        guard WebAddress.isOrigin(server) else {
            throw StartFault("--server must be http://HOST:PORT without a path, not '\(server.prefix(100))'")
        }
    }
}

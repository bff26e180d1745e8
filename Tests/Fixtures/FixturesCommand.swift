import ArgumentParser
import MCP
import MCPServer

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `mcp-fixtures`: what conformance suites talk to.
@main
struct FixturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp-fixtures",
        abstract: "Serves the tools, resources and prompts that MCP conformance suites call."
    )

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 39_200

    @Option(help: "The path of the endpoint.")
    var path = "/mcp"

    @Flag(help: "Serve one client on standard input and output.")
    var stdio = false

    @Option(help: "Entries of a page of a list.")
    var pageSize = 100

    @Flag(inversion: .prefixedNo, help: "Whether tools may become tasks.")
    var tasks = true

    @Flag(inversion: .prefixedNo, help: "Whether the transport of 2024-11-05 is served.")
    var sse = true

    @Option(help: "Keys that seal sessions, kid:base64[,kid:base64…]; random ones without it.")
    var stateKeys: String?

    func run() async throws {
        // A peer that closes its end is an error of one write, never the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let server = try Fixtures.server(Fixtures.Options(pageSize: pageSize, hasTasks: tasks))
        if stdio {
            try await MCPStdioServer(server, caller: ()).runUntilSignal()
        } else {
            try await serve(server)
        }
    }

    private func serve(_ server: Server<Void>) async throws {
        var settings = MCPHTTPSettings(host: host, port: port)
        settings.path = path
        settings.legacySSE = sse
        settings.handlersAreShort = true
        // Suites in containers come from elsewhere; whoever names another host means it.
        settings.allowsAnonymousRemote = true
        if let stateKeys { settings.stateKeys = try StateKeys(text: stateKeys) }
        let (host, path) = (host, path)
        try await MCPHTTPServer(
            server,
            settings: settings,
            caller: (),
            onReady: { port in
                say("mcp-fixtures http://\(host):\(port)\(path)")
            }
        )
        .runUntilSignal()
    }

}

private func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}

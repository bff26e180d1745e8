import JSON
import MCP
import MCPServer
import Synchronization
import Testing

/// The servers of the library as a program uses them.
@Suite("Servers of the library", .timeLimit(.minutes(1)))
struct LibraryServerTests {
    struct Broken: Error {}

    private static func definition() throws -> ServerDefinition<Void> {
        try ServerDefinition(
            info: Implementation(name: "little", version: "1.2"),
            tools: [
                Tool("breaks", "Breaks.", annotations: .reading) { _ in throw Broken() },
                Tool("hangs", "Waits until it is stopped.", annotations: .reading) { _ in
                    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
                    defer { continuation.finish() }
                    for await _ in stream {}
                    throw CancellationError()
                },
            ]
        )
    }

    /// Runs a server for the time of `body`, which gets its port.
    private func serve(
        _ make: (@escaping @Sendable (Int) async -> Void) throws -> MCPHTTPServer<Void>,
        _ body: (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = try make { port.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await server.run()
            }
            var ready = ports.makeAsyncIterator()
            if let number = await ready.next() {
                try await body(number)
                group.cancelAll()
                while let _ = try? await group.next() {}
            } else {
                try await group.waitForAll()
            }
        }
    }

    private func call(_ port: Int, _ tool: String) async throws -> RawAnswer {
        try await RawAnswer.exchange(port, "POST", "/mcp", ["Content-Type": "application/json"], Fixtures.call(tool))
    }

    @Test("W31 the shortest server says errors of handlers where it is told to, and when it is ready")
    func report() async throws {
        let reports = Mutex<[(any Error, String)]>([])
        try await serve({ onReady in
            MCPHTTPServer(
                try Self.definition(),
                port: 0,
                report: { fault, id in reports.withLock { $0.append((fault, id)) } },
                onReady: onReady
            )
        }) { port in
            let id = try await call(port, "breaks").json?["error"]?["data"]?["correlation_id"]?.string
            let reported = reports.withLock { $0 }
            #expect(reported.count == 1)
            #expect(reported.first?.0 is Broken)
            #expect(reported.first?.1 == id)
            let health = try await RawAnswer.exchange(port, "GET", "/health", [:], "").json
            #expect(health == ["status": "ok", "service": "little", "role": "mcp", "version": "1.2"])
        }
    }

    @Test("B17 a request is stopped after the time of the settings")
    func timeLimit() async throws {
        var settings = MCPHTTPSettings(port: 0)
        settings.timeLimit = .milliseconds(50)
        settings.hardTimeLimit = .milliseconds(50)
        try await serve({ MCPHTTPServer(Server(try Self.definition()), settings: settings, caller: (), onReady: $0) }) { port in
            let answer = try await call(port, "hangs")
            #expect(answer.text?.contains("took longer than") == true)
        }
    }

    @Test("SEC6 a server for everybody doesn't start where other machines reach it, unless that is meant")
    func open() async throws {
        var settings = MCPHTTPSettings(host: "0.0.0.0", port: 0)
        let definition = try Self.definition()
        await #expect(throws: OpenServerError.self) {
            try await MCPHTTPServer(Server(definition), settings: settings, caller: ()).run()
        }
        settings.allowsAnonymousRemote = true
        try await serve({ MCPHTTPServer(Server(definition), settings: settings, caller: (), onReady: $0) }) { port in
            let answer = try await call(port, "breaks")
            #expect(answer.status == 200)
        }
        settings.allowsAnonymousRemote = false
        settings.allowedHosts = ["mcp.example.com"]
        try await serve({ MCPHTTPServer(Server(definition), settings: settings, caller: (), onReady: $0) }) { port in
            let answer = try await call(port, "breaks")
            #expect(answer.status != 200, "another Host")
        }
        settings.allowedHosts = []
        let guarded = settings
        try await serve({ onReady in
            MCPHTTPServer(
                Server(definition),
                settings: guarded,
                authenticate: { $0.bearerToken == "t" ? () : nil },
                principal: { Principal(issuer: "i", subject: "s") },
                onReady: onReady
            )
        }) { port in
            let answer = try await call(port, "breaks")
            #expect(answer.status == 401)
        }
    }

    @Test("W31 what is said on standard error is one line of bounded length")
    func line() {
        #expect(StandardError.line("mcp: error c1: a\nb\u{1B}[0m") == Array("mcp: error c1: a b [0m\n".utf8))
        #expect(StandardError.line(String(repeating: "a", count: 9_999)).count == 4_001)
    }
}

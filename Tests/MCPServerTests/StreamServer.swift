import HTTPServer
import HTTPTypes
import JSON
import MCP
import MCPServer
import Observability
import Synchronization

/// MCP over a real socket, with a server that says something before it answers; times go by when a test says so.
struct StreamServer: Sendable {
    let port: Int
    let server: Server<String>
    let connections: MCPConnections
    let gate: Gate
    /// Begins the drain and returns at once.
    let stop: @Sendable () -> Void

    struct NotReached: Error {
        var line = 0
        /// What was held instead.
        var counts: MCPConnections.Counts?
    }

    /// Everyone is who the header says.
    private struct HeaderAuthenticator: Authenticator {
        func caller(of request: IncomingRequest) async throws -> String? {
            HTTPField.Name("Authorization").flatMap { request.header($0) }
        }

        func challenge(for request: IncomingRequest) -> Problem { Problem(.unauthorized, "unauthorized", "a token is needed") }
    }

    /// Runs a server for the time of `body`.
    static func run(
        _ settings: MCPConnections.Settings = MCPConnections.Settings(),
        maximumConnections: Int? = nil,
        gate: Gate = Gate(),
        server given: Server<String>? = nil,
        serverOfQuery: (@Sendable (IncomingRequest) throws(Problem) -> Server<String>)? = nil,
        ended: (any EndedSessions)? = nil,
        expires: @escaping @Sendable (String) -> Int64? = { _ in nil },
        report: @escaping @Sendable (any Error, String) -> Void = { _, _ in },
        _ body: (StreamServer) async throws -> Void
    ) async throws {
        let server = try given ?? TalkingServer.make(gate, tools: StreamTools.all(gate))
        let connections = MCPConnections(settings: settings, replica: "r1")
        let keys = StateKeys()
        let routes = MCPRoutes(
            server,
            serverOfQuery: serverOfQuery,
            sealer: keys,
            ended: ended ?? EndedSessionsInMemory { keys.replace() },
            connections: connections,
            identity: MCPIdentity(
                principal: { $0 == "anybody" ? .anonymous : Principal(issuer: "test", subject: $0) },
                expires: expires
            ),
            report: report
        )
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let service = HTTPService(
            routes: try RouteTable(routes.routes),
            authenticator: HeaderAuthenticator(),
            configuration: HTTPServerConfiguration(maximumConnections: maximumConnections),
            observations: Observations(level: .error, stream: .standardError),
            onReady: { port.yield($0) }
        )
        let task = Task {
            defer { port.finish() }
            try await service.run()
        }
        var numbers = ports.makeAsyncIterator()
        guard let number = await numbers.next() else { return try await task.value }
        do {
            try await body(
                StreamServer(port: number, server: server, connections: connections, gate: gate, stop: { task.cancel() })
            )
        } catch {
            task.cancel()
            _ = try? await task.value
            throw error
        }
        task.cancel()
        try await task.value
    }

    // MARK: Time

    func tick(after time: Duration, unixNow: Int64 = 0) {
        connections.tick(now: .now + time, unixNow: unixNow)
    }

    /// Waits for something that happens on its own.
    func until(line: Int = #line, _ isSo: () throws -> Bool) async throws {
        let start = ContinuousClock.now
        while try !isSo() {
            guard start.duration(to: .now) < .seconds(20) else { throw NotReached(line: line, counts: connections.counts) }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// All that is held is let go once its time is over.
    func untilNothingIsHeld() async throws {
        try await until {
            tick(after: .seconds(61))
            return connections.counts == MCPConnections.Counts()
        }
    }

    // MARK: Requests

    /// A whole answer, or the whole stream.
    func exchange(_ method: String = "POST", _ fields: [String: String] = [:], _ body: String = "") async throws -> RawAnswer {
        let usual = body.isEmpty ? ["Authorization": "me"] : ["Authorization": "me", "Content-Type": "application/json"]
        return try await RawAnswer.exchange(port, method, "/mcp", usual.merging(fields) { $1 }, body)
    }

    /// The header of a new session.
    func session(_ version: String, capabilities: String = "{}", caller: String = "me") async throws -> [String: String] {
        let params = #""protocolVersion":"\#(version)","capabilities":\#(capabilities),"clientInfo":{"name":"c","version":"1"}"#
        let answer = try await exchange("POST", ["Authorization": caller], Fixtures.request("initialize", params))
        guard let id = answer.header("mcp-session-id") else { throw NotReached() }
        return ["Authorization": caller, "Mcp-Session-Id": id]
    }

    static func modern(_ method: String, _ name: String? = nil) -> [String: String] {
        var fields = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method]
        if let name { fields["Mcp-Name"] = name }
        return fields
    }

    /// Sends a request and works with what comes back.
    func open<Result>(
        _ method: String = "POST",
        _ fields: [String: String] = [:],
        _ body: String = "",
        _ work: (StreamClient, StreamClient.Head) async throws -> Result
    ) async throws -> Result {
        try await StreamClient.connect(port) { client in
            try await client.send(method, "/mcp", fields, body)
            return try await work(client, try await client.head())
        }
    }

    /// Opens a listen, takes its acknowledgement, and works with what follows.
    func listen<Result>(
        _ filter: String,
        id: String = "1",
        caller: String = "me",
        _ work: (StreamClient, StreamClient.Event) async throws -> Result
    ) async throws -> Result {
        let fields = Self.modern("subscriptions/listen").merging(["Authorization": caller]) { $1 }
        return try await open("POST", fields, TalkingServer.listen(filter, id: id)) { client, head in
            guard head.status == 200, let first = try await client.next() else { throw NotReached() }
            return try await work(client, first)
        }
    }
}

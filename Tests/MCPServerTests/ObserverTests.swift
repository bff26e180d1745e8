import HTTPServer
import HTTPTypes
import JSON
import MCP
import MCPServer
import Observability
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What logs and metrics are told of MCP.
@Suite("Observed requests of MCP", .timeLimit(.minutes(1)))
struct ObserverTests {
    private struct HeaderAuthenticator: Authenticator {
        func caller(of request: IncomingRequest) async throws -> String? {
            HTTPField.Name("Authorization").flatMap { request.header($0) }
        }

        func challenge(for request: IncomingRequest) -> Problem {
            Problem(.unauthorized, "unauthorized", "a token is needed")
        }
    }

    /// Runs a server for the time of `body`, which gets its port, and returns the lines of the log.
    private func lines(timeLimit: Duration = .seconds(60), _ body: @escaping @Sendable (Int) async throws -> Void) async throws
        -> [JSONValue]
    {
        var path = Array("/tmp/toolbridge-log-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        unlink(path)
        defer { close(descriptor) }
        let observations = Observations(level: .trace, format: .json, stream: .descriptor(descriptor))
        observations.hidePersons { "hidden \($0)" }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var settings = MCPConnections.Settings()
        settings.requestLimit = timeLimit
        let routes = MCPRoutes(
            Server(try Fixtures.definition(Gate())),
            sealer: StateKeys(),
            ended: EndedSessionsInMemory {},
            connections: MCPConnections(settings: settings),
            identity: MCPIdentity(principal: { Principal(issuer: "test", subject: $0) }),
            observer: MCPObserver(observations) { ObservedCaller(tenant: nil, subject: $0) }
        )
        let service = HTTPService(
            routes: try RouteTable(routes.routes),
            authenticator: HeaderAuthenticator(),
            configuration: HTTPServerConfiguration(),
            observations: observations,
            logged: { ObservedCaller(tenant: "t", subject: $0) },
            onReady: { port.yield($0) }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            var ready = ports.makeAsyncIterator()
            if let number = await ready.next() { try await body(number) }
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
        observations.finish(within: .seconds(30))
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return try bytes.prefix(max(0, count)).split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
    }

    private static func post(_ port: Int, _ body: String, _ fields: [String: String] = [:]) async throws {
        _ = try await RawAnswer.exchange(
            port,
            "POST",
            "/mcp",
            ["Authorization": "me", "Content-Type": "application/json"].merging(fields) { $1 },
            body
        )
    }

    private static let modern = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "who"]

    @Test("each call of a tool has one line, and each request one, also those that are refused and those of a batch")
    func once() async throws {
        let lines = try await lines { port in
            try await Self.post(port, Fixtures.call("who", isModern: true), Self.modern)
            try await Self.post(port, Fixtures.call("who", isModern: false))
            try await Self.post(port, #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"CANARY\n\u001b[31m"}}"#)
            let call = Fixtures.call("who", isModern: false)
            try await Self.post(port, "[\(call),\(call)]", ["MCP-Protocol-Version": "2025-03-26"])
            try await Self.post(port, Fixtures.request("tools/list"))
            try await Self.post(port, Fixtures.request("CANARY"))
        }
        let calls = lines.filter { $0["msg"]?.string == "tool call" }
        #expect(calls.compactMap { $0["tool"]?.string } == ["who", "who", "other", "who", "who"])
        #expect(calls.compactMap { $0["outcome"]?.string } == ["ok", "ok", "refused", "ok", "ok"])
        #expect(calls.compactMap { $0["fields"]?["era"]?.string } == ["modern", "legacy", "legacy", "legacy", "legacy"])
        #expect(calls.allSatisfy { $0["subject"]?.string == "hidden me" && $0["tenant"] == nil })
        let requests = lines.filter { $0["msg"]?.string == "request" }
        #expect(requests.count == 6)
        #expect(requests.allSatisfy { $0["subject"]?.string == "hidden me" && $0["tenant"]?.string == "hidden t" })
        let ids = Set(requests.compactMap { $0["request_id"]?.string })
        #expect(calls.allSatisfy { ids.contains($0["request_id"]?.string ?? "") })
        let counted = lines.filter { $0["msg"]?.string == "mcp request" }
        let methods = counted.map { $0["fields"]?["mcp_method"]?.string ?? "-" }
        let expected = ["tools/call", "tools/call", "tools/call", "tools/call", "tools/call", "tools/list", "other"]
        #expect(methods == expected)
        #expect(!lines.contains { "\($0)".contains("CANARY") })
    }

    @Test("_meta names the span of a tool's call, the header that of the request; two headers name none")
    func traces() async throws {
        let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let meta = #""_meta":{"traceparent":"00-11111111111111111111111111111111-b7ad6b7169203331-01"}"#
        let lines = try await lines { port in
            try await Self.post(port, Fixtures.call("who", isModern: false), ["traceparent": header])
            let body = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"who",\#(meta)}}"#
            try await Self.post(port, body, ["traceparent": header])
        }
        let calls = lines.filter { $0["msg"]?.string == "tool call" }
        let traces = calls.map { $0["trace_id"]?.string ?? "-" }
        #expect(traces == ["0af7651916cd43dd8448eb211c80319c", "11111111111111111111111111111111"])
        let requests = lines.filter { $0["msg"]?.string == "request" }
        #expect(requests.allSatisfy { $0["trace_id"]?.string == "0af7651916cd43dd8448eb211c80319c" })
        let (ofCalls, ofRequests) = (calls.compactMap { $0["span_id"]?.string }, requests.compactMap { $0["span_id"]?.string })
        #expect(ofCalls == ofRequests)
    }
}

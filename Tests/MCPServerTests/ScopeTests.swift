import HTTPServer
import HTTPTypes
import JSON
import MCP
import MCPServer
import Observability
import Synchronization
import Testing

/// Rights that a token may lack, at every place where a message can be sent.
@Suite("W23 W45 what a caller may not do", .timeLimit(.minutes(1)))
struct ScopeTests {
    private struct HeaderAuthenticator: Authenticator {
        func caller(of request: IncomingRequest) async throws -> String? { request.header(.authorization) }
        func challenge(for request: IncomingRequest) -> Problem { Problem(.unauthorized, "unauthorized", "a token is needed") }
    }

    private static let challenge = #"Bearer error="insufficient_scope", scope="echo""#

    /// `reader` may not use the tool `echo` or read `test://reader/7`, `stranger` may nothing, everybody else may everything.
    private static func forbids(_ caller: String, _ operations: [RequestedOperation], _ request: IncomingRequest) -> Problem? {
        let isForbidden =
            switch caller {
            case "reader":
                operations.contains(RequestedOperation(method: "tools/call", target: "echo"))
                    || operations.contains {
                        ["resources/read", "subscriptions/listen"].contains($0.method) && $0.target == "test://reader/7"
                    }
            case "stranger": true
            default: false
            }
        guard isForbidden else { return nil }
        return Problem(
            .forbidden,
            "insufficient_scope",
            "the token lacks the scope echo",
            headers: [.wwwAuthenticate: challenge]
        )
    }

    private func serve(_ body: (Int) async throws -> Void) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let keys = StateKeys()
        let routes = MCPRoutes(
            Server(try Fixtures.definition()),
            sealer: keys,
            ended: EndedSessionsInMemory { keys.replace() },
            connections: MCPConnections(),
            identity: MCPIdentity(principal: { Principal(issuer: "test", subject: $0) }, forbids: Self.forbids)
        )
        let service = HTTPService(
            routes: try RouteTable(routes.routes),
            authenticator: HeaderAuthenticator(),
            configuration: HTTPServerConfiguration(),
            observations: Observations(level: .error, stream: .standardError),
            onReady: { port.yield($0) }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await service.run()
            }
            var ready = ports.makeAsyncIterator()
            if let number = await ready.next() { try await body(number) }
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
    }

    private func post(_ port: Int, _ body: String, as caller: String = "reader", path: String = "/mcp", _ fields: [String: String] = [:])
        async throws -> RawAnswer
    {
        let usual = ["Authorization": caller, "Content-Type": "application/json"]
        return try await RawAnswer.exchange(port, "POST", path, usual.merging(fields) { $1 }, body)
    }

    private static func modern(_ method: String, _ name: String? = nil) -> [String: String] {
        var fields = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method]
        if let name { fields["Mcp-Name"] = name }
        return fields
    }

    private func expectRefusal(_ answer: RawAnswer, id: JSONValue?, _ comment: Comment) {
        #expect(answer.status == 403, comment)
        #expect(answer.header("www-authenticate") == Self.challenge, comment)
        #expect(answer.header("content-type") == "application/json", comment)
        #expect(answer.json?["jsonrpc"] == "2.0", comment)
        #expect(answer.json?["error"]?["code"] == -32600, comment)
        #expect(answer.json?["error"]?["message"] == "the token lacks the scope echo", comment)
        #expect(answer.json?["id"] == id, comment)
    }

    @Test("AU7 403 with the challenge, as JSON-RPC, for the one request that needs more, in every era and on both paths")
    func everyEra() async throws {
        try await serve { port in
            for path in ["/mcp", "/sse"] {
                let echo = #"{"text":"x"}"#
                let modern = try await post(
                    port,
                    Fixtures.call("echo", echo, id: #""a""#, isModern: true),
                    path: path,
                    Self.modern("tools/call", "echo")
                )
                expectRefusal(modern, id: "a", "modern")
                expectRefusal(try await post(port, Fixtures.call("echo", echo), path: path), id: 1, "without a session")
                let initialized = try await post(port, Fixtures.initialize("2025-06-18"), path: path)
                let id = try #require(initialized.header("mcp-session-id"))
                for accept in ["application/json", "text/event-stream"] {
                    let fields = ["Mcp-Session-Id": id, "Accept": accept]
                    expectRefusal(try await post(port, Fixtures.call("echo", echo), path: path, fields), id: 1, "in a session")
                }
                let read = Fixtures.request("resources/read", #""uri":"test://reader/7""#)
                expectRefusal(try await post(port, read, path: path), id: 1, "a resource")
                #expect(try await post(port, Fixtures.call("who"), path: path, ["Mcp-Session-Id": id]).status == 200)
                #expect(try await post(port, Fixtures.call("echo", echo), as: "writer", path: path).text == "x")
                #expect(
                    try await post(port, Fixtures.request("tools/list"), path: path).json?["result"]?["tools"]?.count == 5,
                    "not filtered"
                )
            }
        }
    }

    @Test("W23 stands behind W9–W22 and before W24–W29")
    func order() async throws {
        try await serve { port in
            let call = Fixtures.call("echo", "7", isModern: true)
            let rows: [(String, [String: String], Int, JSONValue)] = [
                ("{", Self.modern("tools/call", "echo"), 400, -32700),
                (call, Self.modern("tools/list", "echo"), 400, -32020),
                (call, Self.modern("tools/call", "who"), 400, -32020),
                (call, Self.modern("tools/call", "echo"), 403, -32600),
                (Fixtures.call("nothing", isModern: true), Self.modern("tools/call", "nothing"), 400, -32602),
                (call.replacing("tools/call", with: "tools/fly"), Self.modern("tools/fly"), 404, -32601),
            ]
            for (body, fields, status, code) in rows {
                let answer = try await post(port, body, fields)
                #expect(answer.status == status && answer.json?["error"]?["code"] == code, "\(body) \(answer.body)")
            }
            let stranger = try await post(
                port,
                Fixtures.call("nothing", isModern: true),
                as: "stranger",
                Self.modern("tools/call", "nothing")
            )
            expectRefusal(stranger, id: 1, "an unknown tool, where nothing is allowed")
        }
    }

    @Test("S19 one element of a batch refuses it whole, before any of them runs")
    func batch() async throws {
        try await serve { port in
            let id = try #require(try await post(port, Fixtures.initialize("2025-03-26")).header("mcp-session-id"))
            let calls = [Fixtures.call("who"), Fixtures.call("echo", #"{"text":"x"}"#, id: "2")]
            let answer = try await post(port, "[\(calls.joined(separator: ","))]", ["Mcp-Session-Id": id])
            #expect(answer.status == 403 && answer.header("www-authenticate") == Self.challenge)
            #expect(answer.json?.kind == .object && answer.json?["error"]?["code"] == -32600)
            #expect(try await post(port, "[\(calls[0])]", ["Mcp-Session-Id": id]).status == 200)
        }
    }

    @Test("who may nothing at all is refused on every method, and no stream begins")
    func everyMethod() async throws {
        try await serve { port in
            for path in ["/mcp", "/sse"] {
                for method in ["ping", "tools/list", "initialize"] {
                    let answer = try await post(
                        port,
                        Fixtures.initialize("2025-06-18").replacing("initialize", with: method),
                        as: "stranger",
                        path: path
                    )
                    #expect(answer.status == 403 && answer.header("mcp-session-id") == nil, "\(method)")
                }
                let notification = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
                #expect(try await post(port, notification, as: "stranger", path: path).status == 403)
                let discover = Fixtures.call("who", isModern: true).replacing("tools/call", with: "server/discover")
                #expect(try await post(port, discover, as: "stranger", path: path, Self.modern("server/discover")).status == 403)
            }
            let stream = try await RawAnswer.exchange(port, "GET", "/sse", ["Authorization": "stranger"], "")
            #expect(stream.status == 403 && stream.header("www-authenticate") == Self.challenge)
        }
    }

    @Test("E3 W80 a message of a 2024-11-05 stream gets its 403 on the POST")
    func messages() async throws {
        try await serve { port in
            try await EventClient.open(port, "/sse", ["Authorization": "reader"]) { client in
                let path = try #require(try await client.next()?.data)
                let fields = ["Authorization": "reader", "Content-Type": "application/json"]
                func send(_ body: String) async throws -> RawAnswer { try await RawAnswer.exchange(port, "POST", path, fields, body) }
                expectRefusal(try await send(Fixtures.call("echo", #"{"text":"x"}"#)), id: 1, "one")
                let batch = try await send("[\(Fixtures.call("who")),\(Fixtures.call("echo", #"{"text":"x"}"#, id: "2"))]")
                #expect(batch.status == 403 && batch.header("www-authenticate") == Self.challenge)
                #expect(try await send(Fixtures.call("who", id: "3")).status == 202)
                var event = try #require(try await client.next())
                // A slow machine gets signs of life in between.
                while event.name == nil { event = try #require(try await client.next()) }
                #expect(event.json?["id"] == 3, "nothing else was run")
            }
        }
    }
}

import HTTPServer
import HTTPTypes
import JSON
import MCP
import MCPServer
import NIOCore
import NIOPosix
import Observability
import Synchronization
import Testing

/// MCP over a real socket.
@Suite("Routes of MCP over HTTP", .timeLimit(.minutes(1)))
struct RoutesTests {
    private static let secret = (0..<32).map { UInt8($0) }

    /// Everyone is who the header says; without it, nobody.
    private struct HeaderAuthenticator: Authenticator {
        func caller(of request: IncomingRequest) async throws -> String? {
            HTTPField.Name("Authorization").flatMap { request.header($0) }
        }

        func challenge(for request: IncomingRequest) -> Problem {
            Problem(.unauthorized, "unauthorized", "a token is needed")
        }
    }

    /// Runs servers of the same definition for the time of `body`, which gets their ports.
    private func serve(
        _ keys: [StateKeys],
        ended: ((StateKeys) -> any EndedSessions)? = nil,
        gate: Gate = Gate(),
        timeLimit: Duration = .seconds(60),
        report: @escaping @Sendable (any Error, String) -> Void = { _, _ in },
        _ body: ([Int]) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: (Int, Int).self)
        let services = try keys.enumerated().map { index, keys in
            var settings = MCPConnections.Settings()
            settings.requestLimit = timeLimit
            let routes = MCPRoutes(
                Server(try Fixtures.definition(gate)),
                sealer: keys,
                ended: ended?(keys) ?? EndedSessionsInMemory { keys.replace() },
                connections: MCPConnections(settings: settings),
                identity: MCPIdentity(principal: { Principal(issuer: "test", subject: $0) }),
                report: report
            )
            return HTTPService(
                routes: try RouteTable(routes.routes),
                authenticator: HeaderAuthenticator(),
                configuration: HTTPServerConfiguration(),
                observations: Observations(level: .error, stream: .standardError),
                onReady: { port.yield((index, $0)) }
            )
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services {
                group.addTask { try await service.run() }
            }
            var numbers = Array(repeating: 0, count: keys.count)
            var ready = ports.makeAsyncIterator()
            for _ in keys {
                guard let (index, number) = await ready.next() else { return }
                numbers[index] = number
            }
            try await body(numbers)
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
    }

    private func post(_ port: Int, _ body: String, path: String = "/mcp", _ fields: [String: String] = [:]) async throws -> RawAnswer {
        try await RawAnswer.exchange(
            port,
            "POST",
            path,
            ["Authorization": "me", "Content-Type": "application/json"].merging(fields) { $1 },
            body
        )
    }

    private static let modern = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "who"]

    @Test("W30 W70 a modern call is answered on /mcp and /sse")
    func modern() async throws {
        try await serve([StateKeys()]) { ports in
            for path in ["/mcp", "/sse"] {
                let answer = try await post(ports[0], Fixtures.call("who", isModern: true), path: path, Self.modern)
                #expect(answer.status == 200)
                #expect(answer.header("content-type") == "application/json")
                #expect(answer.header("cache-control") == "no-store")
                #expect(answer.header("mcp-session-id") == nil)
                #expect(answer.text == "me 2026-07-28 -")
                let stream = try await post(
                    ports[0],
                    Fixtures.call("who", isModern: true),
                    path: path,
                    Self.modern.merging(["Accept": "text/event-stream"]) { $1 }
                )
                #expect(stream.header("content-type") == "text/event-stream")
                #expect(stream.header("x-accel-buffering") == "no")
                #expect(stream.body.hasPrefix("event: message\ndata: {"))
            }
            let missing = try await post(ports[0], Fixtures.call("who", isModern: true), ["MCP-Protocol-Version": "2026-07-28"])
            #expect(missing.status == 400)
            #expect(missing.json?["error"]?["code"] == -32020)
            let unknown = try await post(ports[0], Fixtures.request("nope"))
            #expect(unknown.json?["error"]?["code"] == -32601)
        }
    }

    @Test("G1 RS3 a list goes on at a second process with the same ring, and only for its principal")
    func pages() async throws {
        let ring = [(kid: "a", secret: [UInt8](repeating: 7, count: 32))]
        try await serve([try StateKeys(ring), try StateKeys(ring), StateKeys()]) { ports in
            let first = try await post(ports[0], Fixtures.request("resources/list")).json?["result"]
            #expect(first?["resources"]?.count == 100)
            let cursor = try #require(first?["nextCursor"]?.string)
            let next = Fixtures.request("resources/list", #""cursor":"\#(cursor)""#)
            let second = try await post(ports[1], next).json?["result"]
            #expect(second?["resources"]?.elements.first { _ in true }?["uri"] == "test://me/101")
            #expect(second?["resources"]?.count == 50)
            #expect(second?["nextCursor"] == nil)
            #expect(try await post(ports[1], next, ["Authorization": "you"]).json?["error"]?["code"] == -32602)
            #expect(try await post(ports[2], next).json?["error"]?["code"] == -32602, "other keys")
            let read = Fixtures.request("resources/read", #""uri":"test://me/7""#)
            let contents = try await post(ports[0], read).json?["result"]?["contents"]
            #expect(contents == [["uri": "test://me/7", "text": "7 of me"]])
            #expect(try await post(ports[0], read, ["Authorization": "you"]).json?["error"]?["code"] == -32002)
        }
    }

    @Test("LS1 LS4 LS6 a session lives at a second process with the same ring, and only for its principal")
    func twoReplicas() async throws {
        let ring = { try StateKeys([(kid: "a", secret: Self.secret)]) }
        try await serve([try ring(), try ring(), StateKeys()], ended: { _ in NoEndedSessions() }) { ports in
            let initialized = try await post(ports[0], Fixtures.initialize("2025-06-18"))
            let id = try #require(initialized.header("mcp-session-id"))
            #expect(id.hasPrefix("ms1.a."))
            for port in ports[...1] {
                let answer = try await post(port, Fixtures.call("who"), ["Mcp-Session-Id": id, "MCP-Protocol-Version": "2025-06-18"])
                #expect(answer.text == "me 2025-06-18 client")
            }
            #expect(try await post(ports[2], Fixtures.call("who"), ["Mcp-Session-Id": id]).status == 404, "LS7 another ring")
            #expect(try await post(ports[0], Fixtures.call("who"), ["Mcp-Session-Id": id, "Authorization": "you"]).status == 404, "S16")
            let fields = ["Content-Type": "application/json", "Mcp-Session-Id": id]
            #expect(try await RawAnswer.exchange(ports[0], "POST", "/mcp", fields, Fixtures.call("who")).status == 401, "LS4")
            let tampered = id.dropLast() + (id.hasSuffix("A") ? "B" : "A")
            let dead = try await post(ports[0], Fixtures.call("who"), ["Mcp-Session-Id": String(tampered)])
            #expect(dead.status == 404)
            #expect(dead.json?["error"]?["code"] == -32600)
            let ended = try await RawAnswer.exchange(ports[0], "DELETE", "/mcp", ["Authorization": "me", "Mcp-Session-Id": id], "")
            #expect(ended.status == 405, "W64")
            #expect(ended.header("allow") == "GET, POST")
            #expect(try await post(ports[0], Fixtures.call("who"), ["Mcp-Session-Id": id]).status == 200)
        }
    }

    @Test("W63 LS8 with a random key DELETE is 204 and the session is 404 from then on")
    func delete() async throws {
        try await serve([StateKeys()]) { ports in
            let id = try #require(try await post(ports[0], Fixtures.initialize("2025-11-25")).header("mcp-session-id"))
            let other = try #require(try await post(ports[0], Fixtures.initialize("2025-11-25")).header("mcp-session-id"))
            func delete(_ fields: [String: String]) async throws -> Int {
                try await RawAnswer.exchange(ports[0], "DELETE", "/mcp", ["Authorization": "me"].merging(fields) { $1 }, "").status
            }
            #expect(try await delete([:]) == 400)
            #expect(try await delete(["Mcp-Session-Id": "ms1.x.y"]) == 404)
            #expect(try await delete(["Mcp-Session-Id": id, "MCP-Protocol-Version": "2026-07-28"]) == 405)
            #expect(try await delete(["Mcp-Session-Id": id]) == 204)
            #expect(try await delete(["Mcp-Session-Id": id]) == 404)
            #expect(try await post(ports[0], Fixtures.request("ping"), ["Mcp-Session-Id": id]).status == 404)
            #expect(try await post(ports[0], Fixtures.request("ping"), ["Mcp-Session-Id": other]).status == 200)
        }
    }

    @Test("W37 LS13 a bare call works; W5 not without a token; W10 batches")
    func bare() async throws {
        try await serve([StateKeys()]) { ports in
            for path in ["/mcp", "/sse"] {
                #expect(try await post(ports[0], Fixtures.call("who"), path: path).text == "me 2025-03-26 -")
                let unknown = try await RawAnswer.exchange(
                    ports[0],
                    "POST",
                    path,
                    ["Content-Type": "application/json"],
                    Fixtures.call("who")
                )
                #expect(unknown.status == 401, "AU13")
            }
            let batch = try await post(ports[0], "[" + Fixtures.call("who", id: "1") + "," + Fixtures.request("ping", id: "2") + "]")
            #expect(batch.json?.elements.map { $0["id"] ?? "none" } == [1, 2])
            let notification = try await post(ports[0], #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
            #expect(notification.status == 202)
            #expect(notification.body.isEmpty)
        }
    }

    @Test("W50 W51 W66 W71 S1 GET and other methods")
    func otherMethods() async throws {
        try await serve([StateKeys()]) { ports in
            func send(_ method: String, _ path: String, _ fields: [String: String] = [:]) async throws -> RawAnswer {
                try await RawAnswer.exchange(ports[0], method, path, ["Authorization": "me"].merging(fields) { $1 }, "")
            }
            #expect(try await send("GET", "/mcp").status == 405)
            #expect(try await send("GET", "/mcp").header("allow") == "POST")
            #expect(try await send("GET", "/mcp", ["Mcp-Session-Id": "dead"]).status == 404)
            #expect(try await send("PUT", "/mcp").status == 405)
            let resumed = try await send("GET", "/sse", ["Mcp-Session-Id": "dead"])
            #expect(resumed.json?["error"]?["code"] == -32600, "W71")
            #expect(try await send("DELETE", "/sse").status == 400, "W70")
        }
    }

    @Test("W31 faults go to the log under the answer's correlation id; B17 a slow tool is stopped")
    func faults() async throws {
        final class Box: Sendable { let ids = Mutex<[String]>([]) }
        let box = Box()
        let gate = Gate()
        let report: @Sendable (any Error, String) -> Void = { error, id in
            if error is Fixtures.Broken { box.ids.withLock { $0.append(id) } }
        }
        try await serve([StateKeys()], gate: gate, timeLimit: .milliseconds(30), report: report) { ports in
            let answer = try await post(ports[0], Fixtures.call("breaks"))
            #expect(answer.status == 200)
            let id = answer.json?["error"]?["data"]?["correlation_id"]?.string
            #expect(id == answer.header("x-correlation-id"))
            #expect(box.ids.withLock { $0 } == [id ?? "none"])
            #expect(try await post(ports[0], Fixtures.call("wait")).json?["result"]?["isError"] == true)
            #expect(await gate.cancelled.wait())
        }
    }

    @Test("S19 CN1 a cancellation in a batch stops the request of its session, and no other")
    func batchedCancellation() async throws {
        let gate = Gate()
        try await serve([StateKeys()], gate: gate) { ports in
            let id = try #require(try await post(ports[0], Fixtures.initialize("2025-03-26")).header("mcp-session-id"))
            let other = try #require(try await post(ports[0], Fixtures.initialize("2025-03-26")).header("mcp-session-id"))
            let batch = "[\(TalkingServer.cancelled("7"))]"
            try await withThrowingTaskGroup(of: RawAnswer.self) { group in
                group.addTask { try await post(ports[0], Fixtures.call("wait", id: "7"), ["Mcp-Session-Id": id]) }
                #expect(await gate.entered.wait())
                for session in [other, id] {
                    let answer = try await post(ports[0], batch, ["Mcp-Session-Id": session])
                    #expect(answer.status == 202)
                    if session == other {
                        #expect(try await post(ports[0], Fixtures.request("ping"), ["Mcp-Session-Id": id]).status == 200)
                    }
                }
                #expect(await gate.cancelled.wait())
                #expect(try await group.next()?.body.contains("result") == false)
            }
        }
    }

    @Test("H7 S5 a client that goes away cancels a modern call, and leaves a legacy one running")
    func disconnect() async throws {
        let gate = Gate()
        try await serve([StateKeys()], gate: gate) { ports in
            let modern = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "wait"]
            try await RawAnswer.abandon(ports[0], Fixtures.call("wait"), [:]) { _ = await gate.entered.wait() }
            try await RawAnswer.abandon(ports[0], Fixtures.call("wait", isModern: true), modern) { _ = await gate.entered.wait() }
            #expect(await gate.cancelled.wait())
            gate.released.fire()
            #expect(await gate.finished.wait(), "the legacy call went on")
        }
    }
}

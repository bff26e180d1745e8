import HTTPServer
import HTTPTypes
import JSON
import MCP
import MCPServer
import NIOCore
import Observability
import Synchronization
import Testing

/// The transport of 2024-11-05 over real sockets.
@Suite("HTTP+SSE of 2024-11-05", .timeLimit(.minutes(1)))
struct SSETests {
    /// Everyone is who the header says; without it, nobody.
    private struct HeaderAuthenticator: Authenticator {
        func caller(of request: IncomingRequest) async throws -> String? {
            HTTPField.Name("Authorization").flatMap { request.header($0) }
        }

        func challenge(for request: IncomingRequest) -> Problem {
            Problem(.unauthorized, "unauthorized", "a token is needed")
        }
    }

    /// A running server.
    struct Running {
        let port: Int
        let server: Server<String>
        let stop: @Sendable () -> Void

        func send(_ method: String, _ path: String, _ body: String = "", _ fields: [String: String] = [:]) async throws -> RawAnswer {
            let fields = ["Authorization": "me", "Content-Type": "application/json"].merging(fields) { $1 }.filter { !$1.isEmpty }
            return try await RawAnswer.exchange(port, method, path, fields, body)
        }

        /// Opens a stream, and takes its first event: where messages go.
        func open(
            _ fields: [String: String] = [:],
            _ work: (EventClient, _ endpoint: String) async throws -> Void
        ) async throws {
            try await EventClient.open(port, "/sse", ["Authorization": "me"].merging(fields) { $1 }) { client in
                #expect(client.status == 200)
                let first = try await client.next()
                #expect(first?.name == "endpoint", "E2")
                try await work(client, first?.data ?? "")
            }
        }
    }

    func serve(
        _ gate: Gate = Gate(),
        replica: String = "r1",
        settings: MCPConnections.Settings = MCPConnections.Settings(),
        routes change: (inout MCPRouteSettings) -> Void = { _ in },
        charge: @escaping @Sendable (String) -> RateLimits.Standing? = { _ in nil },
        report: @escaping @Sendable (any Error, String) -> Void = { _, _ in },
        _ body: (Running) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = try TalkingServer.make(gate, tools: try Fixtures.definition(gate).tools + [DeafTool.make(gate)])
        var routeSettings = MCPRouteSettings()
        change(&routeSettings)
        let keys = StateKeys()
        let routes = MCPRoutes(
            server,
            sealer: keys,
            ended: EndedSessionsInMemory { keys.replace() },
            connections: MCPConnections(settings: settings, replica: replica),
            settings: routeSettings,
            identity: MCPIdentity(principal: { Principal(issuer: "test", subject: $0) }, charge: charge),
            report: report
        )
        let service = HTTPService(
            routes: try RouteTable(routes.routes),
            authenticator: HeaderAuthenticator(),
            configuration: HTTPServerConfiguration(),
            observations: Observations(level: .error, stream: .standardError),
            onReady: { port.yield($0) }
        )
        let running = Task { try await service.run() }
        var ready = ports.makeAsyncIterator()
        let number = try #require(await ready.next())
        do {
            try await body(Running(port: number, server: server, stop: { running.cancel() }))
        } catch {
            running.cancel()
            _ = try? await running.value
            throw error
        }
        running.cancel()
        _ = try? await running.value
    }

    @Test(
        "W74 W80 E1 E2 E3 H6 the stream says where messages go; each gets 202, and its answer over the stream",
        arguments: ["", "/bridge"]
    )
    func exchange(prefix: String) async throws {
        try await serve(routes: { $0.publicPrefix = prefix }) { server in
            try await server.open { client, endpoint in
                #expect(client.fields["content-type"] == "text/event-stream")
                #expect(client.fields["cache-control"] == "no-cache, no-store")
                #expect(client.fields["x-accel-buffering"] == "no")
                #expect(client.fields["mcp-session-id"] == nil)
                #expect(endpoint.wholeMatch(of: try Regex("\(prefix)/messages/\\?session_id=[0-9a-f]{32}\\.r1")) != nil)
                let path = String(endpoint.dropFirst(prefix.count))
                for (path, id) in [(path, 1), (path.replacing("/messages/", with: "/messages"), 2)] {
                    let accepted = try await server.send("POST", path, Fixtures.request("ping", id: "\(id)"))
                    #expect(accepted.status == 202)
                    #expect(accepted.body == "Accepted")
                    #expect(accepted.header("content-type")?.hasPrefix("text/plain") == true)
                    let answer = try await client.next()
                    #expect(answer?.name == "message")
                    #expect(answer?.json == ["jsonrpc": "2.0", "id": JSONValue(integerLiteral: Int64(id)), "result": [:]])
                }
                #expect(try await server.send("POST", path, Fixtures.call("who")).status == 202)
                #expect(try await client.message()?["result"]?["content"] == [["type": "text", "text": "me 2024-11-05 -"]], "E6")
                #expect(try await server.send("POST", path, Fixtures.initialize("2026-07-28")).status == 202)
                #expect(try await client.message()?["result"]?["protocolVersion"] == "2025-11-25", "E6")
                let named = try await server.send("POST", path, Fixtures.call("who"), ["MCP-Protocol-Version": "2026-07-28"])
                #expect(named.status == 202, "E6 the version header is ignored")
                let text = try await client.message()?["result"]?["content"]?.elements.first { _ in true }?["text"]
                #expect(text == "me 2025-11-25 client")
            }
        }
    }

    @Test("W71 W72 W73 W70 other GETs of /sse, and POST and DELETE, are Streamable HTTP")
    func streamableHTTP() async throws {
        try await serve { (server) async throws in
            #expect(try await server.send("GET", "/sse", "", ["Mcp-Session-Id": "dead"]).status == 404)
            let modern = try await server.send("GET", "/sse", "", ["MCP-Protocol-Version": "2026-07-28"])
            #expect(modern.status == 405)
            #expect(modern.header("allow") == "POST")
            let picky = try await server.send("GET", "/sse", "", ["Accept": "application/json"])
            #expect(picky.status == 406)
            #expect(picky.json?["error"]?["code"] == -32600)
            #expect(try await server.send("POST", "/sse", Fixtures.call("who")).text == "me 2025-03-26 -")
            #expect(try await server.send("DELETE", "/sse").status == 400)
            #expect(try await server.send("PUT", "/sse").status == 405)
        }
    }

    @Test("W77 LS11 a message for another machine's stream is handed on by name, once, and only between machines")
    func handedOn() async throws {
        let (own, other, number) = ("e784079b449483", "3d8d9014f32d89", String(repeating: "0", count: 32))
        let ping = Fixtures.request("ping")
        try await serve(replica: own) { server in
            let replay = try await server.send("POST", "/messages/?session_id=\(number).\(other)", ping)
            #expect(replay.status == 404)
            #expect(replay.header("fly-replay") == "instance=\(other)")
            #expect(replay.body.isEmpty)
            let again = try await server.send("POST", "/messages/?session_id=\(number).\(other)", ping, ["fly-replay-src": "instance=1"])
            #expect(again.status == 404 && again.header("fly-replay") == nil)
            let big = Fixtures.request("ping", id: "\"" + String(repeating: "x", count: 1_000_000) + "\"")
            #expect(try await server.send("POST", "/messages/?session_id=\(number).\(other)", big).header("fly-replay") == nil)
            for name in [own, "r1", "\(other)0", "3D8D9014F32D89", "evil-app"] {
                let answer = try await server.send("POST", "/messages/?session_id=\(number).\(name)", ping)
                #expect(answer.status == 404 && answer.header("fly-replay") == nil, "\(name)")
            }
            let stranger = try await server.send("POST", "/messages/?session_id=\(number).\(other)", ping, ["Authorization": ""])
            #expect(stranger.status == 401 && stranger.header("fly-replay") == nil, "E4")
        }
        try await serve { server in
            let answer = try await server.send("POST", "/messages/?session_id=\(number).\(other)", ping)
            #expect(answer.status == 404 && answer.header("fly-replay") == nil, "without a machine's name nobody replays")
        }
    }

    @Test("a process has its machine's name where that has the platform's form")
    func names() throws {
        #expect(MCPConnections.replicaName(machine: "e784079b449483") == "e784079b449483")
        for machine in [nil, "", "web-1", "E784079B449483", "e784079b44948", "e784079b449483\u{301}"] {
            #expect(MCPConnections.replicaName(machine: machine).wholeMatch(of: try Regex("r[0-9a-f]{1,8}")) != nil)
        }
    }

    @Test("W75 W76 W77 W81 E4 E5 SEC3 messages for no stream, or for one of somebody else")
    func noStream() async throws {
        try await serve { server in
            let ping = Fixtures.request("ping")
            for query in ["", "?session_id=", "?session_id=x", "?session_id=%zz", "?other=1"] {
                let answer = try await server.send("POST", "/messages/" + query, ping)
                #expect(answer.status == 400, "\(query)")
                #expect(answer.json?["error"]?["code"] == -32600)
            }
            let none = String(repeating: "0", count: 32)
            let unknown = try await server.send("POST", "/messages/?session_id=\(none).r1", ping)
            #expect(unknown.status == 404)
            #expect(try await server.send("POST", "/messages/?session_id=\(none).r2", ping).status == 404, "W77")
            try await server.open { client, endpoint in
                let twice = try await server.send("POST", "\(endpoint)&\(endpoint.dropFirst(11))", ping)
                #expect(twice.status == 400)
                let foreign = try await server.send("POST", endpoint, ping, ["Authorization": "you"])
                #expect(foreign.status == 404)
                #expect(foreign.body == unknown.body, "SEC3")
                #expect(try await server.send("POST", endpoint, ping, ["Authorization": ""]).status == 401, "E4")
                #expect(try await server.send("POST", endpoint, ping, ["Content-Type": "text/plain"]).status == 415, "W6")
                for method in ["GET", "DELETE", "PUT"] {
                    let refused = try await server.send(method, endpoint)
                    #expect(refused.status == 405, "\(method)")
                    #expect(refused.header("allow") == "POST")
                }
                for (body, code) in [("{", -32700), ("5", -32600), ("[]", -32600), (Fixtures.call("who", isModern: true), -32600)] {
                    let refused = try await server.send("POST", endpoint, body)
                    #expect(refused.status == 400, "W78 W79")
                    #expect(refused.json?["error"]?["code"]?.integer == Int64(code))
                }
                _ = try await server.send("POST", endpoint, Fixtures.request("ping", id: "9"))
                #expect(try await client.message()?["id"] == 9, "nothing of all that came over the stream")
            }
        }
    }

    @Test("W82 E8 switched off, GET /sse and /messages/ are 404; W70 and W71 stay")
    func off() async throws {
        try await serve(routes: { $0.legacySSE = false }) { server in
            for path in ["/messages/", "/messages", "/messages/?session_id=x"] {
                #expect(try await server.send("POST", path, Fixtures.request("ping")).status == 404)
            }
            let stream = try await server.send("GET", "/sse")
            #expect(stream.status == 404)
            #expect(stream.json?["code"] == "route_not_found")
            let session = try await server.send("GET", "/sse", "", ["Mcp-Session-Id": "dead"])
            #expect(session.json?["error"]?["code"] == -32600)
            #expect(try await server.send("POST", "/sse", Fixtures.call("who")).text == "me 2025-03-26 -")
        }
    }

    @Test("E5 LS14 closing the stream cancels its requests, and messages for it are 404")
    func closed() async throws {
        let gate = Gate()
        try await serve(gate) { server in
            var path = ""
            try await server.open { (_, endpoint) async throws in
                path = endpoint
                #expect(try await server.send("POST", endpoint, Fixtures.call("wait")).status == 202)
                #expect(await gate.entered.wait())
            }
            #expect(await gate.cancelled.wait())
            #expect(try await server.send("POST", path, Fixtures.request("ping")).status == 404)
        }
    }

    @Test("CN1 CN3 a cancelled request gets no answer; what is unknown is ignored")
    func cancellation() async throws {
        let gate = Gate()
        try await serve(gate) { server in
            try await server.open { client, endpoint in
                _ = try await server.send("POST", endpoint, Fixtures.call("wait", id: "7"))
                #expect(await gate.entered.wait())
                for id in ["\"7\"", "8", "7", "7"] {
                    #expect(try await server.send("POST", endpoint, TalkingServer.cancelled(id)).status == 202)
                }
                #expect(await gate.cancelled.wait())
                _ = try await server.send("POST", endpoint, Fixtures.request("ping", id: "9"))
                #expect(try await client.message()?["id"] == 9)
            }
        }
    }

    @Test("S19 E7 a batch is answered by one event each, in order; responses are taken, and nothing to answer is silence")
    func batches() async throws {
        try await serve { server in
            try await server.open { client, endpoint in
                let response = #"{"jsonrpc":"2.0","id":"r1.0000000000000000","result":{}}"#
                #expect(try await server.send("POST", endpoint, response).status == 202)
                let messages = [
                    Fixtures.call("who", id: "1"), response, Fixtures.request("ping", id: "2"), "5",
                    Fixtures.initialize("2024-11-05"), Fixtures.call("echo", #"{"text":"x"}"#, id: "3"),
                ]
                #expect(try await server.send("POST", endpoint, "[" + messages.joined(separator: ",") + "]").status == 202)
                #expect(try await client.message()?["id"] == 1)
                #expect(try await client.message()?["result"] == [:])
                for _ in 0..<2 { #expect(try await client.message()?["error"]?["code"] == -32600) }
                #expect(try await client.message()?["id"] == 3)
                #expect(try await server.send("POST", endpoint, "[\(response)]").status == 202)
                _ = try await server.send("POST", endpoint, Fixtures.request("ping", id: "9"))
                #expect(try await client.message()?["id"] == 9)
            }
        }
    }

    @Test("T14 RS6 PR1 L2 notices, progress and log messages come over the stream")
    func notices() async throws {
        try await serve { server in
            try await server.open { client, endpoint in
                func ask(_ body: String) async throws -> JSONValue? {
                    _ = try await server.send("POST", endpoint, body)
                    return try await client.message()
                }
                _ = try await ask(Fixtures.request("ping"))
                server.server.changes.post(ChangeNotice(.toolList))
                #expect(try await ask(Fixtures.initialize("2024-11-05"))?["id"] == 1, "nothing before initialize")
                #expect(try await ask(Fixtures.request("resources/subscribe", #""uri":"test://me/1""#))?["result"] == [:])
                server.server.changes.post(ChangeNotice(.resource(uri: "test://me/2")))
                server.server.changes.post(ChangeNotice(.resource(uri: "test://me/1")))
                let updated = try await client.message()
                #expect(updated?["method"] == "notifications/resources/updated")
                #expect(updated?["params"]?["uri"] == "test://me/1")
                server.server.changes.post(ChangeNotice(.toolList))
                #expect(try await client.message()?["method"] == "notifications/tools/list_changed")
                _ = try await server.send("POST", endpoint, TalkingServer.call("count", #"{"to":30}"#, meta: #""progressToken":"t""#))
                var last: JSONValue?
                while let message = try await client.message(), message["method"] == "notifications/progress" { last = message }
                #expect(last?["params"]?["progress"] == 30)
                #expect(try await ask(Fixtures.request("logging/setLevel", #""level":"debug""#))?["result"] == [:])
                let log = try await ask(TalkingServer.call("log", #"{"times":1}"#))
                #expect(log?["params"]?["level"] == "debug")
                #expect(try await client.message()?["params"]?["data"]?["high"] == 1)
                #expect(try await client.message()?["result"] != nil)
            }
        }
    }

    @Test("S18 LS10 E5 E7 a question goes over the stream; only an answer to this stream counts, also one in a batch")
    func questions() async throws {
        try await serve { server in
            try await server.open { client, endpoint in
                _ = try await server.send("POST", endpoint, Fixtures.call("roots"))
                #expect(try await client.message()?["result"]?["isError"] == true, "LS13 not before initialize")
                _ = try await server.send("POST", endpoint, TalkingServer.initialize("2024-11-05"))
                _ = try await client.message()
                for isBatch in [false, true] {
                    _ = try await server.send("POST", endpoint, Fixtures.call("roots", id: "5"))
                    let question = try await client.message()
                    #expect(question?["method"] == "roots/list")
                    #expect(question?["id"]?.string?.wholeMatch(of: try Regex("r1\\.[0-9a-f]{16}")) != nil)
                    let wrong = try TalkingServer.answer(to: question, "file:///wrong")
                    try await server.open { (_, other) async throws in
                        #expect(try await server.send("POST", other, wrong).status == 202)
                    }
                    #expect(try await server.send("POST", endpoint, wrong, ["Authorization": "you"]).status == 404)
                    let right = try TalkingServer.answer(to: question, "file:///right")
                    #expect(try await server.send("POST", endpoint, isBatch ? "[\(right)]" : right).status == 202)
                    let answer = try await client.message()
                    #expect(answer?["id"] == 5)
                    #expect(answer?["result"]?["content"]?.elements.first { _ in true }?["text"] == "file:///right")
                }
            }
        }
    }

    @Test("E7 an idle stream shows that it is alive")
    func heartbeat() async throws {
        var settings = MCPConnections.Settings()
        settings.heartbeat = .milliseconds(20)
        try await serve(settings: settings) { server in
            try await server.open { (client, _) async throws in
                for _ in 0..<3 { #expect(try await client.next() == EventClient.Event()) }
            }
        }
    }

    @Test("E7 a client that takes nothing loses its stream, and its messages are 404")
    func slowReader() async throws {
        try await serve { server in
            try await server.open { _, endpoint in
                var status = 202
                // Sockets hold a few megabytes before the stream has to.
                for id in 0..<400 where status == 202 {
                    status = try await server.send("POST", endpoint, Fixtures.call("big", id: "\(id)")).status
                }
                #expect(status == 404)
            }
        }
    }

    @Test("SB5 one stream too many is 503, of a principal and of the process; one that closes makes room")
    func limits() async throws {
        var settings = MCPConnections.Settings()
        (settings.streamsOfPrincipal, settings.streams) = (2, 3)
        try await serve(settings: settings) { server in
            try await server.open { _, first in
                try await server.open { _, second in
                    #expect(first != second)
                    let refused = try await server.send("GET", "/sse")
                    #expect(refused.status == 503)
                    #expect(refused.header("retry-after") != nil)
                    try await server.open(["Authorization": "you"]) { (_, _) async throws in
                        #expect(try await server.send("GET", "/sse", "", ["Authorization": "third"]).status == 503)
                    }
                }
                // The server learns of the end a moment later.
                var isOpen = false
                while !isOpen {
                    isOpen = try await EventClient.open(server.port, "/sse", ["Authorization": "me"]) { $0.status == 200 }
                }
            }
        }
    }

    @Test("LS15 when the server stops, requests end first, and then the stream")
    func stop() async throws {
        let gate = Gate()
        try await serve(gate) { server in
            try await server.open { client, endpoint in
                _ = try await server.send("POST", endpoint, Fixtures.call("wait", id: "1"))
                #expect(await gate.entered.wait())
                server.stop()
                gate.released.fire()
                #expect(try await client.message()?["id"] == 1)
                #expect(try await client.message() == nil)
            }
        }
    }

    @Test("B17 a request that takes too long is answered; W31 faults go to the log")
    func faults() async throws {
        final class Box: Sendable { let ids = Mutex<[String]>([]) }
        let box = Box()
        var settings = MCPConnections.Settings()
        settings.requestLimit = .milliseconds(30)
        let report: @Sendable (any Error, String) -> Void = { error, id in
            if error is Fixtures.Broken { box.ids.withLock { $0.append(id) } }
        }
        try await serve(settings: settings, report: report) { server in
            try await server.open { client, endpoint in
                _ = try await server.send("POST", endpoint, Fixtures.call("wait"))
                #expect(try await client.message()?["result"]?["isError"] == true)
                let accepted = try await server.send("POST", endpoint, Fixtures.call("breaks"))
                let id = try await client.message()?["error"]?["data"]?["correlation_id"]?.string
                #expect(id == accepted.header("x-correlation-id"))
                #expect(box.ids.withLock { $0 } == [id ?? "none"])
            }
        }
    }
}

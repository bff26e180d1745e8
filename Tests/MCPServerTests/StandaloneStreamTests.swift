import JSON
import MCP
import MCPServer
import Testing

/// GET /mcp.
@Suite("A session's own streams", .timeLimit(.minutes(2)))
struct StandaloneStreamTests {
    private static let changed = "notifications/tools/list_changed"

    @Test(
        "W52 W53 W54 S10 S14 a live session gets a stream that tells of changes, and nothing else",
        arguments: ["2024-11-05", "2025-06-18"]
    )
    func opening(version: String) async throws {
        try await StreamServer.run { server in
            let session = try await server.session(version)
            #expect(try await server.exchange("GET", session.merging(["Accept": "application/json"]) { $1 }).status == 406)
            #expect(try await server.exchange("GET", session.merging(["Mcp-Session-Id": "dead"]) { $1 }).status == 404)
            #expect(try await server.exchange("GET", session.merging(["MCP-Protocol-Version": "2026-07-28"]) { $1 }).status == 405, "W50")
            #expect(try await server.exchange("GET").status == 405, "W51")
            for accept in ["text/event-stream", "*/*", "application/json, text/event-stream"] {
                try await server.open("GET", session.merging(["Accept": accept]) { $1 }) { client, head in
                    #expect(head.status == 200)
                    #expect(head.isStream)
                    #expect(head.fields["cache-control"] == "no-cache, no-store")
                    try await server.until { server.connections.counts.connectedStreams == 1 }
                    let call = StreamTools.call("count", #"{"to":1}"#)
                    _ = try await server.open("POST", session, call) { client, _ in try await client.rest() }
                    try await server.until { server.connections.counts.connectedStreams == 1 }
                    server.server.changes.post(ChangeNotice(.task("t")))
                    server.server.changes.post(ChangeNotice(.toolList, of: Principal(issuer: "test", subject: "you")))
                    server.server.changes.post(ChangeNotice(.resource(uri: "test://me/1")))
                    server.server.changes.post(ChangeNotice(.resourceList, of: Principal(issuer: "test", subject: "me")))
                    let event = try await client.next()
                    #expect(event?.method == "notifications/resources/list_changed")
                    #expect((event?.id == nil) == (version == "2024-11-05"))
                }
                try await server.until { server.connections.counts.countedStreams == 0 }
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("RS6 S10 a session that subscribed hears of its resources until it has enough; rights are asked again each time")
    func resources() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-06-18")
            func subscribe(_ method: String, _ uri: String) async throws {
                let answer = try await server.exchange("POST", session, Fixtures.request("resources/\(method)", #""uri":"\#(uri)""#))
                #expect(answer.json?["result"] == [:])
            }
            try await subscribe("subscribe", "test://me/1")
            try await subscribe("subscribe", "test://me/2")
            try await subscribe("unsubscribe", "test://me/2")
            try await server.open("GET", session) { client, _ in
                try await server.until { server.connections.counts.connectedStreams == 1 }
                for uri in ["test://me/2", "test://me/3", "test://me/1"] { server.server.changes.post(ChangeNotice(.resource(uri: uri))) }
                let event = try await client.next()
                #expect(event?.method == "notifications/resources/updated")
                #expect(event?.json?["params"]?["uri"] == "test://me/1")
            }
        }
    }

    @Test("S11 up to four may be open, the newest gets the messages, a fifth closes the oldest")
    func several() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-06-18")
            func open(_ count: Int, _ clients: [StreamClient]) async throws {
                guard clients.count < count else {
                    try await server.until { server.connections.counts.connectedStreams == min(count, 4) }
                    if count == 5 { #expect(try await clients[0].next() == nil, "the oldest is closed") }
                    server.server.changes.post(ChangeNotice(.toolList))
                    #expect(try await clients.last?.next()?.method == Self.changed)
                    return
                }
                try await server.open("GET", session) { client, head in
                    #expect(head.isStream)
                    try await open(count, clients + [client])
                    // Whatever came before it was told to the newest alone, and now this is the newest.
                    try await server.until { server.connections.counts.connectedStreams == clients.count + (count == 5 ? 0 : 1) }
                    guard !(count == 5 && clients.isEmpty) else { return }
                    server.server.changes.post(ChangeNotice(.promptList))
                    server.server.changes.post(ChangeNotice(.resourceList))
                    #expect(try await client.next()?.method == "notifications/resources/list_changed")
                }
            }
            for count in [1, 2, 4, 5] {
                try await open(count, [])
                try await server.untilNothingIsHeld()
            }
        }
    }

    @Test("S11 streams whose clients are gone don't count against those that are open")
    func reconnecting() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-06-18")
            try await server.open("GET", session) { client, _ in
                try await server.until { server.connections.counts.connectedStreams == 1 }
                for _ in 0..<6 {
                    try await server.open("GET", session) { _, head in #expect(head.isStream) }
                    try await server.until { server.connections.counts.connectedStreams == 1 }
                }
                #expect(server.connections.counts.standaloneStreams <= 4)
                server.tick(after: .seconds(61))
                server.server.changes.post(ChangeNotice(.toolList))
                #expect(try await client.message()?.method == Self.changed, "it is still open")
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("W55 W56 a stream goes on with what came meanwhile; one that isn't known here begins anew")
    func resuming() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-11-25")
            let id = try await server.open("GET", session) { client, _ in try #require(try await client.next()?.id) }
            try await server.until { server.connections.counts.connectedStreams == 0 }
            server.server.changes.post(ChangeNotice(.toolList))
            try await server.open("GET", session.merging(["Last-Event-ID": id]) { $1 }) { client, _ in
                let event = try await client.next()
                #expect(event?.method == Self.changed)
                #expect(event?.id?.hasSuffix(".2") == true, "the same stream")
            }
            for unknown in ["r2" + id.dropFirst(2), "nonsense", ""] {
                try await server.open("GET", session.merging(["Last-Event-ID": unknown]) { $1 }) { client, head in
                    #expect(head.status == 200)
                    let first = try await client.next()
                    #expect(first?.data == "")
                    #expect(first?.id?.hasSuffix(".1") == true, "a fresh one")
                }
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("LS15 section 28: at its age limit a stream ends with retry, and whoever comes back then gets one that lives")
    func age() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-11-25")
            let id = try await server.open("GET", session) { client, _ in
                let id = try #require(try await client.next()?.id)
                server.tick(after: .seconds(599))
                #expect(server.connections.counts.connectedStreams == 1)
                server.tick(after: .seconds(601))
                #expect(try await client.message() == nil)
                #expect(client.isComplete)
                return id
            }
            try await server.until { server.connections.counts.connectedStreams == 0 }
            try await server.open("GET", session.merging(["Last-Event-ID": id]) { $1 }) { client, _ in
                let first = try await client.next()
                #expect(first?.data == "", "a fresh stream begins")
                server.server.changes.post(ChangeNotice(.toolList))
                #expect(try await client.next()?.method == Self.changed)
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("SB7 section 28: a stream ends when the token that opened it expires")
    func expiry() async throws {
        // Far from now, so that the server's own look at the clock ends nothing.
        try await StreamServer.run(expires: { $0 == "me" ? 4_000_000_000 : nil }) { server in
            let session = try await server.session("2025-06-18")
            try await server.open("GET", session) { client, _ in
                try await server.until { server.connections.counts.connectedStreams == 1 }
                server.tick(after: .zero, unixNow: 3_999_999_999)
                #expect(server.connections.counts.connectedStreams == 1)
                server.tick(after: .zero, unixNow: 4_000_000_000)
                server.tick(after: .zero, unixNow: 4_000_000_001)
                #expect(try await client.rest() == [StreamClient.Event(retry: 1_000)])
            }
            try await server.listen(#""toolsListChanged":true"#) { client, _ in
                try await server.until { server.connections.counts.connectedStreams == 1 }
                server.tick(after: .zero, unixNow: 4_000_000_000)
                #expect(try await client.rest().map { $0.json?["result"]?["resultType"] } == ["complete"], "SB6")
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("LS15 when the server stops, listens end with their result, GET streams after retry 1000, and requests may finish")
    func drain() async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-11-25")
            try await server.open("GET", session) { standalone, _ in
                _ = try await standalone.next()
                try await server.listen(#""toolsListChanged":true"#, id: #""x""#) { listening, _ in
                    try await server.open("POST", session, StreamTools.call("hold", #"{"times":1}"#)) { holding, _ in
                        _ = try await holding.message()
                        try await StreamClient.connect(server.port) { silent in
                            let modern = StreamServer.modern("tools/call", "stubborn")
                            let call = TalkingServer.call("wait", id: "5")
                            try await silent.send("POST", "/mcp", session, call)
                            try await StreamClient.connect(server.port) { stubborn in
                                try await stubborn.send("POST", "/mcp", modern, StreamTools.call("stubborn", isModern: true))
                                _ = try await stubborn.head()
                                #expect(try await stubborn.next()?.json?["params"]?["progress"] == 1)
                                try await server.until { server.connections.counts.exchanges == 3 }
                                server.stop()
                                let end = try await listening.rest()
                                #expect(end.count == 1)
                                #expect(end.first?.json?["id"] == "x")
                                #expect(end.first?.json?["result"]?["_meta"]?["io.modelcontextprotocol/subscriptionId"] == "x")
                                #expect(listening.isComplete)
                                #expect(try await standalone.rest() == [StreamClient.Event(retry: 1_000)])
                                #expect(standalone.isComplete)
                                for _ in 0..<3 { gate.released.fire() }
                                #expect(try await holding.rest().map(\.text) == ["held"])
                                #expect(try await stubborn.rest().map(\.text) == [nil, "late"])
                                let head = try await silent.head()
                                #expect(head.status == 200)
                                #expect(try await silent.body(of: head).contains("let go"))
                            }
                        }
                    }
                }
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("LS15 a request that begins to speak while the server stops still gets its answer", arguments: [true, false])
    func speakingInTheDrain(isModern: Bool) async throws {
        let gate = Gate()
        let late = Tool<String>("late", title: "Late", "Speaks late.", annotations: .reading) { context in
            _ = await gate.released.wait()
            await context.progress(1)
            gate.entered.fire()
            _ = await gate.released.wait()
            return .text("late")
        }
        try await StreamServer.run(gate: gate, server: try TalkingServer.make(gate, tools: [late])) { server in
            let fields = isModern ? StreamServer.modern("tools/call", "late") : try await server.session("2025-06-18")
            try await StreamClient.connect(server.port) { client in
                try await client.send("POST", "/mcp", fields, StreamTools.call("late", isModern: isModern))
                try await server.until { server.connections.counts.exchanges == 1 }
                server.stop()
                // The drain has begun when nobody can connect any more.
                while (try? await StreamClient.connect(server.port) { _ in }) != nil {}
                gate.released.fire()
                #expect(try await client.head().isStream)
                #expect(try await client.next()?.method == "notifications/progress")
                gate.released.fire()
                #expect(try await client.next()?.text == "late")
                #expect(try await client.next() == nil)
                #expect(client.isComplete)
            }
            try await server.untilNothingIsHeld()
        }
    }
}

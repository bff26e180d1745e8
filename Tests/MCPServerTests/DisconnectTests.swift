import JSON
import MCP
import MCPServer
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Clients that leave at any moment, and what is left of them.
@Suite("Clients that go away", .timeLimit(.minutes(3)))
struct DisconnectTests {
    private enum Request: Int, CaseIterable {
        case quiet, speaking, holding, asking, releasing, modernQuiet, modernHolding, listening, standalone, resuming, batch

        func send(_ client: StreamClient, _ sessions: [String: String], _ last: String?) async throws {
            let modern = StreamServer.modern("tools/call")
            switch self {
            case .quiet: try await client.send("POST", "/mcp", sessions, TalkingServer.call("pause"))
            case .speaking: try await client.send("POST", "/mcp", sessions, StreamTools.call("speak", #"{"bytes":5000}"#))
            case .holding: try await client.send("POST", "/mcp", sessions, StreamTools.call("pause"))
            case .asking: try await client.send("POST", "/mcp", sessions, TalkingServer.call("ask"))
            case .releasing: try await client.send("POST", "/mcp", sessions, TalkingServer.call("leave"))
            case .modernQuiet:
                try await client.send(
                    "POST",
                    "/mcp",
                    modern.merging(["Mcp-Name": "pause"]) { $1 },
                    TalkingServer.call("pause", isModern: true)
                )
            case .modernHolding:
                try await client.send(
                    "POST",
                    "/mcp",
                    modern.merging(["Mcp-Name": "pause"]) { $1 },
                    StreamTools.call("pause", isModern: true)
                )
            case .listening:
                let body = TalkingServer.listen(#""toolsListChanged":true,"resourceSubscriptions":["test://me/1"]"#)
                try await client.send("POST", "/mcp", StreamServer.modern("subscriptions/listen"), body)
            case .standalone: try await client.send("GET", "/mcp", sessions)
            case .resuming: try await client.send("GET", "/mcp", sessions.merging(["Last-Event-ID": last ?? "r1.0.0"]) { $1 })
            case .batch:
                let body = "[" + StreamTools.call("pause", id: "1") + "," + TalkingServer.call("note", id: "2") + "]"
                try await client.send("POST", "/mcp", sessions, body)
            }
        }
    }

    /// A random number of turns given to others, then an end of its own.
    private static func pause(_ gate: Gate) -> [Tool<String>] {
        [
            Tool("pause", title: "Pause", "Takes a short while.", annotations: .reading) { context in
                for number in 0..<Int.random(in: 0..<40) {
                    await Task.yield()
                    await context.progress(Double(number))
                }
                return .text("paused")
            },
            Tool("leave", title: "Leave", "Gives up the connection.", annotations: .reading) { context in
                await context.releaseConnection(clientReturnsAfter: .milliseconds(1))
                for _ in 0..<Int.random(in: 0..<40) { await Task.yield() }
                return .text("left")
            },
        ]
    }

    @Test("H7 S5 SEC8 nothing is left of clients that leave at any moment, whatever they asked for")
    func anyMoment() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = Seeded(state: seed)
        let gate = Gate()
        let talking = try TalkingServer.make(gate, tools: StreamTools.all(gate) + Self.pause(gate))
        try await StreamServer.run(gate: gate, server: talking) { server in
            var sessions: [[String: String]] = []
            for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
                sessions.append(try await server.session(version, capabilities: #"{"roots":{}}"#))
            }
            let seen = Seen()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<400 {
                    let request = Request.allCases.randomElement(using: &generator) ?? .quiet
                    let session = sessions.randomElement(using: &generator) ?? [:]
                    let pieces = Int.random(in: 0...3, using: &generator)
                    let yields = Int.random(in: 0...200, using: &generator)
                    let notices = Int.random(in: 0...2, using: &generator)
                    group.addTask {
                        try await StreamClient.connect(server.port) { client in
                            try await request.send(client, session, seen.ids.withLock { $0.randomElement() })
                            for _ in 0..<yields { await Task.yield() }
                            for _ in 0..<notices { server.server.changes.post(ChangeNotice(.toolList)) }
                            guard pieces > 0 else { return }
                            let head = try await client.head()
                            guard head.isStream, request != .listening, request != .standalone, request != .resuming else { return }
                            for _ in 1..<max(2, pieces) {
                                guard let event = try await client.next() else { return }
                                if let id = event.id { seen.ids.withLock { $0.append(id) } }
                                if event.method == "roots/list" { return }
                            }
                        }
                    }
                    if round % 16 == 15 { while group.isEmpty == false { try await group.next() } }
                }
                try await group.waitForAll()
            }
            for session in sessions {
                let id = try #require(session["Mcp-Session-Id"])
                #expect(try await server.exchange("DELETE", ["Mcp-Session-Id": id]).status == 204)
            }
            do { try await server.untilNothingIsHeld() } catch { Issue.record("seed \(seed): \(server.connections.counts)") }
            // And it still works.
            let session = try await server.session("2025-11-25")
            let events = try await server.open("POST", session, StreamTools.call("count", #"{"to":1}"#)) { client, _ in
                try await client.rest()
            }
            #expect(events.last?.text == "counted", "seed \(seed)")
        }
    }

    @Test("SEC8 hundreds of idle streams leave nothing once they are closed")
    func idleStreams() async throws {
        var settings = MCPConnections.Settings()
        settings.streamsOfPrincipal = 1_000
        try await StreamServer.run(settings) { server in
            let (gate, count) = (Gate(), 250)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<count {
                    group.addTask {
                        try await server.listen(#""toolsListChanged":true"#) { _, _ in
                            gate.entered.fire()
                            _ = await gate.released.wait()
                        }
                    }
                }
                for _ in 0..<count { _ = await gate.entered.wait() }
                try await server.until { server.connections.counts.connectedStreams == count }
                server.tick(after: .seconds(16))
                #expect(server.connections.counts.exchanges == 0, "nothing runs for them")
                for _ in 0..<count { gate.released.fire() }
                try await group.waitForAll()
            }
            try await server.untilNothingIsHeld()
        }
    }
}

/// Ids of events that some client got.
private final class Seen: Sendable {
    let ids = Mutex<[String]>([])
}

/// Numbers that look random and are the same for the same seed.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        // Xorshift64*, never at zero.
        state = max(1, state)
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

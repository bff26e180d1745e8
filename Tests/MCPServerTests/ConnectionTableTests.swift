import JSON
import MCP
import MCPServer
import Testing

@Suite("What a process holds for its clients, and how it lets go", .timeLimit(.minutes(2)))
struct ConnectionTableTests {
    @Test("S12 SEC8 a client that leaves many streams behind loses its own, and nobody else's answer")
    func eviction() async throws {
        var settings = MCPConnections.Settings()
        settings.resumableStreams = 4
        try await StreamServer.run(settings) { server in
            let mine = try await server.session("2025-06-18")
            let theirs = try await server.session("2025-06-18", caller: "you")
            func count(_ session: [String: String]) async throws -> String {
                let events = try await server.open("POST", session, StreamTools.call("count", #"{"to":1}"#)) { client, _ in
                    try await client.rest()
                }
                try await server.until { server.connections.counts.connectedStreams == 0 }
                return try #require(events.first?.id)
            }
            func isKept(_ id: String, _ session: [String: String]) async throws -> Bool {
                let rest = try await server.open("GET", session.merging(["Last-Event-ID": id]) { $1 }) { client, _ in
                    try await client.rest()
                }
                try await server.until { server.connections.counts.connectedStreams == 0 }
                return rest.last?.text == "counted"
            }
            let first = try await count(mine)
            var others: [String] = []
            for _ in 0..<8 { others.append(try await count(theirs)) }
            #expect(server.connections.counts.resumableStreams == 4)
            #expect(try await isKept(first, mine))
            #expect(try await isKept(others[7], theirs))
            #expect(try await isKept(others[5], theirs))
            #expect(try await !isKept(others[4], theirs), "the oldest goes first")
            try await server.untilNothingIsHeld()
        }
    }

    @Test("SB9 S11 notices for others take no room from those for this principal")
    func foreignNotices() async throws {
        var settings = MCPConnections.Settings()
        settings.stream.unsentEvents = 2
        try await StreamServer.run(settings) { server in
            let session = try await server.session("2025-06-18")
            try await server.open("GET", session) { client, _ in
                try await server.until { server.connections.counts.connectedStreams == 1 }
                let (me, you) = (Principal(issuer: "test", subject: "me"), Principal(issuer: "test", subject: "you"))
                for subject in [ChangeNotice.Subject.promptList, .resourceList, .toolList, .resource(uri: "test://you/1")] {
                    server.server.changes.post(ChangeNotice(subject, of: you))
                }
                server.server.changes.post(ChangeNotice(.toolList, of: me))
                let event = try await client.next()
                #expect(event?.method == "notifications/tools/list_changed")
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("RS6 section 28: one subscription too many is refused, and the others stay")
    func tooManySubscriptions() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-06-18")
            let long = String(repeating: "a", count: 8_000)
            for number in 0..<9 {
                let params = #""uri":"test://me/\#(number)\#(long)""#
                let answer = try await server.exchange("POST", session, Fixtures.request("resources/subscribe", params))
                #expect(answer.status == 200)
                guard number == 8 else {
                    #expect(answer.json?["result"] == [:])
                    continue
                }
                #expect(answer.json?["error"]?["code"] == -32602)
                #expect(answer.json?["error"]?["message"] == "too many subscriptions")
            }
        }
    }

    @Test("S5 a legacy client that goes away frees its connection at once, and its work goes on", arguments: ["*/*", "application/json"])
    func leaving(accept: String) async throws {
        let gate = Gate()
        try await StreamServer.run(maximumConnections: 1, gate: gate) { server in
            let session = try await server.session("2025-06-18").merging(["Accept": accept]) { $1 }
            try await StreamClient.connect(server.port) { client in
                try await client.send("POST", "/mcp", session, TalkingServer.call("wait"))
                try await server.until { server.connections.counts.exchanges == 1 }
            }
            // Nobody could connect if the first connection were still held.
            #expect(try await server.exchange("POST", session, Fixtures.request("tools/list")).status == 200)
            #expect(server.connections.counts.exchanges == 1, "it goes on")
            gate.released.fire()
            #expect(await gate.finished.wait())
            try await server.untilNothingIsHeld()
        }
    }

    @Test("LS15 at the end of the drain whatever still runs is stopped, and whatever is open ends")
    func stoppingAll() async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-11-25")
            try await server.open("GET", session) { standalone, _ in
                _ = try await standalone.next()
                try await server.listen(#""toolsListChanged":true"#) { listening, _ in
                    try await server.open("POST", session, StreamTools.call("hold", #"{"times":1}"#)) { holding, _ in
                        _ = try await holding.message()
                        try await server.until { server.connections.counts.connectedStreams == 3 }
                        server.connections.stopAll()
                        #expect(await gate.cancelled.wait())
                        for client in [standalone, listening, holding] {
                            #expect(try await client.rest().isEmpty)
                            #expect(client.isComplete)
                        }
                    }
                }
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("B17 progress keeps a request alive also where its client takes no stream")
    func silentProgress() async throws {
        var settings = MCPConnections.Settings()
        (settings.requestLimit, settings.requestHardLimit) = (.milliseconds(500), .seconds(1))
        try await StreamServer.run(settings) { server in
            let fields = try await server.session("2025-06-18").merging(["Accept": "application/json"]) { $1 }
            let start = ContinuousClock.now
            let answer = try await server.exchange("POST", fields, StreamTools.call("endless"))
            #expect(answer.json?["result"]?["isError"] == true)
            #expect(start.duration(to: .now) >= .seconds(1), "progress came all the time")
            try await server.untilNothingIsHeld()
        }
    }

    @Test("B17 the clock looks often enough for every limit")
    func clock() {
        var settings = MCPConnections.Settings()
        #expect(settings.tick == .seconds(1))
        settings.requestHardLimit = .milliseconds(100)
        #expect(settings.tick == .milliseconds(25))
    }
}

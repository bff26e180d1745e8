import JSON
import MCP
import MCPServer
import Testing

@Suite("Limits, cancellation and questions of requests over HTTP", .timeLimit(.minutes(2)))
struct RequestLimitTests {
    private static let modern = StreamServer.modern("tools/call", "hold")

    @Test("B17 60 s without a sign of life end a request, progress extends that, 300 s end it in any case")
    func timeLimits() async throws {
        for isModern in [true, false] {
            try await StreamServer.run { server in
                let fields = isModern ? Self.modern : try await server.session("2025-06-18")
                try await server.open("POST", fields, StreamTools.call("hold", #"{"times":1}"#, isModern: isModern)) { client, _ in
                    _ = try await client.message()
                    server.tick(after: .seconds(59))
                    #expect(server.connections.counts.exchanges == 1)
                    server.tick(after: .seconds(61))
                    let event = try await client.message()
                    #expect(event?.json?["result"]?["isError"] == true)
                    #expect(try await client.next() == nil)
                }
                try await server.untilNothingIsHeld()
            }
        }
        var settings = MCPConnections.Settings()
        (settings.requestLimit, settings.requestHardLimit) = (.milliseconds(500), .seconds(1))
        try await StreamServer.run(settings) { server in
            let session = try await server.session("2025-06-18")
            let start = ContinuousClock.now
            try await server.open("POST", session, StreamTools.call("endless")) { client, _ in
                let events = try await client.rest()
                #expect(events.last?.json?["result"]?["isError"] == true)
            }
            #expect(start.duration(to: .now) >= .seconds(1), "progress came all the time")
            try await server.untilNothingIsHeld()
        }
    }

    @Test("B17 LS10 a question that waits keeps its request alive, up to the hard limit")
    func waitingQuestion() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-06-18", capabilities: #"{"roots":{}}"#)
            try await server.open("POST", session, TalkingServer.call("ask")) { client, _ in
                let question = try await client.next()
                #expect(question?.method == "roots/list")
                server.tick(after: .seconds(200))
                #expect(server.connections.counts.exchanges == 1)
                server.tick(after: .seconds(301))
                #expect(try await client.message()?.json?["result"]?["isError"] == true)
                #expect(try await client.next() == nil)
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("S18 LS10 W42 W43 an answer counts only with the session and principal that were asked; else it is 400, never 404")
    func answers() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-11-25", capabilities: #"{"roots":{}}"#)
            let others = [
                try await server.session("2025-11-25", capabilities: #"{"roots":{}}"#),
                try await server.session("2025-11-25", caller: "you"),
            ]
            try await server.open("POST", session, TalkingServer.call("ask")) { client, _ in
                let question = try await client.message()
                let id = try #require(question?.json?["id"]?.string)
                #expect(id.hasPrefix("r1."))
                let answer = #"{"jsonrpc":"2.0","id":"\#(id)","result":{"roots":[{"uri":"file:///a"}]}}"#
                for other in others {
                    let refusal = try await server.exchange("POST", other, answer)
                    #expect(refusal.status == 400)
                    #expect(refusal.json?["error"]?["code"] == -32600)
                }
                #expect(try await server.exchange("POST", session, answer).status == 202)
                #expect(try await client.message()?.text == "1 roots")
                #expect(try await server.exchange("POST", session, answer).status == 400, "nobody waits any more")
            }
            let silent = session.merging(["Accept": "application/json"]) { $1 }
            let unasked = try await server.exchange("POST", silent, TalkingServer.call("ask"))
            #expect(unasked.json?["result"]?["isError"] == true, "S18: only where the stream can be SSE")
            try await server.untilNothingIsHeld()
        }
    }

    @Test("CN1 CN3 a cancelled request gets no response; unknown and foreign ids are ignored", arguments: ["1", #""1""#, "0", #""""#])
    func cancelling(id: String) async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-11-25")
            let other = try await server.session("2025-11-25")
            try await server.open("POST", session, StreamTools.call("hold", #"{"times":1}"#, id: id)) { client, _ in
                _ = try await client.message()
                #expect(try await server.exchange("POST", other, TalkingServer.cancelled(id)).status == 202)
                #expect(try await server.exchange("POST", session, TalkingServer.cancelled("77")).status == 202)
                #expect(try await server.exchange("POST", [:], TalkingServer.cancelled(id)).status == 202)
                #expect(server.connections.counts.exchanges == 1)
                #expect(try await server.exchange("POST", session, TalkingServer.cancelled(id)).status == 202)
                #expect(await gate.cancelled.wait())
                #expect(try await client.rest().isEmpty)
            }
            try await server.untilNothingIsHeld()
        }
        // Nothing was said before: an empty stream, or for a client without streams 202.
        for (accept, status) in [("*/*", 200), ("application/json", 202)] {
            try await StreamServer.run { server in
                let session = try await server.session("2025-11-25").merging(["Accept": accept]) { $1 }
                try await StreamClient.connect(server.port) { client in
                    try await client.send("POST", "/mcp", session, TalkingServer.call("wait", id: id))
                    try await server.until { server.connections.counts.exchanges == 1 }
                    #expect(try await server.exchange("POST", session, TalkingServer.cancelled(id)).status == 202)
                    let head = try await client.head()
                    #expect(head.status == status)
                    if head.isStream { #expect(try await client.rest().isEmpty) } else { #expect(try await client.body(of: head).isEmpty) }
                }
                try await server.untilNothingIsHeld()
            }
        }
    }

    @Test("Section 28: 256 requests of a principal run at once, one more is 429; anybody has no such limit")
    func runningRequests() async throws {
        #expect(MCPConnections.Settings().runningRequests == 256)
        var settings = MCPConnections.Settings()
        settings.runningRequests = 2
        let gate = Gate()
        try await StreamServer.run(settings, gate: gate) { server in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for caller in ["me", "me", "you", "anybody", "anybody", "anybody"] {
                    group.addTask { try await server.exchange("POST", ["Authorization": caller], TalkingServer.call("wait")).status }
                }
                for _ in 0..<6 { _ = await gate.entered.wait() }
                for body in [TalkingServer.call("wait"), "[" + TalkingServer.call("wait") + "]"] {
                    let refused = try await server.exchange("POST", [:], body)
                    #expect(refused.status == 429)
                    #expect(refused.header("retry-after") == "1")
                    #expect(refused.json?["error"]?["code"]?.integer == -32603, "a message that was understood is answered in its own form")
                    #expect((refused.json?["id"]?.kind == .null) == body.hasPrefix("["), "\(refused.body)")
                }
                for body in [Fixtures.request("tools/list"), TalkingServer.call("note")] {
                    #expect(try await server.exchange("POST", [:], body).status == 200, "what ends at once never runs beside others")
                }
                for _ in 0..<6 { gate.released.fire() }
                for try await status in group { #expect(status == 200) }
            }
            #expect(try await server.exchange("POST", [:], TalkingServer.call("note")).status == 200)
            #expect(server.connections.counts.principals == 0)
        }
    }

    @Test("LS8 ending a session cancels its requests and questions and closes its streams, and nobody else's")
    func ending() async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-11-25", capabilities: #"{"roots":{}}"#)
            let other = try await server.session("2025-11-25")
            try await server.open("GET", other) { others, _ in
                _ = try await others.next()
                try await server.open("GET", session) { standalone, _ in
                    _ = try await standalone.next()
                    try await server.open("POST", session, TalkingServer.call("ask")) { asking, _ in
                        #expect(try await asking.message()?.method == "roots/list")
                        try await server.open("POST", session, StreamTools.call("hold", #"{"times":1}"#, id: "2")) { holding, _ in
                            _ = try await holding.message()
                            let id = try #require(session["Mcp-Session-Id"])
                            #expect(try await server.exchange("DELETE", ["Mcp-Session-Id": id]).status == 204)
                            #expect(try await holding.rest().isEmpty)
                            #expect(try await asking.rest().isEmpty)
                            #expect(try await standalone.rest().isEmpty)
                        }
                    }
                }
                for _ in 0..<2 { #expect(await gate.cancelled.wait()) }
                #expect(server.connections.counts.questions == 0)
                #expect(try await server.exchange("GET", session).status == 404, "W52")
                server.server.changes.post(ChangeNotice(.toolList))
                #expect(try await others.next()?.method == "notifications/tools/list_changed")
            }
            try await server.untilNothingIsHeld()
        }
    }
}

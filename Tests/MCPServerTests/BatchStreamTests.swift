import JSON
import MCP
import MCPServer
import Testing

@Suite("Batches over HTTP", .timeLimit(.minutes(2)))
struct BatchStreamTests {
    private func batch(_ elements: String...) -> String { "[" + elements.joined(separator: ",") + "]" }

    @Test("S19 answers come in one array, or one event each, whether something was said before or not")
    func forms() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-03-26")
            let quiet = batch(
                TalkingServer.call("note", id: "1"),
                Fixtures.request("ping", id: #""b""#),
                TalkingServer.call("note", id: "3")
            )
            let whole = try await server.exchange("POST", session, quiet)
            #expect(whole.json?.elements.map { $0["id"] ?? "none" } == [1, "b", 3])
            let loud = batch(StreamTools.call("count", #"{"to":1}"#, id: "1"), Fixtures.request("ping", id: #""b""#))
            let accept = ["Accept": "text/event-stream"]
            for (fields, body, count) in [(session, loud, 3), (session.merging(accept) { $1 }, quiet, 3)] {
                try await server.open("POST", fields, body) { client, head in
                    #expect(head.isStream)
                    let events = try await client.rest()
                    #expect(events.count == count)
                    #expect(events.allSatisfy { $0.json?.kind == .object }, "S19: one event each")
                }
            }
            let nothing = batch(TalkingServer.cancelled("9"), #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
            #expect(try await server.exchange("POST", session, nothing).status == 202)
            try await server.untilNothingIsHeld()
        }
    }

    @Test("CN1 S19 an element that is cancelled gets no response, the others do; one that has not begun never does")
    func cancelling() async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-03-26")
            let body = batch(
                TalkingServer.call("wait", id: "1"),
                TalkingServer.call("stubborn", id: "2"),
                TalkingServer.call("note", id: "3"),
                TalkingServer.call("note", id: "4")
            )
            try await StreamClient.connect(server.port) { client in
                try await client.send("POST", "/mcp", session, body)
                _ = await gate.entered.wait()
                try await server.until { server.connections.counts.exchanges == 1 }
                for id in ["2", "3", "1"] { #expect(try await server.exchange("POST", session, TalkingServer.cancelled(id)).status == 202) }
                let head = try await client.head()
                let answers = try JSONValue(parsing: try await client.body(of: head))
                #expect(answers.elements.map { $0["id"] ?? "none" } == [4])
                gate.finished.fire()
                var notes = 0
                for _ in 0..<2 where await gate.finished.wait() { notes += 1 }
                #expect(notes == 2, "one note and this test's own")
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("LS8 CN1 once a batch is stopped none of its other elements begins")
    func stopping() async throws {
        let gate = Gate()
        let ran = Signal()
        let tool = Tool<String>("mark", title: "Mark", "Has an effect.", annotations: .reading) { _ in
            ran.fire()
            return .text("marked")
        }
        let talking = try TalkingServer.make(gate, tools: StreamTools.all(gate) + [tool])
        try await StreamServer.run(gate: gate, server: talking) { server in
            let session = try await server.session("2025-03-26")
            try await StreamClient.connect(server.port) { client in
                try await client.send(
                    "POST",
                    "/mcp",
                    session,
                    batch(TalkingServer.call("wait", id: "1"), TalkingServer.call("mark", id: "2"))
                )
                _ = await gate.entered.wait()
                try await server.until { server.connections.counts.exchanges == 1 }
                let id = try #require(session["Mcp-Session-Id"])
                #expect(try await server.exchange("DELETE", ["Mcp-Session-Id": id]).status == 204)
                #expect(await gate.cancelled.wait())
                #expect(try await client.head().isStream)
                #expect(try await client.rest().isEmpty)
            }
            try await server.untilNothingIsHeld()
            let hasRun = await withTaskGroup(of: Bool.self) { group in
                group.addTask { await ran.wait() }
                group.cancelAll()
                return await group.next() ?? false
            }
            #expect(!hasRun)
        }
    }

    @Test("S19 each element counts as if alone: answers to questions are delivered and requests cancelled from within a batch")
    func asides() async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-03-26", capabilities: #"{"roots":{}}"#)
            try await server.open("POST", session, TalkingServer.call("ask", id: "7")) { asking, _ in
                let id = try #require(try await asking.message()?.json?["id"]?.string)
                try await server.open("POST", session, StreamTools.call("hold", #"{"times":1}"#, id: "8")) { holding, _ in
                    _ = try await holding.message()
                    let answer = #"{"jsonrpc":"2.0","id":"\#(id)","result":{"roots":[]}}"#
                    let answers = try await server.exchange(
                        "POST",
                        session,
                        batch(answer, TalkingServer.cancelled("8"), Fixtures.request("ping", id: "9"))
                    )
                    #expect(answers.json?.elements.map { $0["id"] ?? "none" } == [9])
                    #expect(try await asking.message()?.text == "0 roots")
                    #expect(try await holding.rest().isEmpty)
                }
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("B17 PR1 a batch that takes too long is answered for each of its requests; each element has its own time and last progress")
    func tooLong() async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-03-26")
            let body = batch(
                StreamTools.call("count", #"{"to":30}"#, id: "1"),
                Fixtures.request("ping", id: "2"),
                TalkingServer.call("wait", id: "3"),
                TalkingServer.call("note", id: "4")
            )
            try await server.open("POST", session, body) { client, _ in
                var events: [StreamClient.Event] = []
                for _ in 0..<21 { if let event = try await client.next() { events.append(event) } }
                #expect(events.last?.json?["params"]?["progress"] == 30, "PR1: the last one of the first element")
                _ = await gate.entered.wait()
                server.tick(after: .seconds(61))
                let answers = try await client.rest()
                #expect(answers.map { $0.json?["id"] ?? "none" } == [1, 2, 3, 4])
                #expect(answers.map { $0.json?["result"]?["isError"] == true } == [false, false, true, true])
            }
            try await server.untilNothingIsHeld()
        }
    }
}

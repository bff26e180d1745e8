import JSON
import MCP
import MCPServer
import Testing

/// One POST that becomes a stream, or doesn't.
@Suite("Streams of requests over HTTP", .timeLimit(.minutes(2)))
struct RequestStreamTests {
    private static let revisions = ["2025-03-26", "2025-06-18", "2025-11-25"]
    private static func modernCall(_ tool: String) -> [String: String] { StreamServer.modern("tools/call", tool) }

    @Test("H5 H6 S4 H12 an answer is plain JSON unless something is said before it; then it is a stream that ends with the answer")
    func forms() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-06-18")
            for (fields, isModern) in [(session, false), (Self.modernCall("count"), true)] {
                try await server.open("POST", fields, TalkingServer.call("count", #"{"to":2}"#, isModern: isModern)) { client, head in
                    #expect(head.status == 200)
                    #expect(head.fields["content-type"] == "application/json")
                    #expect(head.fields["cache-control"] == "no-store")
                    let body = try await client.body(of: head)
                    #expect(body.contains("counted"))
                }
                try await server.open("POST", fields, StreamTools.call("count", #"{"to":2}"#, isModern: isModern)) { client, head in
                    #expect(head.isStream)
                    #expect(head.fields["cache-control"] == "no-cache, no-store")
                    #expect(head.fields["x-accel-buffering"] == "no")
                    let events = try await client.rest()
                    #expect(events.map(\.method) == ["notifications/progress", "notifications/progress", nil])
                    #expect(events.last?.text == "counted")
                    #expect(events.last?.json?["id"] == 1)
                    #expect(client.isComplete)
                    #expect(events.allSatisfy { $0.name == "message" && ($0.id == nil) == isModern }, "H11: ids only in sessions")
                }
                let plain = fields.merging(["Accept": "application/json"]) { $1 }
                let whole = try await server.exchange("POST", plain, StreamTools.call("count", #"{"to":2}"#, isModern: isModern))
                #expect(whole.text == "counted", "H3")
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("H12 after 15 s of silence an answer becomes a stream, with signs of life every 15 s")
    func late() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-06-18")
            for (fields, isModern) in [(session, false), (Self.modernCall("wait"), true)] {
                try await StreamClient.connect(server.port) { client in
                    try await client.send("POST", "/mcp", fields, TalkingServer.call("wait", isModern: isModern))
                    try await server.until { server.connections.counts.exchanges == 1 }
                    server.tick(after: .seconds(14))
                    #expect(server.connections.counts.connectedStreams == 0)
                    server.tick(after: .seconds(16))
                    #expect(try await client.head().isStream)
                    try await server.until { server.connections.counts.connectedStreams == 1 }
                    // Nothing was said since the connection came.
                    server.tick(after: .seconds(14))
                    server.tick(after: .seconds(16))
                    #expect(try await client.next() == StreamClient.Event(isComment: true))
                    server.gate.released.fire()
                    #expect(try await client.next()?.text == "let go")
                    #expect(try await client.next() == nil)
                }
            }
            let plain = session.merging(["Accept": "application/json"]) { $1 }
            try await StreamClient.connect(server.port) { client in
                try await client.send("POST", "/mcp", plain, TalkingServer.call("wait"))
                try await server.until { server.connections.counts.exchanges == 1 }
                server.tick(after: .seconds(16))
                server.gate.released.fire()
                let head = try await client.head()
                #expect(head.fields["content-type"] == "application/json", "H3: this client takes no stream")
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("S13 only streams of 2025-11-25 begin with an event without data", arguments: revisions)
    func priming(version: String) async throws {
        try await StreamServer.run { server in
            let session = try await server.session(version)
            let events = try await server.open("POST", session, StreamTools.call("count", #"{"to":1}"#)) { client, _ in
                try await client.rest()
            }
            #expect(events.count == (version == "2025-11-25" ? 3 : 2))
            #expect((events.first?.data == "") == (version == "2025-11-25"))
            #expect(events.allSatisfy { $0.id?.hasPrefix("r1.") == true })
            #expect(Set(events.compactMap(\.id)).count == events.count)
            try await server.open("GET", session) { client, head in
                #expect(head.isStream)
                if version == "2025-11-25" {
                    #expect(try await client.next()?.data == "")
                }
                server.server.changes.post(ChangeNotice(.toolList))
                let event = try await client.next()
                #expect(event?.method == "notifications/tools/list_changed")
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("S5 S12 W55 a client that lost its connection comes back for the rest, and for nothing else", arguments: revisions)
    func resuming(version: String) async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session(version)
            let last = try await server.open("POST", session, StreamTools.call("hold", #"{"times":2}"#, id: #""a""#)) { client, _ in
                _ = try await client.message()
                let second = try await client.message()
                #expect(second?.json?["params"]?["progress"] == 1)
                return try #require(second?.id)
            }
            try await server.until { server.connections.counts.connectedStreams == 0 }
            #expect(server.connections.counts.exchanges == 1, "S5: the work goes on")
            gate.released.fire()
            try await server.until { server.connections.counts.exchanges == 0 }
            try await server.open("GET", session.merging(["Last-Event-ID": last]) { $1 }) { client, head in
                #expect(head.isStream)
                let rest = try await client.rest()
                #expect(rest.map(\.text) == ["held"])
                #expect(rest.first?.json?["id"] == "a")
                #expect(client.isComplete)
            }
            try await server.untilNothingIsHeld()
            try await server.open("GET", session.merging(["Last-Event-ID": last]) { $1 }) { client, _ in
                let rest = try await client.rest()
                #expect(rest.map { $0.json?["error"]?["code"] } == [-32603], "LS12: lost after 60 s")
                #expect(rest.first?.json?["id"] == "a")
            }
        }
    }

    @Test("S12 LS12 S16 a stream of another session, principal or process is lost, with the request's id")
    func foreign() async throws {
        try await StreamServer.run { server in
            let mine = try await server.session("2025-11-25")
            let other = try await server.session("2025-11-25")
            let theirs = try await server.session("2025-11-25", caller: "you")
            let events = try await server.open("POST", mine, StreamTools.call("count", #"{"to":1}"#, id: "0")) { client, _ in
                try await client.rest()
            }
            let id = try #require(events.first?.id)
            let elsewhere = "r2" + id.dropFirst(2)
            for (fields, id) in [(other, id), (theirs, id), (mine, elsewhere)] {
                let rest = try await server.open("GET", fields.merging(["Last-Event-ID": id]) { $1 }) { client, head in
                    #expect(head.status == 200)
                    return try await client.rest()
                }
                #expect(rest.count == 1)
                #expect(rest.first?.json?["id"] == 0)
                #expect(rest.first?.json?["error"]?["message"] == "the stream was lost; send the request again")
            }
            let again = try await server.open("GET", mine.merging(["Last-Event-ID": id]) { $1 }) { client, _ in try await client.rest() }
            #expect(again == Array(events.dropFirst()), "its own session still finds it")
            let status = try await server.open("GET", mine.merging(["Authorization": "you", "Last-Event-ID": id]) { $1 }) { $1.status }
            #expect(status == 404, "S16 W52")
        }
    }

    @Test("S12 an answer of any size reaches a client that stays, also when the stream has just begun", arguments: revisions + ["modern"])
    func greatAnswers(version: String) async throws {
        try await StreamServer.run { server in
            let isModern = version == "modern"
            let fields = isModern ? Self.modernCall("speak") : try await server.session(version)
            for bytes in [1, 300_000, 2_000_000] {
                let call = StreamTools.call("speak", #"{"bytes":\#(bytes)}"#, isModern: isModern)
                let events = try await server.open("POST", fields, call) { client, _ in try await client.rest() }
                #expect(events.last?.text?.utf8.count == bytes)
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("S13 a handler gives up the connection, and the client comes back for the answer", arguments: [0, 30_000])
    func releasing(bytes: Int) async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-11-25")
            let call = StreamTools.call("release", #"{"bytes":\#(bytes)}"#)
            let first = try await server.open("POST", session, call) { client, _ in
                let events = try await client.rest()
                #expect(client.isComplete)
                return events
            }
            #expect(first.first?.data == "")
            #expect(first.dropFirst() == [StreamClient.Event(retry: 20)])
            let id = try #require(first.first?.id)
            try await server.until { server.connections.counts.connectedStreams == 0 }
            gate.released.fire()
            let rest = try await server.open("GET", session.merging(["Last-Event-ID": id]) { $1 }) { client, _ in try await client.rest() }
            #expect(rest.map(\.method) == ["notifications/progress", nil])
            #expect(rest.last?.text?.utf8.count == bytes)
            let older = try await server.session("2025-06-18")
            let plain = try await server.exchange("POST", older, TalkingServer.call("release", #"{"bytes":1}"#))
            #expect(plain.text == "not released", "never where clients can't come back")
            try await server.untilNothingIsHeld()
        }
    }

    @Test("S12 a second connection takes a stream over, and keeps its signs of life when the first one goes")
    func takingOver() async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-11-25")
            try await server.open("POST", session, StreamTools.call("hold", #"{"times":1}"#)) { former, _ in
                let id = try #require(try await former.message()?.id)
                try await server.open("GET", session.merging(["Last-Event-ID": id]) { $1 }) { client, head in
                    #expect(head.isStream)
                    #expect(try await former.next() == nil, "closed for the newer one")
                    try await server.until {
                        server.connections.counts.countedStreams == 1 && server.connections.counts.connectedStreams == 1
                    }
                    server.tick(after: .seconds(16))
                    gate.released.fire()
                    #expect(try await client.next() == StreamClient.Event(isComment: true))
                    #expect(try await client.next()?.text == "held")
                    #expect(try await client.next() == nil)
                }
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("H7 CN2 a modern client that closes its stream cancels the request; a legacy one doesn't (S5)")
    func goingAway() async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            let session = try await server.session("2025-06-18")
            try await server.open("POST", session, StreamTools.call("hold", #"{"times":1}"#)) { client, _ in _ = try await client.message()
            }
            try await server.until { server.connections.counts.connectedStreams == 0 }
            gate.released.fire()
            #expect(await gate.finished.wait())
            try await server.open("POST", Self.modernCall("hold"), StreamTools.call("hold", #"{"times":1}"#, isModern: true)) { client, _ in
                _ = try await client.message()
            }
            #expect(await gate.cancelled.wait())
            try await server.untilNothingIsHeld()
        }
    }

    @Test("H12 CN1 a request that speaks and ends at once leaves nothing behind")
    func nothingLeft() async throws {
        try await StreamServer.run { server in
            let session = try await server.session("2025-11-25")
            for _ in 0..<20 {
                _ = try await server.open("POST", session, StreamTools.call("count", #"{"to":1}"#)) { client, _ in try await client.rest() }
            }
            try await server.until { server.connections.counts.exchanges == 0 }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("PR1 progress that was held back goes out in time, and the last one always before the answer")
    func heldBack() async throws {
        let gate = Gate()
        try await StreamServer.run(gate: gate) { server in
            for (fields, isModern) in [(try await server.session("2025-06-18"), false), (Self.modernCall("hold"), true)] {
                try await server.open("POST", fields, StreamTools.call("hold", #"{"times":50}"#, isModern: isModern)) { client, _ in
                    for number in 0..<20 { #expect(try await client.next()?.json?["params"]?["progress"]?.integral == Int64(number)) }
                    server.tick(after: .seconds(3))
                    let held = try await client.next()
                    #expect(held?.json?["params"]?["progress"] == 49)
                    gate.released.fire()
                    #expect(try await client.next()?.text == "held")
                }
                let call = StreamTools.call("count", #"{"to":30}"#, isModern: isModern)
                let events = try await server.open("POST", fields.merging(["Mcp-Name": "count"]) { $1 }, call) { client, _ in
                    try await client.rest()
                }
                #expect(events.count == 22)
                #expect(events.dropLast().last?.json?["params"]?["progress"] == 30)
            }
        }
    }
}

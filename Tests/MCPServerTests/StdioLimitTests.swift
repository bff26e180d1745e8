import JSON
import MCP
import MCPServer
import Synchronization
import Testing

/// What happens on stdio when something takes too much.
@Suite("The limits of stdio", .timeLimit(.minutes(1)))
struct StdioLimitTests {
    /// Runs a server for the time of `body`, then ends its input and waits for it.
    private func serve(
        _ server: Server<String>,
        settings: StdioSettings,
        report: @escaping @Sendable (any Error, String) -> Void = { _, _ in },
        _ body: @escaping @Sendable (StdioPeer) async throws -> Void
    ) async throws {
        let peer = try StdioPeer()
        let program = MCPStdioServer(server, caller: "me", stream: peer.server, settings: settings, report: report)
        try await peer.serve(program, body)
    }

    /// A server that asks, before it tells of `test://slow`, whether it may.
    private func slow(_ mayWatch: @escaping @Sendable () async -> Void) throws -> Server<String> {
        Server(
            try ServerDefinition(
                info: Implementation(name: "slow", version: "1"),
                tools: [TalkingServer.tool("new")],
                announces: .tools,
                subscriptions: ResourceSubscriptions { _, uri in
                    if uri == "test://slow" { await mayWatch() }
                    return true
                }
            )
        )
    }

    @Test("I11 S18 W99 CN1 where as many calls run as may, answers to their questions, cancellations and pings are still read")
    func askingCalls() async throws {
        var settings = StdioSettings()
        settings.concurrency = 4
        try await serve(try TalkingServer.make(), settings: settings) { peer in
            try await peer.send(TalkingServer.initialize("2025-03-26"))
            _ = try await peer.receive()
            try await peer.send((0..<20).map { Fixtures.call("roots", id: "\($0)") }.joined(separator: "\n"))
            var questions: [JSONValue] = []
            for _ in 0..<4 { questions.append(try #require(try await peer.receive())) }
            #expect(questions.allSatisfy { $0["method"] == "roots/list" })
            let batch = "[\(Fixtures.call("roots", id: "20")),\(Fixtures.request("ping", id: "21"))]"
            try await peer.send(batch, TalkingServer.cancelled("19"), TalkingServer.cancelled("20"), Fixtures.request("ping", id: "\"p\""))
            #expect(try await peer.receive()?["id"] == "p", "a fifth doesn't run")
            var answered: Set<Int64> = []
            while answered.count < 20 {
                if let question = questions.popLast() {
                    try await peer.send(try TalkingServer.answer(to: question, "file:///"))
                    continue
                }
                let message = try #require(try await peer.receive())
                if message["method"] == "roots/list" {
                    questions.append(message)
                } else {
                    let answer = message.elements.first { _ in true } ?? message
                    answered.insert(try #require(answer["id"]?.integer))
                }
            }
            #expect(answered == Set(0..<19).union([21]), "I4 none that was cancelled")
        }
    }

    @Test("I11 SEC8 requests that wait are read only as far as one long line would take memory")
    func flatMemory() async throws {
        /// A client that sends as fast as it is read.
        final class Endless: ByteStream {
            let lines = Atomic(0)
            let linesAtAnswer = Mutex<Int?>(nil)

            func read() async throws -> [UInt8]? {
                let number = lines.wrappingAdd(1, ordering: .relaxed).newValue
                return number > 2_000 ? nil : Array((Fixtures.call(number == 1 ? "wait" : "who", id: "\(number)") + "\n").utf8)
            }

            func write(_ bytes: [UInt8]) async throws {
                linesAtAnswer.withLock { $0 = $0 ?? lines.load(ordering: .relaxed) }
            }

            func endInput() {}
        }
        let stream = Endless()
        var settings = StdioSettings()
        (settings.concurrency, settings.lineLimit, settings.timeLimit) = (1, 1_000, .milliseconds(500))
        try await MCPStdioServer(try Fixtures.definition(), caller: "me", stream: stream, settings: settings).run()
        let lines = try #require(stream.linesAtAnswer.withLock { $0 })
        #expect(lines < 20)
        #expect(stream.lines.load(ordering: .relaxed) == 2_001, "then all of them")
    }

    @Test(
        "B17 a call that ignores its cancellation is answered at its limit, its place is free, and it says nothing more",
        arguments: [false, true]
    )
    func deafCall(isModern: Bool) async throws {
        let gate = Gate()
        var settings = StdioSettings()
        (settings.concurrency, settings.timeLimit) = (1, .milliseconds(20))
        try await serve(try TalkingServer.make(gate, tools: [DeafTool.make(gate)]), settings: settings) { peer in
            let meta = #""progressToken":1,"io.modelcontextprotocol/logLevel":"debug""#
            for id in 1...3 {
                try await peer.send(TalkingServer.call("deaf", id: "\(id)", meta: meta, isModern: isModern))
                let answer = try await peer.receive()
                #expect(answer?["id"]?.integer == Int64(id))
                #expect(answer?["result"]?["isError"] == true)
            }
            for _ in 1...3 { gate.released.fire() }
            for _ in 1...3 { #expect(await gate.finished.wait()) }
            try await peer.send(Fixtures.request("ping", id: "4"))
            #expect(try await peer.receive()?["id"] == 4)
        }
    }

    @Test("I6 the server ends when its patience does, though a call and a listen ignore their cancellation")
    func deafAtTheEnd() async throws {
        let gate = Gate()
        var settings = StdioSettings()
        settings.patience = .milliseconds(20)
        try await serve(try TalkingServer.make(gate, tools: [DeafTool.make(gate)]), settings: settings) { peer in
            try await peer.send(Fixtures.call("deaf"))
            #expect(await gate.entered.wait())
        }
        let server = try slow {
            gate.entered.fire()
            await DeafTool.wait(gate)
        }
        try await serve(server, settings: settings) { peer in
            try await peer.send(TalkingServer.listen(#""resourceSubscriptions":["test://slow"]"#))
            #expect(await gate.entered.wait())
        }
        for _ in 0..<2 { gate.released.fire() }
    }

    @Test("I6 a broken output ends the server, though a call ignores its cancellation")
    func deafWithoutOutput() async throws {
        let gate = Gate()
        let peer = try StdioPeer()
        let program = MCPStdioServer(try TalkingServer.make(gate, tools: [DeafTool.make(gate)]), caller: "me", stream: peer.server)
        try await peer.send(Fixtures.call("deaf"))
        let end = Task { try await program.run() }
        #expect(await gate.entered.wait())
        peer.closeReader()
        try await peer.send(Fixtures.request("ping"))
        await #expect(throws: DescriptorError.self) { try await end.value }
        gate.released.fire()
    }

    @Test("SB5 a listen that its client ends before it is open keeps its place while work for it goes on", arguments: [false, true])
    func churn(isDeaf: Bool) async throws {
        let gate = Gate()
        let server = try slow {
            gate.entered.fire()
            if isDeaf { await DeafTool.wait(gate) } else { _ = await gate.releasedModern.wait() }
        }
        var settings = StdioSettings()
        settings.subscriptions = 1
        try await serve(server, settings: settings) { peer in
            try await peer.send(TalkingServer.listen(#""resourceSubscriptions":["test://slow"]"#, id: "1"))
            #expect(await gate.entered.wait())
            try await peer.send(TalkingServer.cancelled("1"))
            if isDeaf {
                for id in 2..<20 {
                    try await peer.send(TalkingServer.listen(#""toolsListChanged":true"#, id: "\(id)"))
                    let refusal = try await peer.receive()
                    #expect(refusal?["id"]?.integer == Int64(id))
                    #expect(refusal?["error"]?["code"] == -32603)
                }
                gate.released.fire()
            }
            var isOpen = false
            while !isOpen {
                try await peer.send(TalkingServer.listen(#""toolsListChanged":true"#, id: "20"))
                let message = try await peer.receive()
                isOpen = message?["method"] == "notifications/subscriptions/acknowledged"
                #expect(isOpen || message?["error"]?["code"] == -32603)
            }
        }
    }

    @Test("SB7 B17 to ask whether a client may be told of one thing doesn't keep it from being told of another", arguments: [false, true])
    func slowNotice(isModern: Bool) async throws {
        let (gate, isSlow, faults) = (Gate(), Flag(), Signal())
        let server = try slow { if isSlow.isRaised { await DeafTool.wait(gate) } }
        var settings = StdioSettings()
        settings.noticeTimeLimit = .milliseconds(20)
        try await serve(server, settings: settings, report: { _, _ in faults.fire() }) { peer in
            if isModern {
                try await peer.send(TalkingServer.listen(#""toolsListChanged":true,"resourceSubscriptions":["test://slow"]"#))
                #expect(try await peer.receive()?["params"]?["notifications"]?["resourceSubscriptions"] == ["test://slow"])
            } else {
                try await peer.send(Fixtures.initialize("2025-11-25"), Fixtures.request("resources/subscribe", #""uri":"test://slow""#))
                for _ in 0..<2 { #expect(try await peer.receive()?["result"] != nil) }
            }
            isSlow.raise()
            server.changes.post(ChangeNotice(.resource(uri: "test://slow")))
            #expect(await faults.wait(), "it goes to the log")
            server.changes.post(ChangeNotice(.toolList))
            #expect(try await peer.receive()?["method"] == "notifications/tools/list_changed")
            gate.released.fire()
        }
    }
}

/// Raised once.
private final class Flag: Sendable {
    private let state = Atomic(false)

    var isRaised: Bool { state.load(ordering: .acquiring) }

    func raise() { state.store(true, ordering: .releasing) }
}

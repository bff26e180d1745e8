import JSON
import MCP
import MCPServer
import Testing

/// What a stdio server says without being asked at that moment.
@Suite("Notices, progress and log messages on stdio", .timeLimit(.minutes(1)))
struct StdioStreamTests {
    private static let subscriptionID = "io.modelcontextprotocol/subscriptionId"

    /// Runs a server for the time of `body`, then ends its input and waits for it.
    ///
    /// - Parameter rest: Gets what the server still says after its input has ended.
    private func serve(
        _ server: Server<String>,
        settings: StdioSettings = StdioSettings(),
        rest: (@Sendable ([JSONValue]) -> Void)? = nil,
        _ body: @escaping @Sendable (StdioPeer) async throws -> Void
    ) async throws {
        let peer = try StdioPeer()
        let program = MCPStdioServer(server, caller: "me", stream: peer.server, settings: settings)
        try await peer.serve(program, body)
        var messages: [JSONValue] = []
        while let message = try await peer.receive() { messages.append(message) }
        if let rest { rest(messages) } else { #expect(messages == [], "I1 nothing is left") }
    }

    private func meta(_ message: JSONValue?) -> JSONValue? { message?["params"]?["_meta"]?[Self.subscriptionID] }

    /// Ends a listen and makes sure that the server has seen it.
    private func end(_ id: String, _ peer: StdioPeer) async throws {
        try await peer.send(TalkingServer.cancelled(id), Fixtures.request("ping", id: "\"p\""))
        #expect(try await peer.receive()?["id"] == "p")
    }

    @Test("SB2 SB3 I5 each listen is acknowledged first, and its messages carry its own id, of its own type")
    func listens() async throws {
        let server = try TalkingServer.make()
        try await serve(server) { peer in
            for id in ["0", #""""#, #""0""#] {
                let filter = #""toolsListChanged":true,"promptsListChanged":true,"resourceSubscriptions":["test://me/1","test://you/1"]"#
                try await peer.send(TalkingServer.listen(filter, id: id))
                let acknowledgement = try await peer.receive()
                #expect(acknowledgement?["method"] == "notifications/subscriptions/acknowledged")
                #expect(meta(acknowledgement) == (try JSONValue(parsing: id)))
                let honoured = acknowledgement?["params"]?["notifications"]
                #expect(honoured == ["toolsListChanged": true, "resourceSubscriptions": ["test://me/1"]])
            }
            for (subject, method) in [
                (ChangeNotice.Subject.toolList, "notifications/tools/list_changed"),
                (.resource(uri: "test://me/1"), "notifications/resources/updated"),
            ] {
                server.changes.post(ChangeNotice(.promptList))
                server.changes.post(ChangeNotice(.resourceList))
                server.changes.post(ChangeNotice(.resource(uri: "test://you/1")))
                server.changes.post(ChangeNotice(subject))
                var ids: [JSONValue] = []
                for _ in 0..<3 {
                    let notice = try await peer.receive()
                    #expect(notice?["method"]?.string == method)
                    ids.append(meta(notice) ?? "none")
                }
                #expect(Set(ids.map { String(decoding: $0.bytes, as: UTF8.self) }) == ["0", #""""#, #""0""#])
            }
            for id in ["0", #""""#, #""0""#] { try await end(id, peer) }
        }
    }

    @Test("SB6 I4 CN4 a listen that its client ends says nothing more; the other goes on")
    func endedByClient() async throws {
        let server = try TalkingServer.make()
        try await serve(server) { peer in
            for id in ["1", "2"] {
                try await peer.send(TalkingServer.listen(#""toolsListChanged":true"#, id: id))
                #expect(meta(try await peer.receive()) == (try JSONValue(parsing: id)))
            }
            try await end("1", peer)
            server.changes.post(ChangeNotice(.toolList))
            #expect(meta(try await peer.receive()) == 2)
            try await end("2", peer)
            server.changes.post(ChangeNotice(.toolList))
            try await end("3", peer)
        }
    }

    @Test("SB6 LS15 I6 at the end of the input each listen is cancelled and gets its result, in this order, and that is all")
    func endedByServer() async throws {
        let server = try TalkingServer.make()
        var settings = StdioSettings()
        settings.patience = .seconds(600)
        try await serve(
            server,
            settings: settings,
            rest: { messages in
                #expect(messages.count == 4)
                for id in [JSONValue(integerLiteral: 1), "two"] {
                    let ours = messages.filter { $0["id"] == id || $0["params"]?["requestId"] == id }
                    #expect(ours.first?["method"] == "notifications/cancelled")
                    #expect(ours.last?["result"]?["resultType"] == "complete")
                    #expect(ours.last?["result"]?["_meta"]?[Self.subscriptionID] == id)
                    #expect(ours.last?["result"]?["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"] == "talking", "B13")
                }
            },
            { peer in
                for id in ["1", #""two""#] {
                    try await peer.send(TalkingServer.listen(#""toolsListChanged":true"#, id: id))
                    #expect(try await peer.receive()?["method"] == "notifications/subscriptions/acknowledged")
                }
            }
        )
    }

    @Test("SB5 the listen that is one too many is -32603; one that ended makes room; calls are served all the same")
    func tooMany() async throws {
        try await serve(try TalkingServer.make(), rest: { #expect($0.count == 64) }) { peer in
            for id in 0..<32 {
                try await peer.send(TalkingServer.listen(#""toolsListChanged":true"#, id: "\(id)"))
                #expect(try await peer.receive()?["method"] == "notifications/subscriptions/acknowledged")
            }
            try await peer.send(TalkingServer.listen(#""toolsListChanged":true"#, id: "32"))
            let refusal = try await peer.receive()
            #expect(refusal?["error"]?["code"] == -32603)
            #expect(refusal?["id"] == 32)
            try await peer.send(TalkingServer.call("count", #"{"to":1}"#, id: "33", isModern: true))
            #expect(try await peer.receiveText() == "33 counted")
            try await end("0", peer)
            try await peer.send(TalkingServer.listen(#""toolsListChanged":true"#, id: "34"))
            #expect(try await peer.receive()?["method"] == "notifications/subscriptions/acknowledged")
        }
    }

    @Test("SB9 a burst of changes is one notice at once and one after the pause")
    func coalescing() async throws {
        let server = try TalkingServer.make()
        try await serve(server) { peer in
            try await peer.send(TalkingServer.listen(#""toolsListChanged":true"#))
            _ = try await peer.receive()
            server.changes.post(ChangeNotice(.toolList))
            #expect(try await peer.receive()?["method"] == "notifications/tools/list_changed")
            let clock = ContinuousClock()
            let start = clock.now
            for _ in 0..<1_000 { server.changes.post(ChangeNotice(.toolList)) }
            #expect(try await peer.receive()?["method"] == "notifications/tools/list_changed")
            #expect(clock.now - start < .seconds(30))
            try await end("1", peer)
        }
    }

    @Test("SB9 of each subject one in 100 ms, the first at once")
    func coalescer() {
        let start = ContinuousClock.now
        var notices = NoticeCoalescer()
        let (tools, one) = (ChangeNotice(.toolList), ChangeNotice(.resource(uri: "test://me/1")))
        #expect(notices.wait(at: start) == nil)
        for _ in 0..<3 { notices.add(tools) }
        #expect(notices.wait(at: start) == .zero)
        #expect(notices.take(at: start) == [tools])
        notices.add(tools)
        notices.add(one)
        #expect(notices.take(at: start + .milliseconds(30)) == [one])
        #expect(notices.wait(at: start + .milliseconds(30)) == .milliseconds(70))
        #expect(notices.take(at: start + .milliseconds(99)) == [])
        #expect(notices.take(at: start + .milliseconds(100)) == [tools])
        #expect(notices.wait(at: start + .milliseconds(100)) == nil)
        var few = NoticeCoalescer(limit: 2)
        for number in 0..<5 { few.add(ChangeNotice(.task("\(number)"))) }
        #expect(few.take(at: start).count == 2, "every map is bounded (SEC8)")
    }

    @Test("T14 V4 a legacy session is told of changed lists, but nobody before initialize")
    func legacyLists() async throws {
        let server = try TalkingServer.make()
        try await serve(server) { peer in
            try await peer.send(Fixtures.request("ping"))
            _ = try await peer.receive()
            server.changes.post(ChangeNotice(.toolList))
            try await peer.send(Fixtures.initialize("2024-11-05"))
            #expect(try await peer.receive()?["result"]?["capabilities"]?["tools"]?["listChanged"] == true)
            server.replace(try TalkingServer.definition(tools: [TalkingServer.tool("new")]))
            let notice = try await peer.receive()
            #expect(notice?["method"] == "notifications/tools/list_changed")
            #expect(notice?["params"] == nil)
            try await peer.send(Fixtures.call("new"))
            #expect(try await peer.receiveText() == "1 new")
        }
    }

    @Test("RS6 W97 a legacy client is told of resources from subscribe to unsubscribe", arguments: [true, false])
    func legacyResources(isInitialized: Bool) async throws {
        let server = try TalkingServer.make()
        try await serve(server) { peer in
            if isInitialized {
                try await peer.send(Fixtures.initialize("2025-11-25"))
                _ = try await peer.receive()
            }
            func ask(_ method: String, _ uri: String) async throws -> JSONValue? {
                try await peer.send(Fixtures.request(method, #""uri":"\#(uri)""#))
                return try await peer.receive()
            }
            #expect(try await ask("resources/subscribe", "test://me/1")?["result"] == [:])
            #expect(try await ask("resources/subscribe", "test://you/1")?["error"]?["code"] == -32002)
            server.changes.post(ChangeNotice(.resource(uri: "test://me/2")))
            server.changes.post(ChangeNotice(.resource(uri: "test://you/1")))
            server.changes.post(ChangeNotice(.resource(uri: "test://me/1")))
            let notice = try await peer.receive()
            #expect(notice?["method"] == "notifications/resources/updated")
            #expect(notice?["params"] == ["uri": "test://me/1"])
            #expect(try await ask("resources/unsubscribe", "test://me/1")?["result"] == [:])
            server.changes.post(ChangeNotice(.resource(uri: "test://me/1")))
        }
    }

    @Test("PR1 PR2 progress comes before the answer, at most a burst, but always the last", arguments: [false, true])
    func progress(isModern: Bool) async throws {
        try await serve(try TalkingServer.make()) { peer in
            let meta = #""progressToken":"t""#
            try await peer.send(TalkingServer.call("count", #"{"to":500}"#, meta: meta, isModern: isModern))
            var values: [Double] = []
            while let message = try await peer.receive(), message["method"] == "notifications/progress" {
                #expect(message["params"]?["progressToken"] == "t")
                #expect(message["params"]?["message"]?.string?.hasPrefix("step ") == true)
                values.append(message["params"]?["progress"]?.double ?? -1)
            }
            #expect(values.last == 500)
            #expect(values == values.sorted() && Set(values).count == values.count, "strictly rising")
            #expect(values.count >= 21)
            try await peer.send(TalkingServer.call("count", #"{"to":5}"#, isModern: isModern))
            #expect(try await peer.receiveText() == "1 counted", "only with a token")
        }
    }

    @Test("L1 L2 L3 L4 log messages: legacy by the session's level, modern by the request's; one line each")
    func logs() async throws {
        try await serve(try TalkingServer.make()) { (peer) async throws in
            func levels(_ call: String) async throws -> [String] {
                try await peer.send(call)
                var levels: [String] = []
                while let message = try await peer.receive(), message["method"] == "notifications/message" {
                    levels.append(message["params"]?["level"]?.string ?? "none")
                }
                return levels
            }
            func setLevel(_ level: String) async throws -> JSONValue? {
                try await peer.send(Fixtures.request("logging/setLevel", #""level":"\#(level)""#))
                return try await peer.receive()
            }
            let once = #"{"times":1}"#
            #expect(try await levels(TalkingServer.call("log", once)) == ["warning"], "info before it was set")
            #expect(try await setLevel("debug")?["result"] == [:])
            #expect(try await levels(TalkingServer.call("log", once)) == ["debug", "warning"])
            #expect(try await setLevel("error")?["result"] == [:])
            #expect(try await levels(TalkingServer.call("log", once)) == [])
            #expect(try await setLevel("loud")?["error"]?["code"] == -32602)
            #expect(try await levels(TalkingServer.call("log", once, isModern: true)) == [])
            let meta = #""io.modelcontextprotocol/logLevel":"debug""#
            #expect(try await levels(TalkingServer.call("log", once, meta: meta, isModern: true)) == ["debug", "warning"])
            #expect(try await levels(TalkingServer.call("log", #"{"times":200}"#, meta: meta, isModern: true)).count >= 20)
        }
    }

    @Test("I4 CN1 after a cancellation nothing more is sent, whatever the work still does", arguments: [false, true])
    func silence(isModern: Bool) async throws {
        let gate = Gate()
        try await serve(try TalkingServer.make(gate)) { peer in
            let meta = #""progressToken":1,"io.modelcontextprotocol/logLevel":"debug""#
            try await peer.send(TalkingServer.call("stubborn", id: "5", meta: meta, isModern: isModern))
            #expect(try await peer.receive()?["params"]?["progress"] == 1)
            #expect(await gate.entered.wait())
            try await peer.send(TalkingServer.cancelled("5"), Fixtures.request("ping", id: "6"))
            #expect(try await peer.receive()?["id"] == 6)
            gate.released.fire()
            #expect(await gate.finished.wait())
        }
    }

    @Test("I2 S18 W99 a question goes to the client that declared it, and its answer to the call that asked")
    func questions() async throws {
        try await serve(try TalkingServer.make()) { peer in
            try await peer.send(Fixtures.call("roots", id: "1"))
            #expect(try await peer.receive()?["result"]?["isError"] == true, "not before initialize")
            try await peer.send(TalkingServer.initialize("2025-11-25"))
            _ = try await peer.receive()
            try await peer.send(Fixtures.call("roots", id: "2"), Fixtures.call("roots", id: "3"))
            let questions = [try await peer.receive(), try await peer.receive()]
            for (number, question) in questions.enumerated() {
                #expect(question?["method"] == "roots/list")
                #expect(question?["id"]?.string?.wholeMatch(of: try Regex("\\.[0-9a-f]{16}")) != nil, "LS10")
                // Answers that nobody waits for are ignored.
                try await peer.send(
                    #"{"jsonrpc":"2.0","id":".0000000000000000","result":{"roots":[]}}"#,
                    #"{"jsonrpc":"2.0","id":1,"result":{}}"#
                )
                try await peer.send(try TalkingServer.answer(to: question, "file:///\(number)"))
            }
            let texts = [try await peer.receiveText() ?? "", try await peer.receiveText() ?? ""]
            #expect(Set(texts.map { String($0.suffix(9)) }) == ["file:///0", "file:///1"])
            #expect(Set(texts.map { String($0.prefix(1)) }) == ["2", "3"])
        }
    }

    @Test("I3 B14 a modern client is never sent a request, whatever the session declared")
    func modernQuestion() async throws {
        try await serve(try TalkingServer.make()) { peer in
            try await peer.send(TalkingServer.initialize("2025-11-25"))
            _ = try await peer.receive()
            try await peer.send(TalkingServer.call("roots", isModern: true))
            #expect(try await peer.receive()?["error"]?["code"] == -32021)
        }
    }

    @Test("CN1 a call that is cancelled takes its question back; the answer that still comes is ignored")
    func cancelledQuestion() async throws {
        try await serve(try TalkingServer.make()) { peer in
            try await peer.send(TalkingServer.initialize("2024-11-05"))
            _ = try await peer.receive()
            try await peer.send(Fixtures.call("roots", id: "5"))
            let question = try await peer.receive()
            try await peer.send(TalkingServer.cancelled("5"))
            let cancellation = try await peer.receive()
            #expect(cancellation?["method"] == "notifications/cancelled")
            #expect(cancellation?["params"]?["requestId"] == question?["id"])
            try await peer.send(try TalkingServer.answer(to: question, "file:///late"), Fixtures.request("ping", id: "6"))
            #expect(try await peer.receive()?["id"] == 6)
        }
    }

    @Test("W100 I6 at the end of the input nobody waits for an answer any more")
    func endedQuestion() async throws {
        let gate = Gate()
        var settings = StdioSettings()
        settings.patience = .seconds(600)
        try await serve(
            try TalkingServer.make(gate),
            settings: settings,
            rest: { messages in
                #expect(messages.last?["id"] == 5)
                #expect(messages.last?["result"]?["isError"] == true)
            },
            { peer in
                try await peer.send(TalkingServer.initialize("2024-11-05"))
                _ = try await peer.receive()
                try await peer.send(Fixtures.call("roots", id: "5"))
                #expect(await gate.entered.wait())
            }
        )
    }

    @Test("T14 W93 what is offered may change from line to line; calls that run keep what they began with")
    func replaced() async throws {
        let gate = Gate()
        let server = try TalkingServer.make(gate)
        try await serve(server) { peer in
            try await peer.send(Fixtures.call("stubborn", id: "1"))
            #expect(await gate.entered.wait())
            try await peer.send(Fixtures.call("new", id: "2"))
            #expect(try await peer.receiveText() == "2 -32602")
            server.replace(try ServerDefinition(info: Implementation(name: "t", version: "1"), tools: [TalkingServer.tool("new")]))
            try await peer.send(Fixtures.call("new", id: "3"), Fixtures.call("stubborn", id: "4"))
            let answers = [try await peer.receiveText(), try await peer.receiveText()]
            #expect(Set(answers) == ["3 new", "4 -32602"])
            gate.released.fire()
            #expect(try await peer.receive()?["method"] == "notifications/message")
            #expect(try await peer.receiveText() == "1 late")
        }
    }

    @Test("B17 signs of life move the limit, but not beyond the hard one")
    func timeLimits() async throws {
        var settings = StdioSettings()
        (settings.timeLimit, settings.hardTimeLimit) = (.seconds(1), .milliseconds(1_500))
        try await serve(try TalkingServer.make(), settings: settings) { peer in
            let clock = ContinuousClock()
            let start = clock.now
            try await peer.send(TalkingServer.call("endless", meta: #""progressToken":1"#))
            while let message = try await peer.receive() {
                if message["method"] == "notifications/progress" { continue }
                #expect(message["result"]?["isError"] == true)
                break
            }
            #expect(clock.now - start >= .milliseconds(1_500))
        }
    }
}

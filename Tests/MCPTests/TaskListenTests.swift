import JSON
import MCP
import Synchronization
import Testing

@Suite("Listening to tasks", .timeLimit(.minutes(1)))
struct TaskListenTests {
    private let alice = Principal(issuer: "i", subject: "alice")

    private func listen(
        _ server: TaskServer,
        _ filter: String,
        capabilities: String = TaskServer.able,
        by principal: Principal = .anonymous
    ) async throws -> Subscription {
        let message = server.message("subscriptions/listen", #""notifications":\#(filter)"#, capabilities: capabilities, by: principal)
        let taking = HTTPMessage.post(
            String(decoding: message.body, as: UTF8.self),
            version: ["2026-07-28"],
            method: ["subscriptions/listen"],
            accept: ["text/event-stream"],
            principal: principal
        )
        guard case .listen(let listen) = server.endpoint.receive(taking).action else { throw CancellationError() }
        return try await server.endpoint.engine.subscribe(listen, caller: "me", correlationID: "c")
    }

    @Test("TK10 SB2 a listen honours the caller's own tasks alone")
    func acknowledged() async throws {
        let server = try TaskServer()
        let (mine, foreign) = (try await server.begin("wait", by: alice), try await server.begin("wait"))
        let both = try await listen(server, #"{"taskIds":["\#(foreign)","\#(mine)","x"],"toolsListChanged":true}"#, by: alice)
        let acknowledgement = try JSONValue(parsing: both.acknowledgement)
        try OfficialSchema.of(.v2026_07_28)?.check(acknowledgement, is: "SubscriptionsAcknowledgedNotification")
        let honoured = try #require(acknowledgement["params"]?["notifications"])
        #expect(honoured["taskIds"]?.elements.map(\.string) == [mine] && honoured["toolsListChanged"] == true)
        let none = try await listen(server, #"{"taskIds":["\#(mine)"]}"#)
        #expect(try JSONValue(parsing: none.acknowledgement)["params"]?["notifications"] == [:])
        #expect(!both.wants(ChangeNotice(.task(foreign))) && both.wants(ChangeNotice(.task(mine), of: alice)))
        #expect(!both.wants(ChangeNotice(.task(mine), of: .anonymous)))
        await server.runner.stop()
    }

    @Test("TK10 W26 taskIds without the extension are -32021")
    func withoutExtension() async throws {
        let server = try TaskServer()
        for filter in [#"{"taskIds":["x"]}"#, #"{"taskIds":["x"],"toolsListChanged":true}"#] {
            let message = server.message("subscriptions/listen", #""notifications":\#(filter)"#, capabilities: TaskTests.without)
            let reply = try await server.send(message)
            #expect(reply.status == 400 && reply.code == -32021)
            #expect(reply.message?["error"]?["data"] == ["requiredCapabilities": ["extensions": ["io.modelcontextprotocol/tasks": [:]]]])
        }
        _ = try await listen(server, #"{"toolsListChanged":true,"taskIds":[]}"#, capabilities: TaskTests.without)
    }

    @Test("SB3 SB4 what a stream would keep and repeat must be short, else -32602 names what is too long")
    func short() async throws {
        let server = try TaskServer()
        func refusal(_ filter: String, id: String = "1") async throws -> String? {
            let meta =
                #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":\#(TaskServer.able)}"#
            let body = request("subscriptions/listen", meta + #","notifications":\#(filter)"#, id: id)
            let message = HTTPMessage.post(
                body,
                version: ["2026-07-28"],
                method: ["subscriptions/listen"],
                accept: ["text/event-stream"]
            )
            switch server.endpoint.receive(message).action {
            case .listen: return nil
            case .answer(let reply):
                #expect(reply.status == 400 && reply.code == -32602)
                return reply.message?["error"]?["message"]?.string
            default: throw CancellationError()
            }
        }
        func text(_ count: Int) -> String { String(repeating: "x", count: count) }
        #expect(try await refusal("{}", id: "\"\(text(1_022))\"") == nil)
        #expect(try await refusal("{}", id: "\"\(text(1_023))\"") == "the id of subscriptions/listen may be at most 1024 bytes long")
        #expect(try await refusal(#"{"taskIds":["\#(text(64))"]}"#) == nil)
        let tasks = "notifications.taskIds may be at most 64 bytes long each"
        #expect(try await refusal(#"{"taskIds":["a","\#(text(65))"]}"#) == tasks)
        let uris = "notifications.resourceSubscriptions may be at most 65536 bytes long together"
        let most = (0..<8).map { "\"\(text(1))\($0):\(text(8_189))\"" }.joined(separator: ",")
        #expect(try await refusal(#"{"resourceSubscriptions":[\#(most)]}"#) == nil)
        #expect(try await refusal(#"{"resourceSubscriptions":[\#(most),"a:x"]}"#) == uris)
        #expect(try await refusal(#"{"resourceSubscriptions":[\#(most),\#(most)]}"#) == nil, "each counts once")
    }

    @Test("TK10 SB10 each change is told, and the message is the task as tasks/get gives it")
    func told() async throws {
        let server = try TaskServer()
        let notices = Mutex<[ChangeNotice]>([])
        let stop = server.server.changes.watch { notice in notices.withLock { $0.append(notice) } }
        defer { stop() }
        let id = try await server.begin("confirm", by: alice)
        let subscription = try await listen(server, #"{"taskIds":["\#(id)"]}"#, by: alice)
        let notice = ChangeNotice(.task(id), of: alice)
        let engine = server.endpoint.engine
        func message() async throws -> JSONValue {
            let bytes = try #require(await engine.message(for: notice, on: subscription, caller: "me", correlationID: "c"))
            return try JSONValue(parsing: bytes)
        }
        func same() async throws {
            let (message, task) = (try await message(), try #require(try await server.get(id, by: alice).result))
            #expect(message["method"] == "notifications/tasks" && message["id"] == nil)
            try OfficialSchema.of(.v2026_07_28)?.check(message, is: "JSONRPCNotification")
            let params = try #require(message["params"])
            #expect(params["_meta"] == ["io.modelcontextprotocol/subscriptionId": 1])
            #expect(params.names == task.names.subtracting(["resultType"]))
            for name in params.names where name != "_meta" { #expect(params[name] == task[name]) }
        }
        _ = try await server.task(id, is: "input_required", by: alice)
        try await same()
        try await server.update(id, #"{"confirm":{"action":"decline"}}"#, by: alice)
        _ = try await server.task(id, is: "completed", by: alice)
        try await same()
        // Asked, answered, finished; what changes nothing is not told.
        try await server.cancel(id, by: alice)
        #expect(notices.withLock { $0 } == [notice, notice, notice])
        server.pass(3_600_000)
        #expect(await engine.message(for: notice, on: subscription, caller: "me", correlationID: "c") == nil)
    }

    @Test("SB8 a server that has nothing but tasks to tell about can be listened to")
    func onlyTasks() async throws {
        for (tool, code) in [("wait", nil), ("greet", -32601)] as [(String, Int64?)] {
            let definition = try ServerDefinition(
                info: CatalogueServer.info,
                tools: TaskServer.tools().filter { $0.name == tool },
                tasks: TaskRunner(now: { 0 })
            )
            let message = HTTPMessage.modern(
                "subscriptions/listen",
                #""notifications":{"toolsListChanged":true}"#,
                accept: ["text/event-stream"]
            )
            #expect(try await TestServer(definition).send(message).code == code)
        }
    }

    @Test("TK12 a session is told nothing about tasks")
    func sessions() async throws {
        let server = try TaskServer()
        let id = try await server.begin("wait")
        let opening = try await server.send(.post(initialize("2025-11-25")))
        let get = HTTPMessage(.get, now: TestServer.now, sessionID: [try #require(opening.sessionID)], accept: ["text/event-stream"])
        let session = try #require(server.endpoint.receive(get).session)
        let message = await server.endpoint.engine.message(
            for: ChangeNotice(.task(id)),
            to: session,
            of: .anonymous,
            caller: "me",
            correlationID: "c"
        )
        #expect(message == nil)
        await server.runner.stop()
    }
}

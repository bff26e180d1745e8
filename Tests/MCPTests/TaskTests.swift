import JSON
import MCP
import Synchronization
import Testing

@Suite("Tasks", .timeLimit(.minutes(1)))
struct TaskTests {
    static let summary: Set<String> = ["taskId", "status", "statusMessage", "createdAt", "lastUpdatedAt", "ttlMs", "pollIntervalMs"]
    static let without = #"{"elicitation":{}}"#
    private let alice = Principal(issuer: "i", subject: "alice")

    @Test("TK1 V9 the extension is advertised if a tool can become a task and there is something to run it, and never in another way")
    func advertised() async throws {
        func capabilities(_ method: HTTPMessage, tools: [Tool<String>], tasks: Bool) async throws -> JSONValue {
            let runner = tasks ? TaskRunner(now: { 0 }) : nil
            let server = TestServer(try ServerDefinition(info: CatalogueServer.info, tools: tools, tasks: runner))
            return try #require(try await server.send(method).result?["capabilities"])
        }
        let (allowed, never) = (Array(TaskServer.tools()[1...1]), Array(TaskServer.tools(Gate())[...0]))
        let offered = try await capabilities(.modern("server/discover"), tools: allowed, tasks: true)
        #expect(offered["extensions"] == ["io.modelcontextprotocol/tasks": [:]])
        #expect(offered["tasks"] == nil)
        #expect(try await capabilities(.modern("server/discover"), tools: allowed, tasks: false)["extensions"] == nil)
        #expect(try await capabilities(.modern("server/discover"), tools: never, tasks: true)["extensions"] == nil)
        for revision in Revision.allCases where revision.isLegacy {
            let legacy = try await capabilities(.post(initialize(revision.description)), tools: allowed, tasks: true)
            #expect(legacy["extensions"] == nil && legacy["tasks"] == nil, "TK12")
        }
    }

    @Test("TK1 B19 without the offer there are no methods for tasks, and a tool that can only be one can't be registered")
    func notOffered() async throws {
        let server = TestServer(try ServerDefinition(info: CatalogueServer.info, tools: [TaskServer.tools()[1]]))
        for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
            let reply = try await server.send(.modern(method, #""taskId":"x""#, name: "x"))
            #expect(reply.status == 404 && reply.code == -32601)
        }
        #expect(throws: DefinitionError.self) { try ServerDefinition(info: CatalogueServer.info, tools: TaskServer.tools()) }
    }

    @Test("TK2 B14 a call becomes a task only if this very request declares the extension; else it runs to its end")
    func perRequest() async throws {
        let server = try TaskServer()
        #expect(try await server.call("wait").result?["resultType"] == "task")
        server.gate.open()
        for capabilities in [Self.without, "{}", #"{"extensions":{}}"#, #"{"extensions":{"io.modelcontextprotocol/tasks":true}}"#] {
            let reply = try await server.call("wait", capabilities: capabilities)
            #expect(reply.result?["resultType"] == "complete" && reply.text == "waited for me", "\(capabilities)")
        }
        await server.runner.stop()
    }

    @Test("TK2 a short run is answered at once, a tool that never becomes a task as well")
    func short() async throws {
        let server = try TaskServer()
        let short = try await server.call("wait", #"{"long":false}"#)
        #expect(short.result?["resultType"] == "complete" && short.text == "waited for me" && short.result?["taskId"] == nil)
        #expect(try await server.call("greet", #"{"name":"A"}"#).text == "Hello, A!")
    }

    @Test("TK2 W26 a tool that can only be a task refuses who can't follow one: -32021, and in a session a text")
    func required() async throws {
        let server = try TaskServer()
        let refused = try await server.call("only", capabilities: Self.without)
        #expect(refused.status == 400 && refused.code == -32021)
        #expect(refused.message?["error"]?["data"] == ["requiredCapabilities": ["extensions": ["io.modelcontextprotocol/tasks": [:]]]])
        #expect(try await server.call("only").result?["resultType"] == "task")
        for revision in Revision.allCases where revision.isLegacy {
            let reply = try await server.send(.post(call("only"), version: [revision.description]))
            #expect(reply.isToolError && reply.text == "This tool needs the tasks extension")
        }
        await server.runner.stop()
    }

    @Test("TK3 the created result is flat and found at once")
    func created() async throws {
        let server = try TaskServer()
        let result = try #require(try await server.call("wait").result)
        #expect(result.names == Self.summary.union(["resultType", "_meta"]))
        #expect(result["resultType"] == "task" && result["status"] == "working")
        #expect(result["ttlMs"] == 3_600_000 && result["pollIntervalMs"] == 1_000, "TK13")
        #expect(result["createdAt"] == "2027-01-15T08:00:00.007Z" && result["lastUpdatedAt"] == result["createdAt"])
        #expect(result["_meta"]?["io.modelcontextprotocol/serverInfo"] != nil, "B13")
        let id = try result.requireString("taskId")
        let task = try #require(try await server.get(id).result)
        #expect(task["resultType"] == "complete" && task.names == result.names)
        for name in Self.summary { #expect(task[name] == result[name]) }
        await server.runner.stop()
    }

    @Test("TK3 a task without an end of life says null")
    func endless() async throws {
        let server = try TaskServer(lifetime: nil)
        let id = try await server.begin("wait")
        server.pass(.max / 2)
        #expect(try await server.get(id).result?["ttlMs"]?.isNull == true)
        await server.runner.stop()
    }

    @Test("TK4 TK6 J5 a finished task holds the tool's whole result")
    func completed() async throws {
        let server = try TaskServer()
        let id = try await server.begin("wait")
        server.pass(1_500)
        server.gate.open()
        let task = try await server.task(id, is: "completed")
        #expect(task.names == Self.summary.union(["resultType", "_meta", "result"]))
        #expect(task["lastUpdatedAt"] == "2027-01-15T08:00:01.507Z")
        let result = try #require(task["result"])
        #expect(result["content"]?.elements.first { _ in true }?["text"] == "waited for me")
        #expect(result["structuredContent"] == ["long": true] && result["resultType"] == "complete")
        #expect(result["_meta"]?["io.modelcontextprotocol/related-task"] == nil)
    }

    @Test(
        "TK6 a result that says that the tool failed completes the task",
        arguments: [("failing", "The job failed"), ("throwing", "It was thrown")]
    )
    func toolErrors(tool: String, text: String) async throws {
        let server = try TaskServer()
        let task = try await server.task(try await server.begin(tool), is: "completed")
        #expect(task["result"]?["isError"] == true && task["error"] == nil)
        #expect(task["result"]?["content"]?.elements.first { _ in true }?["text"]?.string == text)
    }

    @Test("TK6 a JSON-RPC error fails the task and stands in it")
    func protocolErrors() async throws {
        let server = try TaskServer()
        let refused = try await server.task(try await server.begin("refusing"), is: "failed")
        #expect(refused.names == Self.summary.union(["resultType", "_meta", "error"]))
        #expect(refused["error"] == ["code": -32603, "message": "The job broke the protocol"])
        #expect(refused["statusMessage"] == "The job broke the protocol")
        let broken = try await server.task(try await server.begin("broken"), is: "failed")
        #expect(broken["error"]?["code"] == -32603 && broken["error"]?["data"]?["correlation_id"] == "c-1", "W31")
        #expect(server.faults.all == ["c-1"])
    }

    @Test("TK4 TK7 W24 an unknown, expired or foreign task is -32602, always the same")
    func unknown() async throws {
        let server = try TaskServer()
        let mine = try await server.begin("wait", by: alice)
        let strangers = [
            Principal.anonymous, Principal(issuer: "i", subject: "bob"), Principal(issuer: "i", subject: "alice", tenant: "t"),
            Principal(issuer: "j", subject: "alice"),
        ]
        var errors: [JSONValue?] = []
        for stranger in strangers {
            for reply in [
                try await server.get(mine, by: stranger), try await server.update(mine, "{}", by: stranger),
                try await server.cancel(mine, by: stranger),
            ] {
                #expect(reply.status == 400 && reply.code == -32602)
                errors.append(reply.message?["error"])
            }
        }
        errors.append(try await server.get("x", by: alice).message?["error"])
        errors.append(try await server.get(mine.uppercased() + "0", by: alice).message?["error"])
        #expect(try await server.get(mine, by: alice).result?.status == "working")
        server.pass(3_599_999)
        #expect(try await server.get(mine, by: alice).result?.status == "working", "kept for all its life")
        server.pass(1)
        errors.append(try await server.get(mine, by: alice).message?["error"])
        #expect(errors.allSatisfy { $0 != nil && $0 == errors[0] })
        await server.runner.stop()
    }

    @Test("TK7 ids are 128 random bits")
    func ids() async throws {
        let server = try TaskServer()
        var ids: Set<String> = []
        for _ in 0..<50 { ids.insert(try await server.begin("failing")) }
        #expect(ids.count == 50 && ids.allSatisfy { $0.utf8.count == 32 && $0.utf8.allSatisfy("0123456789abcdef".utf8.contains) })
        let first = Set(ids.map { $0.prefix(2) })
        #expect(first.count > 20, "they don't begin alike")
    }

    @Test("TK5 TK6 a cancelled task is so before it is acknowledged, its work stops, and cancelling again changes nothing")
    func cancelled() async throws {
        let server = try TaskServer()
        let id = try await server.begin("wait")
        server.pass(5)
        let acknowledgement = try #require(try await server.cancel(id).result)
        #expect(acknowledgement.names == ["resultType", "_meta"] && acknowledgement["resultType"] == "complete")
        let task = try #require(try await server.get(id).result)
        #expect(task.status == "cancelled" && task.names == Self.summary.union(["resultType", "_meta"]))
        server.pass(5)
        #expect(try await server.cancel(id).result == acknowledgement)
        #expect(try await server.update(id, #"{"x":{"action":"cancel"}}"#).result == acknowledgement)
        server.gate.open()
        // Returns when the work has ended: nothing of it is left.
        await server.runner.stop()
        #expect(try await server.get(id).result == task)
    }

    @Test("TK6 CN3 a cancellation reaches the work, whether it waits for an answer or runs", arguments: [true, false])
    func workStops(isWaiting: Bool) async throws {
        let server = try TaskServer()
        let id = try await server.begin("careful")
        _ = try await server.task(id, is: "input_required")
        if !isWaiting { try await server.update(id, #"{"confirm":{"action":"decline"}}"#) }
        try await server.cancel(id)
        try await server.done.pass()
        #expect(try await server.get(id).result?.status == "cancelled")
    }

    @Test("TK5 cancelling a finished task is acknowledged and leaves it")
    func cancelledTooLate() async throws {
        let server = try TaskServer()
        let id = try await server.begin("failing")
        let task = try await server.task(id, is: "completed")
        #expect(try await server.cancel(id).result?["resultType"] == "complete")
        #expect(try await server.get(id).result == task)
    }

    @Test("TK8 W26 tasks/* without the extension are -32021, whatever the id", arguments: ["tasks/get", "tasks/update", "tasks/cancel"])
    func withoutExtension(method: String) async throws {
        let server = try TaskServer()
        for id in ["gate-test", try await server.begin("wait")] {
            let params = #""taskId":"\#(id)","inputResponses":{}"#
            let reply = try await server.send(server.message(method, params, name: id, capabilities: Self.without))
            #expect(reply.status == 400 && reply.code == -32021)
            #expect(reply.message?["error"]?["data"] == ["requiredCapabilities": ["extensions": ["io.modelcontextprotocol/tasks": [:]]]])
        }
        await server.runner.stop()
    }

    @Test("TK8 V11 W21 what the experimental tasks had is gone, and a task member beside the arguments changes nothing")
    func gone() async throws {
        let server = try TaskServer()
        for method in ["tasks/list", "tasks/result"] {
            let reply = try await server.send(server.message(method, #""taskId":"x""#, name: "x"))
            #expect(reply.status == 404 && reply.code == -32601)
        }
        let params = #""name":"greet","arguments":{"name":"A"},"task":{"ttl":60000}"#
        let reply = try await server.send(server.message("tools/call", params, name: "greet"))
        #expect(reply.result?["resultType"] == "complete" && reply.text == "Hello, A!")
    }

    @Test("TK9 R2 R5 Mcp-Name is the task's id")
    func routing() async throws {
        let server = try TaskServer()
        let id = try await server.begin("wait")
        let params = #""taskId":"\#(id)","inputResponses":{}"#
        let encoded = "=?base64?\(Base64.standard.encode(Array(id.utf8)))?="
        for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
            for (name, code) in [(nil, -32020), ("other", -32020), ("=?base64?x?=", -32020), (id, nil), (encoded, nil)]
                as [(String?, Int64?)]
            {
                let reply = try await server.send(server.message(method, params, name: name))
                #expect(reply.code == code, "\(method) \(name ?? "-")")
                #expect(reply.status == (code == nil ? 200 : 400))
            }
        }
        let early = try await server.send(server.message("tasks/get", params, capabilities: Self.without))
        #expect(early.code == -32020, "W22 before W26")
        await server.runner.stop()
    }

    @Test(
        "W28 M8 parameters of the wrong shape are -32602",
        arguments: [
            ("tasks/get", ""), ("tasks/get", #""taskId":7"#), ("tasks/cancel", #""taskId":null"#),
            ("tasks/update", #""inputResponses":{}"#),
            ("tasks/update", #""taskId":"ID""#), ("tasks/update", #""taskId":"ID","inputResponses":null"#),
            ("tasks/update", #""taskId":"ID","inputResponses":[]"#),
        ]
    )
    func shapes(method: String, params: String) async throws {
        let server = try TaskServer()
        let id = try await server.begin("wait")
        let name = params.contains("ID") ? id : "7"
        let reply = try await server.send(server.message(method, params.replacing("ID", with: id), name: name))
        #expect(reply.status == 400 && reply.code == -32602)
        let refused = try await server.send(server.message(method, params.replacing("ID", with: id), name: name, capabilities: "{}"))
        #expect(refused.code == -32021, "W26 before W28")
        await server.runner.stop()
    }

    @Test("TK12 in a session the tool runs in its request, and tasks are unknown; execution is never sent")
    func legacy() async throws {
        let server = try TaskServer()
        server.gate.open()
        for revision in Revision.allCases where revision.isLegacy {
            let extensions = #"{"tasks":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}"#
            let opening = try await server.send(.post(initialize(revision.description, capabilities: extensions)))
            let session = [try #require(opening.sessionID)]
            let params = #""name":"wait","arguments":{},"task":{"ttl":1}"#
            #expect(try await server.send(.post(request("tools/call", params), session: session)).text == "waited for me")
            for method in ["tasks/get", "tasks/cancel", "tasks/list", "tasks/result"] {
                #expect(try await server.send(.post(request(method, #""taskId":"x""#), session: session)).code == -32601)
            }
            let tools = try await server.send(.post(request("tools/list"), session: session)).result?["tools"]?.elements
            #expect(tools?.contains { $0["execution"] != nil } == false)
        }
        #expect(try await server.send(.post(request("tasks/update", #""taskId":"x""#))).code == -32602, "ER1 rule 5")
        let tools = try await server.send(server.message("tools/list")).result?["tools"]?.elements
        #expect(tools?.contains { $0["execution"] != nil } == false)
    }

    @Test("TK13 a principal has at most so many open tasks; anonymous any number")
    func limit() async throws {
        let server = try TaskServer(openTasks: 3)
        var ids: [String] = []
        for _ in 0..<3 { ids.append(try await server.begin("wait", by: alice)) }
        let refused = try await server.call("wait", by: alice)
        #expect(refused.isToolError && refused.text?.contains("too many tasks are open") == true)
        #expect(try await server.call("wait", by: Principal(issuer: "i", subject: "bob")).result?["resultType"] == "task")
        for _ in 0..<5 { _ = try await server.begin("wait") }
        try await server.cancel(ids[0], by: alice)
        #expect(try await server.call("wait", by: alice).result?["resultType"] == "task")
        #expect(try await server.call("wait", by: alice).isToolError)
        server.pass(3_600_000)
        #expect(try await server.call("wait", by: alice).result?["resultType"] == "task", "expired ones don't count")
        await server.runner.stop()
    }

    @Test("TK13 memory keeps only so many tasks, ended ones included, until they expire")
    func capacity() async throws {
        let server = try TaskServer(store: TasksInMemory(capacity: 2))
        for _ in 0..<2 { _ = try await server.task(try await server.begin("failing"), is: "completed") }
        let refused = try await server.call("failing")
        #expect(refused.isToolError && refused.text == "the server keeps no more tasks now: call again later")
        server.pass(3_600_000)
        #expect(try await server.call("failing").result?["resultType"] == "task")
        await server.runner.stop()
    }

    @Test("TK13 no owner fills the memory alone, and all have only so many bytes", arguments: [true, false])
    func shares(byBytes: Bool) async throws {
        // A task without its result has 512 bytes and its message.
        let store = byBytes ? TasksInMemory(bytes: 1_000) : TasksInMemory(tasksOfOwner: 2)
        let server = try TaskServer(store: store)
        for owner in [Principal.anonymous, alice] {
            for _ in 0..<2 { _ = try await server.task(try await server.begin("failing", by: owner), is: "completed", by: owner) }
            let refused = try await server.call("failing", by: owner)
            #expect(refused.isToolError && refused.text == "the server keeps no more tasks now: call again later")
            if byBytes { server.pass(3_600_000) }
        }
        server.pass(3_600_000)
        for owner in [Principal.anonymous, alice] where !byBytes {
            for _ in 0..<2 { _ = try await server.begin("failing", by: owner) }
        }
        await server.runner.stop()
    }

    @Test("TK13 TK6 a store can fail a task whose replica is gone; what has ended stays")
    func failed() async throws {
        let store = TasksInMemory()
        let (one, other) = (try TaskServer(store: store), try TaskServer(store: store))
        let (gone, ended) = (try await one.begin("wait"), try await one.begin("failing"))
        let before = try await one.task(ended, is: "completed")
        let notices = Mutex<[ChangeNotice]>([])
        let stop = other.server.changes.watch { notice in notices.withLock { $0.append(notice) } }
        defer { stop() }
        for id in [gone, ended] {
            _ = try await store.change(id) { $0.fail(.internalFailure("its server is gone"), at: TaskServer.start + 5) }
        }
        // It doesn't run there, but may be watched there.
        try await other.runner.reread(gone)
        #expect(notices.withLock { $0 } == [ChangeNotice(.task(gone), of: .anonymous)])
        let task = try #require(try await other.get(gone).result)
        #expect(task.status == "failed" && task["error"] == ["code": -32603, "message": "its server is gone"])
        #expect(task["lastUpdatedAt"]?.string?.hasSuffix(".012Z") == true)
        #expect(try await other.get(ended).result == before)
        await one.runner.stop()
    }

    @Test("W31 work that gives up without being cancelled is our fault, for the log")
    func givesUp() async throws {
        let tool = Tool<String>("gives_up", title: "Gives up", "Gives up.", annotations: .reading, tasks: .allowed) { context in
            try await context.asTask { _ in throw CancellationError() }
        }
        let server = try TaskServer([tool])
        _ = try await server.task(try await server.begin("gives_up"), is: "failed")
        #expect(server.faults.all == ["c-1"])
    }

    @Test("TK13 the work of a task that expires is stopped")
    func expiredWork() async throws {
        let server = try TaskServer(lifetime: .milliseconds(10))
        _ = try await server.begin("wait")
        server.pass(10)
        try await server.runner.removeExpired()
        // The gate stays shut: this returns because the work was cancelled.
        await server.runner.stop()
        let asked = try TaskServer(lifetime: .milliseconds(10))
        let id = try await asked.begin("confirm")
        asked.pass(10)
        #expect(try await asked.get(id).code == -32602, "whoever asks for it ends it as well")
        await asked.runner.stop()
        #expect(asked.faults.all.isEmpty)
    }

    @Test("TK13 stopping fails what runs, and takes no more")
    func stopped() async throws {
        let server = try TaskServer()
        let id = try await server.begin("wait")
        await server.runner.stop()
        let task = try #require(try await server.get(id).result)
        #expect(task.status == "failed" && task["error"] == ["code": -32603, "message": "the server that ran this task stopped"])
        #expect(try await server.call("wait").isToolError)
        await server.runner.stop()
    }

    @Test("CN2 TK6 a request that goes away after its task was created leaves the task alone; one that is gone before creates none")
    func abandoned() async throws {
        let server = try TaskServer()
        let id = try await server.begin("wait")
        let message = server.message("tools/call", #""name":"wait""#, name: "wait")
        guard case .run(let invocation) = server.endpoint.receive(message).action else { throw CancellationError() }
        let (engine, gate) = (server.endpoint.engine, Gate())
        let gone = Task {
            try? await gate.pass()
            return await engine.perform(invocation, caller: "me", correlationID: "c-2")
        }
        gone.cancel()
        #expect(await gone.value.isError)
        server.gate.open()
        #expect(try await server.task(id, is: "completed").status == "completed")
    }

    @Test("PR2 L3 in a task there is no progress and no log")
    func silence() async throws {
        let server = try TaskServer()
        let meta =
            #""_meta":{"progressToken":1,"io.modelcontextprotocol/logLevel":"debug","io.modelcontextprotocol/protocolVersion":"2026-07-28","#
        let message = request("tools/call", #"\#(meta)"io.modelcontextprotocol/clientCapabilities":\#(TaskServer.able)},"name":"telling""#)
        let post = HTTPMessage.post(message, version: ["2026-07-28"], method: ["tools/call"], name: ["telling"])
        guard case .run(let invocation) = server.endpoint.receive(post).action else { throw CancellationError() }
        let recorder = Recorder()
        let performed = await server.endpoint.engine.perform(invocation, caller: "me", correlationID: "c", transport: recorder)
        let id = try JSONValue(parsing: performed.message).require("result").requireString("taskId")
        #expect(try await server.task(id, is: "completed")["result"] != nil)
        #expect(recorder.sent.count == 1, "what was said before the task began")
    }

    @Test("TK2 a handler that doesn't let go has one task all the same, and its request that answer")
    func swallowed() async throws {
        let server = try TaskServer()
        let task = try await server.task(try await server.begin("swallowing"), is: "completed")
        #expect(task["result"]?["content"]?.elements.first { _ in true }?["text"] == "first")
    }

    @Test("I1 over a pipe each answer about a task is one line")
    func lines() async throws {
        let server = try TaskServer()
        let id = try await server.begin("wait")
        server.gate.open()
        _ = try await server.task(id, is: "completed")
        var conversation = StdioConversation<String>()
        let line = server.message("tasks/get", #""taskId":"\#(id)""#).body
        guard case .run(let invocation) = conversation.receive(line, by: server.endpoint.engine, now: TestServer.now) else {
            throw CancellationError()
        }
        let performed = await server.endpoint.engine.perform(invocation, caller: "me", correlationID: "c")
        #expect(!performed.message.contains(0x0A))
        #expect(try JSONValue(parsing: performed.message)["result"]?["result"]?["structuredContent"] == ["long": true])
    }
}

/// Keeps what is sent before an answer.
final class Recorder: RequestTransport {
    private let messages = Mutex<[[UInt8]]>([])

    var sent: [[UInt8]] { messages.withLock { $0 } }
    var canAsk: Bool { false }
    var logLevel: LogLevel { .info }
    func send(_ message: [UInt8], _ kind: RequestEmission) { messages.withLock { $0.append(message) } }
    func ask(_ question: OutgoingRequest) async throws -> JSONValue { throw NoAnswer() }
    func reconnect(afterMilliseconds milliseconds: Int) -> Bool { false }
    func remember(_ wish: SessionWish) {}
}

import JSON
import MCP
import Synchronization
import Testing

/// A server whose tools become tasks; time passes when the test says so, and work waits at a gate.
final class TaskServer: Sendable {
    let runner: TaskRunner
    let server: Server<String>
    let gate: Gate
    /// Opens when the work of some task has come to what the test looks at.
    let done: Gate
    let faults: Faults
    private let clock: Clock
    private let test: TestServer

    /// What a client of tasks declares.
    static let able = #"{"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}"#
    /// 2027-01-15T08:00:00.007Z.
    static let start: Int64 = 1_800_000_000_007

    init(
        _ tools: [Tool<String>]? = nil,
        lifetime: Duration? = .seconds(3_600),
        openTasks: Int = 100,
        store: TasksInMemory = TasksInMemory()
    ) throws {
        let (clock, gate, done, faults) = (Clock(), Gate(), Gate(), Faults())
        (self.clock, self.gate, self.done, self.faults) = (clock, gate, done, faults)
        runner = TaskRunner(
            store: store,
            lifetime: lifetime,
            openTasks: openTasks,
            now: { clock.now },
            report: { _, correlationID in faults.add(correlationID) }
        )
        let definition = try ServerDefinition(
            info: CatalogueServer.info,
            tools: tools ?? TaskServer.tools(gate, done),
            announces: [.tools],
            logging: true,
            tasks: runner
        )
        server = Server(definition)
        test = TestServer(definition)
    }

    final class Clock: Sendable {
        private let time = Mutex(TaskServer.start)
        var now: Int64 { time.withLock { $0 } }
        func pass(_ milliseconds: Int64) { time.withLock { $0 += milliseconds } }
    }

    final class Faults: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }
        func add(_ correlationID: String) { list.withLock { $0.append(correlationID) } }
    }

    func pass(_ milliseconds: Int64) { clock.pass(milliseconds) }

    var endpoint: HTTPEndpoint<String> { test.endpoint }

    /// A modern message with the routing headers that belong to it.
    func message(
        _ method: String,
        _ params: String = "",
        name: String? = nil,
        capabilities: String = TaskServer.able,
        by principal: Principal = .anonymous
    ) -> HTTPMessage {
        let meta = #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":\#(capabilities)"#
        let body = request(method, #""_meta":{\#(meta)}"# + (params.isEmpty ? "" : "," + params))
        let names = name.map { [$0] } ?? []
        return .post(body, version: ["2026-07-28"], method: [method], name: names, accept: [], principal: principal)
    }

    @discardableResult
    func send(_ message: HTTPMessage) async throws -> HTTPReply { try await test.send(message) }

    @discardableResult
    func call(
        _ tool: String,
        _ arguments: String = "{}",
        with input: String = "",
        capabilities: String = TaskServer.able,
        by principal: Principal = .anonymous
    ) async throws -> HTTPReply {
        let params = #""name":"\#(tool)","arguments":\#(arguments)"# + (input.isEmpty ? "" : "," + input)
        return try await send(message("tools/call", params, name: tool, capabilities: capabilities, by: principal))
    }

    /// Calls a tool that becomes a task, and gives the task's id.
    func begin(_ tool: String, _ arguments: String = "{}", by principal: Principal = .anonymous) async throws -> String {
        let reply = try await call(tool, arguments, by: principal)
        return try #require(reply.result?["taskId"]?.string, "\(reply)")
    }

    @discardableResult
    func get(_ id: String, capabilities: String = TaskServer.able, by principal: Principal = .anonymous) async throws -> HTTPReply {
        try await send(message("tasks/get", #""taskId":"\#(id)""#, name: id, capabilities: capabilities, by: principal))
    }

    @discardableResult
    func update(
        _ id: String,
        _ responses: String,
        capabilities: String = TaskServer.able,
        by principal: Principal = .anonymous
    ) async throws -> HTTPReply {
        let params = #""taskId":"\#(id)","inputResponses":\#(responses)"#
        return try await send(message("tasks/update", params, name: id, capabilities: capabilities, by: principal))
    }

    @discardableResult
    func cancel(_ id: String, capabilities: String = TaskServer.able, by principal: Principal = .anonymous) async throws -> HTTPReply {
        try await send(message("tasks/cancel", #""taskId":"\#(id)""#, name: id, capabilities: capabilities, by: principal))
    }

    /// The task as soon as it fits or has ended.
    func task(_ id: String, by principal: Principal = .anonymous, once fits: (JSONValue) -> Bool) async throws -> JSONValue {
        let (changes, continuation) = AsyncStream<Void>.makeStream()
        let stop = server.changes.watch { if $0.subject == .task(id) { continuation.yield() } }
        defer { stop() }
        continuation.yield()
        for await _ in changes {
            let task = try #require(try await get(id, by: principal).result)
            if fits(task) || ["completed", "failed", "cancelled"].contains(task.status) { return task }
        }
        throw CancellationError()
    }

    func task(_ id: String, is status: String, by principal: Principal = .anonymous) async throws -> JSONValue {
        let task = try await task(id, by: principal) { $0.status == status }
        #expect(task.status == status)
        return task
    }
}

/// Where work waits until the test lets it go on.
final class Gate: Sendable {
    private let waiting = Mutex<(isOpen: Bool, all: [AsyncStream<Void>.Continuation])>((false, []))

    func open() {
        let all = waiting.withLock { waiting in
            waiting.isOpen = true
            return waiting.all
        }
        for continuation in all { continuation.finish() }
    }

    /// - Throws: `CancellationError`.
    func pass() async throws {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        waiting.withLock { waiting in
            if waiting.isOpen { continuation.finish() } else { waiting.all.append(continuation) }
        }
        for await _ in stream {}
        try Task.checkCancellation()
    }
}

extension TaskServer {
    static func tools(_ gate: Gate = Gate(), _ done: Gate = Gate()) -> [Tool<String>] {
        [
            Tool("greet", title: "Greet", "Greets.", annotations: .reading, .string("name", "Whom.")) { _, name in .text("Hello, \(name)!")
            },
            Tool("wait", title: "Wait", "Waits.", annotations: .reading, tasks: .allowed, .boolean("long", "Whether.", default: true)) {
                context,
                long in
                try await context.asTask(if: long) { context in
                    if long { try await gate.pass() }
                    return .content([.text("waited for \(context.caller)")], structured: Array("{\"long\":\n\(long)}".utf8))
                }
            },
            Tool("careful", title: "Careful", "Cleans up when it is cancelled.", annotations: .reading, tasks: .allowed) { context in
                try await context.asTask { context in
                    do {
                        _ = try await context.ask(.form("confirm", "Go on?", .boolean("b", "B.")))
                        try await gate.pass()
                    } catch {
                        done.open()
                        throw error
                    }
                    return .text("")
                }
            },
            Tool("only", title: "Only", "Is always a task.", annotations: .reading, tasks: .required) { context in
                try await context.asTask("Something special.") { _ in .text("only") }
            },
            Tool("failing", title: "Failing", "Fails.", annotations: .reading, tasks: .required) { context in
                try await context.asTask { _ in .failure("The job failed") }
            },
            Tool("throwing", title: "Throwing", "Throws.", annotations: .reading, tasks: .allowed) { context in
                try await context.asTask { _ in throw ToolFailure("It was thrown") }
            },
            Tool("refusing", title: "Refusing", "Refuses.", annotations: .reading, tasks: .allowed) { context in
                try await context.asTask { _ in throw MCPError.internalFailure("The job broke the protocol") }
            },
            Tool("broken", title: "Broken", "Breaks.", annotations: .reading, tasks: .allowed) { context in
                try await context.asTask { _ in throw TestServer.Broken() }
            },
            Tool("confirm", title: "Confirm", "Asks.", annotations: .reading, tasks: .allowed) { context in
                try await context.asTask { context in
                    let answer = try await context.ask(.form("confirm", "Delete it?", .boolean("confirm", "Sure?")))
                    return .text(answer.content == true ? "Deleted" : "Kept")
                }
            },
            Tool("multi", title: "Multi", "Asks twice at once.", annotations: .reading, tasks: .allowed) { context in
                try await context.asTask { context in
                    let (name, goOn) = try await context.ask(
                        .form("name", "Your name?", .string("name", "Name.")),
                        .form("confirm", "Go on?", .boolean("confirm", "Sure?"))
                    )
                    return .text("name=\(name.content ?? "?"), confirm=\(goOn.content ?? false)")
                }
            },
            Tool("again", title: "Again", "Asks until it is enough.", annotations: .reading, tasks: .allowed) { context in
                try await context.asTask { context in
                    var count = 0
                    while case .accepted(true) = try await context.ask(.form("more", "More?", .boolean("more", "More."))) { count += 1 }
                    return .text("\(count)")
                }
            },
            Tool("impatient", title: "Impatient", "Gives up a question.", annotations: .reading, tasks: .allowed) { context in
                try await context.asTask { context in
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { _ = try? await context.ask(.form("late", "Late?", .boolean("b", "B."))) }
                        group.addTask { try? await gate.pass() }
                        await group.next()
                        group.cancelAll()
                    }
                    let answer = try await context.ask(.form("late", "Now?", .boolean("b", "B.")))
                    return .text(answer.action)
                }
            },
            Tool("sample", title: "Sample", "Samples.", annotations: .reading, tasks: .allowed) { context in
                try await context.asTask { context in
                    let reply = try await context.ask(.sampling("s", SamplingRequest([.user("Hi")], maxTokens: 9)))
                    return .text("\(reply)")
                }
            },
            Tool("first", title: "First", "Asks first.", annotations: .reading, tasks: .required) { context in
                let id = try await context.remember("id") { "an id" }
                let answer = try await context.ask(.form("user_name", "What is your name?", .string("name", "Name.")), sealed: true)
                return try await context.asTask { context in
                    let more = try await context.ask(.form("user_name", "Really?", .boolean("sure", "Sure.")))
                    let again: String = try await context.remember("id") { "another id" }
                    return .text("Hello, \(answer.content ?? "?")! \(more.content ?? false) \(id == again)")
                }
            },
            Tool("telling", title: "Telling", "Tells.", annotations: .reading, tasks: .allowed) { context in
                await context.progress(1, of: 2)
                do {
                    return try await context.asTask { context in
                        await context.progress(2, of: 2)
                        await context.log(.alert, "in a task")
                        done.open()
                        return .text("told")
                    }
                } catch {
                    // So the task speaks before its request is answered.
                    try await done.pass()
                    throw error
                }
            },
            Tool("swallowing", title: "Swallowing", "Doesn't let go.", annotations: .reading, tasks: .allowed) { context in
                _ = try? await context.asTask { _ in .text("first") }
                _ = try? await context.asTask { _ in .text("second") }
                return .text("swallowed")
            },
        ]
    }
}

extension JSONValue {
    var status: String { self["status"]?.string ?? "" }
    /// The keys of its open questions.
    var questions: [String] { self["inputRequests"]?.members.map(\.key) ?? [] }
    var names: Set<String> { Set(members.map(\.key)) }
}

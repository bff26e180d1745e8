import FoundationEssentials
import JSON
import MCP
import Testing

/// Random sequences of requests about tasks against a model of what the rules say.
@Suite("Tasks and their model", .timeLimit(.minutes(3)))
struct TaskModelTests {
    private static let seed = ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)

    /// What is known of one task.
    private struct Model {
        let id: String
        let owner: Principal
        /// How many questions each of the rounds to come asks together.
        var rounds: [Int]
        let end: String
        var open: [String] = []
        var used: Set<String> = []
        /// The task as it is for ever.
        var final: JSONValue?
    }

    /// Asks in rounds, always by the same keys, and comes to an end of the wanted kind.
    private static let tool = Tool<String>(
        "program",
        title: "Program",
        "Asks and ends.",
        annotations: .reading,
        inputSchema: ["type": "object"],
        tasks: .allowed
    ) { context, arguments in
        try await context.asTask { context in
            for count in arguments["rounds"]?.elements.compactMap(\.integer) ?? [] {
                let questions = (0..<count).map { AskedQuestion(.form("q\($0)", "?", .boolean("b", "B."))) }
                _ = try await context.ask(questions)
            }
            switch arguments["end"]?.string {
            case "failed": throw MCPError.internalFailure("failed")
            case "isError": throw ToolFailure("failed")
            default: return .text("done")
            }
        }
    }

    @Test("TK5 TK6 TK7 final states never change, keys are never used again, only open questions take answers")
    func sequences() async throws {
        print("SEED=\(Self.seed)")
        var random = Random(state: Self.seed)
        let principals = [Principal.anonymous, Principal(issuer: "i", subject: "a"), Principal(issuer: "i", subject: "a", tenant: "t")]
        for sequence in 0..<25 {
            let server = try TaskServer([Self.tool])
            var models: [Model] = []
            for _ in 0..<4 {
                let rounds = (0..<Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: 1...3, using: &random) }
                let end = random.pick(["completed", "failed", "isError"])
                let owner = random.pick(principals)
                let id = try await server.begin("program", #"{"rounds":\#(rounds),"end":"\#(end)"}"#, by: owner)
                var model = Model(id: id, owner: owner, rounds: rounds, end: end)
                #expect(try await settle(&model, server) == nil, "seed \(Self.seed)")
                models.append(model)
            }
            for step in 0..<40 {
                let place = Int.random(in: 0..<models.count, using: &random)
                let fault = try await self.step(&models[place], server, principals, &random)
                if let fault {
                    Issue.record("seed \(Self.seed), sequence \(sequence), step \(step): \(fault)")
                    return
                }
            }
            for model in models where model.final != nil {
                #expect(try await server.get(model.id, by: model.owner).result == model.final)
            }
            await server.runner.stop()
        }
    }

    /// One random request, and what is wrong about its answer or the task after it.
    private func step(
        _ model: inout Model,
        _ server: TaskServer,
        _ principals: [Principal],
        _ random: inout Random
    ) async throws -> String? {
        server.pass(Int64.random(in: 0...3, using: &random))
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            guard try await server.cancel(model.id, by: model.owner).status == 200 else { return "cancel was refused" }
            let task = try #require(try await server.get(model.id, by: model.owner).result)
            if model.final == nil {
                guard task.status == "cancelled" else { return "cancel has no effect" }
                (model.final, model.open) = (task, [])
            }
        case 1:
            let owner = model.owner
            let stranger = random.pick(principals.filter { $0 != owner })
            guard try await server.update(model.id, #"{"q0":{"action":"cancel"}}"#, by: stranger).code == -32602 else {
                return "a stranger may answer"
            }
            guard try await server.cancel(model.id, by: stranger).code == -32602 else { return "a stranger may cancel" }
        case 2, 3: break
        default:
            let (responses, taken, isMalformed) = responses(for: model, &random)
            let reply = try await server.update(model.id, responses, by: model.owner)
            guard reply.code == (isMalformed ? -32602 : nil) else { return "\(responses) gave \(reply)" }
            if !isMalformed, !taken.isEmpty {
                model.open.removeAll { taken.contains($0) }
                if model.open.isEmpty { return try await settle(&model, server) }
            }
        }
        return check(model, try #require(try await server.get(model.id, by: model.owner).result))
    }

    /// Answers to some keys, open or not, and which of them must count.
    private func responses(for model: Model, _ random: inout Random) -> (String, taken: Set<String>, isMalformed: Bool) {
        var (members, taken, isMalformed): ([String], Set<String>, Bool) = ([], [], false)
        let keys = Set(model.open + model.used.shuffled(using: &random).prefix(2) + ["other", "q0", "q1.2"]).sorted()
        for key in keys where Bool.random(using: &random) {
            let isOpen = model.open.contains(key)
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                members.append(#""\#(key)":\#(random.pick(["7", "null", #"{"action":"x"}"#, #"{"action":"accept","content":{"b":1}}"#]))"#)
                if isOpen { isMalformed = true }
            case 1: members.append(#""\#(key)":{"action":"accept","content":{}}"#)
            default:
                members.append(#""\#(key)":\#(random.pick([#"{"action":"decline"}"#, #"{"action":"accept","content":{"b":true}}"#]))"#)
                if isOpen { taken.insert(key) }
            }
        }
        return ("{\(members.joined(separator: ","))}", taken, isMalformed)
    }

    private func check(_ model: Model, _ task: JSONValue) -> String? {
        if let final = model.final { return task == final ? nil : "\(final) became \(task)" }
        return task.status == "input_required" && task.questions == model.open ? nil : "\(task) instead of \(model.open)"
    }

    /// Waits until the work has asked its next round or has ended.
    private func settle(_ model: inout Model, _ server: TaskServer) async throws -> String? {
        let task = try await server.task(model.id, by: model.owner) { $0.status == "input_required" }
        guard !model.rounds.isEmpty else {
            model.final = task
            let isRight =
                task.status == (model.end == "failed" ? "failed" : "completed")
                && (task["result"]?["isError"] == true) == (model.end == "isError")
            return isRight ? nil : "ended as \(task)"
        }
        let count = model.rounds.removeFirst()
        model.open = task.questions
        guard task.questions.count == count, model.used.isDisjoint(with: task.questions) else {
            return "\(task.questions) after \(model.used.sorted()), instead of \(count) new ones"
        }
        model.used.formUnion(task.questions)
        return nil
    }

    @Test(
        "TK3 moments are ISO 8601 in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_825_600_123, "2000-02-29T12:00:00.123Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (Int64.max, "9999-12-31T23:59:59.999Z"), (Int64.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func moments(milliseconds: Int64, text: String) async throws {
        #expect(try await moment(milliseconds) == text)
    }

    @Test("TK3 moments of random times are those that Foundation writes")
    func randomMoments() async throws {
        print("SEED=\(Self.seed)")
        var random = Random(state: Self.seed)
        for _ in 0..<300 {
            let seconds = Int64.random(in: -2_208_988_800...32_503_680_000, using: &random)
            let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
            #expect(try await moment(seconds * 1_000 + 45) == text.dropLast() + ".045Z", "seed \(Self.seed)")
        }
    }

    /// What a task says that was created at this time.
    private func moment(_ milliseconds: Int64) async throws -> String? {
        let runner = TaskRunner(lifetime: nil, now: { milliseconds })
        let server = TestServer(try ServerDefinition(info: CatalogueServer.info, tools: [Self.tool], tasks: runner))
        let capabilities = #""io.modelcontextprotocol/clientCapabilities":\#(TaskServer.able)"#
        let params = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\#(capabilities)},"name":"program""#
        let post = HTTPMessage.post(request("tools/call", params), version: ["2026-07-28"], method: ["tools/call"], name: ["program"])
        let created = try await server.send(post).result?["createdAt"]?.string
        await runner.stop()
        return created
    }
}

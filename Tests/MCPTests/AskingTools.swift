import JSON
import MCP

extension AskingServer {
    static let enums: JSONValue = [
        "type": "object",
        "properties": [
            "plain": ["type": "string", "enum": ["a", "b"], "default": "a"],
            "titled": ["type": "string", "oneOf": [["const": "x", "title": "X"], ["const": "y", "title": "Y"]]],
            "named": ["type": "string", "enum": ["o", "p"], "enumNames": ["O", "P"]],
        ],
    ]

    static let multi: JSONValue = [
        "type": "object",
        "properties": [
            "plain": ["type": "array", "items": ["type": "string", "enum": ["a", "b"]], "maxItems": 1],
            "titled": ["type": "array", "items": ["anyOf": [["const": "x", "title": "X"]]]],
        ],
    ]

    private static let nested: JSONValue = ["type": "object", "properties": ["o": ["type": "object"]]]
    private static let lacking: JSONValue = ["type": "object", "properties": [:], "required": ["a"]]
    static let weather = SamplingTool("weather", "Tells the weather.", inputSchema: ["type": "object"])

    static let tools: [Tool<String>] = [
        tool("name") { context in
            let answer = try await context.ask(.form("user_name", "What is your name?", .string("name", "Yours.")))
            return answer.content.map { "Hello, \($0)!" } ?? answer.action
        },
        Tool("confirm", title: "Confirm", "Asks.", annotations: .reading, inputSchema: ["type": "object"]) { context, _ in
            switch try await context.ask(.form("confirm", "Please confirm", .boolean("ok", "")), sealed: true) {
            case .accepted(let ok): .text(ok ? "state-ok" : "not ok")
            case .declined: .text("declined")
            case .cancelled: .text("cancelled")
            }
        },
        tool("other") { context in
            try await context.ask(.form("confirm", "Please confirm", .boolean("ok", "")), sealed: true).action
        },
        tool("three") { context in
            let (name, greeting, roots) = try await context.ask(
                .form("user_name", "What is your name?", .string("name", "")),
                .sampling("greeting", SamplingRequest("Generate a greeting", maxTokens: 50)),
                .roots("client_roots"),
                sealed: true
            )
            return "\(greeting.text), \(name.content ?? "-")! Roots: \(roots.map(\.uri).joined(separator: ", "))"
        },
        tool("rounds") { context in
            let one = try await context.ask(.form("step1", "One?", .string("a", "")), sealed: true)
            let two = try await context.ask(.form("step2", "Two, \(one.content ?? "")?", .integer("b", "")), sealed: true)
            let three = try await context.ask(.form("step3", "Three?", .boolean("c", "")), sealed: true)
            return "\(one.content ?? "-") \(two.content ?? 0) \(three.content ?? false)"
        },
        tool("open_rounds") { context in
            let one = try await context.ask(.form("step1", "One?", .string("a", "")))
            let two = try await context.ask(.form("step2", "Two?", .string("b", "")))
            return "\(one.content ?? "-") \(two.content ?? "-")"
        },
        tool("open_then_sealed") { context in
            _ = try await context.ask(.form("same", "Same?", .boolean("ok", "")))
            return try await context.ask(.form("same", "Same?", .boolean("ok", "")), sealed: true).action
        },
        tool("remembers") { context in
            let uid = try await context.remember("uid") { "u\(made.next())" }
            let more = try await context.remember("more") { () async throws -> JSONValue in ["n": 1] }
            let answer = try await context.ask(.form("who", "Who?", .string("name", "")))
            return "\(uid) \(more["n"]?.integer ?? 0) \(answer.content ?? "-")"
        },
        tool("sample") { context in
            let reply = try await context.ask(.sampling("s", SamplingRequest("Capital of France?", maxTokens: 100)))
            return "\(reply.text) \(reply.model) \(reply.stopReason ?? "-") \(reply.content.count)"
        },
        tool("sample_all") { context in
            let request = SamplingRequest(
                [
                    .user("What is it like?"),
                    SamplingMessage(.user, [.image([1], mimeType: "image/png"), .audio([2], mimeType: "audio/wav")]), .assistant("Hm."),
                ],
                maxTokens: 9,
                systemPrompt: "Be short.",
                temperature: 0.5,
                stopSequences: ["."],
                preferences: ModelPreferences(hints: ["small"], cost: 2, speed: 0.5, intelligence: .nan)
            )
            return try await context.ask(.sampling("s", request)).text
        },
        tool("sample_tools") { context in
            let request = SamplingRequest(
                [
                    .user("Weather?"), SamplingMessage(.assistant, [.text("I look."), .toolUse(id: "1", name: "weather", input: [:])]),
                    SamplingMessage(.user, [.toolResult(id: "1", [.text("sun")]), .toolResult(id: "2", [], isError: true)]),
                ],
                maxTokens: 9,
                tools: [weather],
                toolChoice: .auto
            )
            let reply = try await context.ask(.sampling("s", request))
            guard case .toolUse(let id, let name, let input)? = reply.content.last else { return reply.text }
            return "\(id) \(name) \(input["city"]?.string ?? "-")"
        },
        tool("roots") { context in
            try await context.ask(.roots("r")).map { "\($0.uri) \($0.name ?? "-")" }.joined(separator: ", ")
        },
        tool("visit") { context in
            try await context.ask(.url("visit", "Please visit", "https://example.com/visit")).action
        },
        tool("raw") { context in
            let answer = try await context.ask(.form("input", "Please choose", schema: enums))
            return "\(answer.action) \(answer.content.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "{}")"
        },
        tool("multi") { context in
            let answer = try await context.ask(.form("input", "Please choose", schema: multi))
            return "\(answer.action) \(answer.content.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "{}")"
        },
        tool("defaults") { context in
            let answer = try await context.ask(
                .form(
                    "input",
                    "Please check these values",
                    .string("name", "Name.", title: "Name", length: 1...5, default: "John"),
                    .integer("age", "Age.", in: 0...150, default: 30),
                    .number("score", "Score.", in: 0...100, default: 95.5),
                    .choice(
                        "status",
                        "Status.",
                        of: [FormChoice("active"), FormChoice("inactive", title: "Not active")],
                        default: "active"
                    ),
                    .boolean("verified", "Verified.", default: true)
                )
            )
            guard case .accepted((let name, let age, let score, let status, let verified)) = answer else { return answer.action }
            return "\(name) \(age) \(score) \(status) \(verified)"
        },
        tool("optionals") { context in
            let answer = try await context.ask(
                .form(
                    "input",
                    "?",
                    .optionalString("mail", format: .email),
                    .optionalInteger("n"),
                    .optionalNumber("x"),
                    .optionalBoolean("b"),
                    .optionalChoice("c", of: ["p", "q"]),
                    .string("at", "", format: .dateTime)
                )
            )
            guard case .accepted((let mail, let n, let x, let b, let c, let at)) = answer else { return answer.action }
            return "\(mail ?? "-") \(n ?? -1) \(x ?? -1) \(b ?? false) \(c ?? "-") \(at)"
        },
        tool("several") { context in
            let answer = try await context.ask(
                .form(
                    "input",
                    "?",
                    .choices("some", "", of: ["p", "q", "r"], count: 1...2),
                    .choices("any", "", of: ["s"], default: ["s"])
                )
            )
            guard case .accepted((let some, let any)) = answer else { return answer.action }
            return "\(some.joined()) \(any.joined())"
        },
        tool("declared") { context in
            let name = Question.form("user_name", "Name?", .string("name", ""))
            let greeting = Question.sampling("greeting", SamplingRequest("Greet", maxTokens: 9))
            let roots = Question.roots("client_roots")
            var questions: [AskedQuestion] = []
            if context.canAsk(name) { questions.append(AskedQuestion(name)) }
            if context.canAsk(greeting) { questions.append(AskedQuestion(greeting)) }
            if context.canAsk(roots) { questions.append(AskedQuestion(roots)) }
            guard !questions.isEmpty else { return "No capability declared" }
            return "Asked: " + (try await context.ask(questions).keys.sorted().joined(separator: ", "))
        },
        tool("needs") { context in
            try context.require(.sampling)
            return "The client can sample"
        },
        tool("changing") { context in
            try await context.ask(.form("c", "Delete \(made.next()) items?", .boolean("ok", "")), sealed: true).action
        },
        tool("huge") { context in
            _ = try await context.remember("x") { String(repeating: "x", count: 16_384) }
            return try await context.ask(.roots("r")).description
        },
        tool("swallows") { context in
            (try? await context.ask(.roots("r")))?.description ?? "nobody"
        },
        tool("rewraps") { context in
            do {
                return try await context.ask(.roots("r")).description
            } catch {
                throw ToolFailure("it failed")
            }
        },
        tool("bad_schema") { context in
            try await context.ask(.form("f", "?", schema: nested)).action
        },
        tool("bad_twice") { context in
            try await context.ask(.form("f", "?", .string("a", ""), .string("a", ""))).action
        },
        tool("bad_required") { context in
            try await context.ask(.form("f", "?", schema: lacking)).action
        },
        tool("bad_keys") { context in
            let (a, b) = try await context.ask(.roots("k"), .roots("k"))
            return "\(a) \(b)"
        },
        tool("bad_url") { context in try await context.ask(.url("u", "?", "http://example.com")).action },
        tool("bad_messages") { context in
            let mixed = SamplingMessage(.user, [.toolResult(id: "1", []), .text("and")])
            return try await context.ask(.sampling("s", SamplingRequest([mixed], maxTokens: 1))).text
        },
    ]

    /// How many ids were made; tests only compare them.
    private static let made = Counter()

    private static func tool(_ name: String, _ run: @escaping @Sendable (RequestContext<String>) async throws -> String) -> Tool<String> {
        Tool<String>(name, title: name, "Asks.", annotations: .reading) { context in .text(try await run(context)) }
    }
}

import MCP

/// Tools whose questions are results in 2026-07-28.
enum InputTools {
    static let all = [elicitation, sampling, roots, requestState, several, rounds, tampered, capabilities]

    private static let elicitation = Tool<Void>(
        "test_input_required_result_elicitation",
        title: "A question to the user",
        "Asks for a name.",
        annotations: .reading
    ) { context in
        let answer = try await context.ask(.form("user_name", "What is your name?", .string("name")))
        return .text("Hello, \(answer.text)!")
    }

    private static let sampling = Tool<Void>(
        "test_input_required_result_sampling",
        title: "A question to the model",
        "Asks for a capital.",
        annotations: .reading
    ) { context in
        let question = SamplingRequest("What is the capital of France?", maxTokens: 100)
        return .text(try await context.ask(.sampling("capital_question", question)).text)
    }

    private static let roots = Tool<Void>(
        "test_input_required_result_list_roots",
        title: "A question for the roots",
        "Asks for the client's roots.",
        annotations: .reading
    ) { context in
        let roots = try await context.ask(.roots("client_roots"))
        return .text("Roots: \(roots.map(\.uri).joined(separator: ", "))")
    }

    private static let requestState = confirming("test_input_required_result_request_state", title: "A sealed question")

    private static let several = Tool<Void>(
        "test_input_required_result_multiple_inputs",
        title: "Several questions",
        "Asks for a name, a greeting and the roots, all at once.",
        annotations: .reading
    ) { context in
        let (name, greeting, roots) = try await context.ask(
            .form("user_name", "What is your name?", .string("name")),
            .sampling("greeting", SamplingRequest("Generate a greeting", maxTokens: 50)),
            .roots("client_roots"),
            sealed: true
        )
        return .text("\(greeting.text), \(name.text)! Roots: \(roots.map(\.uri).joined(separator: ", "))")
    }

    private static let rounds = Tool<Void>(
        "test_input_required_result_multi_round",
        title: "Two rounds",
        "Asks for a name, then for a color.",
        annotations: .reading
    ) { context in
        let name = try await context.ask(.form("step1", "Step 1: What is your name?", .string("name")), sealed: true)
        let color = try await context.ask(.form("step2", "Step 2: What is your favorite color?", .string("color")), sealed: true)
        return .text("\(name.text) likes \(color.text)")
    }

    private static let tampered = confirming("test_input_required_result_tampered_state", title: "A state to tamper with")

    private static let capabilities = Tool<Void>(
        "test_input_required_result_capabilities",
        title: "Questions by capability",
        "Asks one question for each capability that the client declares.",
        annotations: .reading
    ) { context in
        let name: Question<FormAnswer<String>> = .form("user_name", "What is your name?", .string("name"))
        let greeting: Question<SamplingReply> = .sampling("greeting", SamplingRequest("Generate a greeting", maxTokens: 50))
        let roots: Question<[Root]> = .roots("client_roots")
        var questions: [AskedQuestion] = []
        if context.canAsk(name) { questions.append(AskedQuestion(name)) }
        if context.canAsk(greeting) { questions.append(AskedQuestion(greeting)) }
        if context.canAsk(roots) { questions.append(AskedQuestion(roots)) }
        guard !questions.isEmpty else { return .text("No capability declared") }
        _ = try await context.ask(questions)
        return .text("Asked: \(questions.map(\.key).joined(separator: ", "))")
    }

    private static func confirming(_ name: String, title: String) -> Tool<Void> {
        Tool(name, title: title, "Asks for a confirmation, and takes it only with the state that it sent.", annotations: .reading) {
            context in
            let answer = try await context.ask(.form("confirm", "Please confirm", .boolean("ok")), sealed: true)
            if case .accepted = answer { return .text("state-ok") }
            return .text("state-\(answer.action)")
        }
    }
}

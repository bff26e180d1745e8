import MCP

/// Tools that may become tasks.
enum TaskTools {
    static let all = [greet, slowCompute, failingJob, protocolErrorJob, confirmDelete, multiInput, withTask]

    /// What a server without tasks has of them.
    static let withoutTasks = all.filter { $0.tasks != .required }

    private static let greet = Tool<Void>(
        "greet",
        title: "Greet",
        "Greets, at once.",
        annotations: .reading,
        .string("name", "Whom.")
    ) { _, name in
        .text("Hello, \(name)!")
    }

    private static let slowCompute = Tool<Void>(
        "slow_compute",
        title: "Compute slowly",
        "Takes the time it is told.",
        annotations: .reading,
        tasks: .allowed,
        .number("seconds", "How long.", in: 0...120),
        .optionalString("label", "What to call it.")
    ) { context, seconds, label in
        try await context.asTask(if: seconds > 0) { _ in
            try await Task.sleep(for: .seconds(seconds))
            return .text("Computed \(label ?? "(none)") in \(shortest(seconds)) s")
        }
    }

    private static let failingJob = Tool<Void>(
        "failing_job",
        title: "Failing job",
        "Fails after a second.",
        annotations: .reading,
        tasks: .required
    ) { context in
        try await context.asTask { _ in
            try await Task.sleep(for: .seconds(1))
            throw ToolFailure("The job failed")
        }
    }

    private static let protocolErrorJob = Tool<Void>(
        "protocol_error_job",
        title: "Job with a protocol error",
        "Breaks off with an error of the protocol.",
        annotations: .reading,
        tasks: .allowed
    ) { context in
        try await context.asTask { _ in
            try await Task.sleep(for: .milliseconds(500))
            throw MCPError.internalFailure("The job broke the protocol")
        }
    }

    private static let confirmDelete = Tool<Void>(
        "confirm_delete",
        title: "Delete after a question",
        "Asks the user before it deletes.",
        annotations: ToolAnnotations(readOnly: false, destructive: true, idempotent: true),
        tasks: .allowed,
        .string("filename", "Which file.")
    ) { context, name in
        try await context.asTask { context in
            let answer = try await context.ask(.form("confirm", "Delete \(name)?", .boolean("confirm")), sealed: true)
            if case .accepted(true) = answer { return .text("Deleted \(name)") }
            return .text("Kept \(name)")
        }
    }

    private static let multiInput = Tool<Void>(
        "multi_input",
        title: "Two questions",
        "Asks the user two questions at once.",
        annotations: .reading,
        tasks: .allowed
    ) { context in
        try await context.asTask { context in
            let (name, confirm) = try await context.ask(
                .form("name", "Your name?", .string("name")),
                .form("confirm", "Go on?", .boolean("confirm"))
            )
            return .text("name=\(name.text), confirm=\(confirm.text)")
        }
    }

    private static let withTask = Tool<Void>(
        "test_tool_with_task",
        title: "A question, then a task",
        "Asks for a name, then greets from a task.",
        annotations: .reading,
        tasks: .required
    ) { context in
        let name = try await context.ask(.form("user_name", "What is your name?", .string("name")))
        return try await context.asTask { _ in
            try await Task.sleep(for: .milliseconds(300))
            return .text("Hello, \(name.text)! This came from a task.")
        }
    }
}

/// `2` and not `2.0`.
private func shortest(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
}

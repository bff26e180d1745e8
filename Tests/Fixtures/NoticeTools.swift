import MCP

/// Tools that say something before they answer, or change what the server offers.
enum NoticeTools {
    static func all(_ fixtures: Fixtures) -> [Tool<Void>] {
        [progress, logging, log, reconnection, toolChange(fixtures), promptChange(fixtures)]
    }

    private static let progress = Tool<Void>(
        "test_tool_with_progress",
        title: "Progress",
        "Tells three times how far it is.",
        annotations: .reading
    ) { context in
        for percent in [0.0, 50, 100] {
            await context.progress(percent, of: 100)
            try await Task.sleep(for: .milliseconds(50))
        }
        return .text("Progress test completed")
    }

    private static let logging = Tool<Void>(
        "test_tool_with_logging",
        title: "Log messages",
        "Sends three log messages.",
        annotations: .reading
    ) { context in
        for text in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
            await context.log(.info, text, logger: "fixtures")
            try await Task.sleep(for: .milliseconds(50))
        }
        return .text("Logging test completed")
    }

    private static let log = Tool<Void>(
        "test_logging_tool",
        title: "One log message",
        "Sends one log message, if the client wants it.",
        annotations: .reading
    ) { context in
        await context.log(.info, "test_logging_tool was called")
        return .text("Logging tool completed")
    }

    private static let reconnection = Tool<Void>(
        "test_reconnection",
        title: "Reconnection",
        "Closes its connection while it works; the answer waits for the client to come back.",
        annotations: .reading
    ) { context in
        try await Task.sleep(for: .milliseconds(100))
        await context.releaseConnection(clientReturnsAfter: .milliseconds(500))
        try await Task.sleep(for: .milliseconds(300))
        return .text("Reconnection test completed")
    }

    private static func toolChange(_ fixtures: Fixtures) -> Tool<Void> {
        Tool(
            "test_trigger_tool_change",
            title: "Change the tools",
            "Adds the tool test_dynamic_tool, or removes it.",
            annotations: .adding
        ) { _ in
            try fixtures.toggleTool()
            return .text("Tool list changed")
        }
    }

    private static func promptChange(_ fixtures: Fixtures) -> Tool<Void> {
        Tool(
            "test_trigger_prompt_change",
            title: "Change the prompts",
            "Adds the prompt test_dynamic_prompt, or removes it.",
            annotations: .adding
        ) { _ in
            try fixtures.togglePrompt()
            return .text("Prompt list changed")
        }
    }

    /// What `test_trigger_tool_change` adds.
    static let dynamicTool = Tool<Void>(
        "test_dynamic_tool",
        title: "Dynamic tool",
        "Is there at one moment and gone at the next.",
        annotations: .reading
    ) { _ in
        .text("I come and go.")
    }
}

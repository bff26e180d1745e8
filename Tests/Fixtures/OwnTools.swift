import JSON
import MCP

/// Tools that our own tests need.
enum OwnTools {
    static func all(_ fixtures: Fixtures) -> [Tool<Void>] {
        [structured, resourceLink, wait(fixtures), counters(fixtures), big, touch(fixtures), urlElicitation, ui]
    }

    private static let structured = Tool<Void>(
        "test_structured",
        title: "Structured content",
        "Answers with structured content.",
        annotations: .reading,
        output: [
            "type": "object",
            "properties": [
                "text": ["type": "string"],
                "number": ["type": "number"],
                "flag": ["type": "boolean"],
                "list": ["type": "array", "items": ["type": "integer"]],
                "none": ["type": "null"],
            ],
            "required": ["text", "number", "flag", "list", "none"],
        ]
    ) { _ in
        .structured(Array(#"{"text":"hello","number":1.5,"flag":true,"list":[1,2,3],"none":null}"#.utf8))
    }

    private static let resourceLink = Tool<Void>(
        "test_resource_link",
        title: "Resource link",
        "Answers with a link to a resource.",
        annotations: .reading
    ) { _ in
        .content([.resourceLink(ResourceLink(uri: "test://static-text", name: "static-text"))])
    }

    private static func wait(_ fixtures: Fixtures) -> Tool<Void> {
        Tool(
            "test_wait",
            title: "Wait",
            "Waits, and stops when it is cancelled.",
            annotations: .reading,
            .integer("ms", "How many milliseconds.", in: 0...120_000)
        ) { _, milliseconds in
            try await fixtures.counting {
                try await Task.sleep(for: .milliseconds(milliseconds))
                return .text("Waited \(milliseconds) ms")
            }
        }
    }

    private static func counters(_ fixtures: Fixtures) -> Tool<Void> {
        Tool(
            "test_counters",
            title: "Counters",
            "How often test_wait was started, finished and cancelled.",
            annotations: ToolAnnotations(readOnly: true, destructive: false, idempotent: false),
            output: [
                "type": "object",
                "properties": ["started": ["type": "integer"], "finished": ["type": "integer"], "cancelled": ["type": "integer"]],
                "required": ["started", "finished", "cancelled"],
            ]
        ) { _ in
            let counters = fixtures.counters
            return .structured(
                Array(#"{"started":\#(counters.started),"finished":\#(counters.finished),"cancelled":\#(counters.cancelled)}"#.utf8)
            )
        }
    }

    private static let big = Tool<Void>(
        "test_big",
        title: "Big text",
        "Answers with a long text.",
        annotations: .reading,
        .integer("bytes", "How many bytes.", in: 0...8_388_608)
    ) { _, count in
        .text(String(repeating: "x", count: count))
    }

    private static func touch(_ fixtures: Fixtures) -> Tool<Void> {
        Tool(
            "test_touch_resource",
            title: "Touch a resource",
            "Raises the version of test://watched-resource.",
            annotations: .adding
        ) { _ in
            fixtures.touch()
            return .text("Touched")
        }
    }

    private static let urlElicitation = Tool<Void>(
        "test_url_elicitation",
        title: "Visit a page",
        "Asks the user to open a page.",
        annotations: .reading
    ) { context in
        let answer = try await context.ask(.url("visit", "Please visit", "https://example.com/visit"))
        return .text("Visited: \(answer.action)")
    }

    private static let ui = Tool<Void>(
        "test_ui",
        title: "Card",
        "Shows a card in hosts that have pages.",
        annotations: .reading,
        output: ["type": "object", "properties": ["title": ["type": "string"]], "required": ["title"]],
        ui: ToolUI(page: FixtureResources.card)
    ) { _ in
        .content([.text("Card")], structured: Array(#"{"title":"Card"}"#.utf8))
    }
}

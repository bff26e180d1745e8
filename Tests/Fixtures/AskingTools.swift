import JSON
import MCP

/// Tools that ask the client: one handler each, for both eras.
enum AskingTools {
    static let all = [sampling, elicitation, defaults, choices, missingCapability, streaming]

    private static let sampling = Tool<Void>(
        "test_sampling",
        title: "Sampling",
        "Asks the client's model.",
        annotations: .reading,
        .string("prompt", "What to ask it.")
    ) { context, prompt in
        let answer = try await context.ask(.sampling("sampling", SamplingRequest(prompt, maxTokens: 100)))
        return .text("LLM response: \(answer.text)")
    }

    private static let elicitation = Tool<Void>(
        "test_elicitation",
        title: "Elicitation",
        "Asks the user for a name and an address.",
        annotations: .reading,
        .string("message", "What to tell the user.")
    ) { context, message in
        let answer = try await context.ask(.form("input", message, schema: userForm))
        return .text("User response: \(answer.inWords)")
    }

    private static let defaults = Tool<Void>(
        "test_elicitation_sep1034_defaults",
        title: "Elicitation with defaults",
        "Asks the user to check values that are filled in.",
        annotations: .reading
    ) { context in
        let answer = try await context.ask(.form("input", "Please check these values", schema: filledForm))
        return .text("Elicitation completed: \(answer.inWords)")
    }

    private static let choices = Tool<Void>(
        "test_elicitation_sep1330_enums",
        title: "Elicitation with choices",
        "Asks the user to choose, in five ways.",
        annotations: .reading
    ) { context in
        let answer = try await context.ask(.form("input", "Please choose", schema: choicesForm))
        return .text("Elicitation completed: \(answer.inWords)")
    }

    private static let missingCapability = Tool<Void>(
        "test_missing_capability",
        title: "Missing capability",
        "Works only for clients that can sample.",
        annotations: .reading
    ) { context in
        try context.require(.sampling)
        return .text("The client can sample")
    }

    private static let streaming = Tool<Void>(
        "test_streaming_elicitation",
        title: "Progress, then a question",
        "Tells how far it is, then asks the user to confirm.",
        annotations: .reading
    ) { context in
        await context.progress(1, of: 2)
        switch try await context.ask(.form("confirm", "Please confirm", .boolean("confirmed"))) {
        case .accepted(let confirmed): return .text("Confirmed: \(confirmed)")
        case let refused: return .text("Confirmed: \(refused.action)")
        }
    }

    private static let userForm: JSONValue = [
        "type": "object",
        "properties": [
            "username": ["type": "string", "description": "User's response"],
            "email": ["type": "string", "description": "User's email address"],
        ],
        "required": ["username", "email"],
    ]

    private static let filledForm: JSONValue = [
        "type": "object",
        "properties": [
            "name": ["type": "string", "default": "John Doe"],
            "age": ["type": "integer", "default": 30],
            "score": ["type": "number", "default": 95.5],
            "status": ["type": "string", "enum": ["active", "inactive", "pending"], "default": "active"],
            "verified": ["type": "boolean", "default": true],
        ],
    ]

    private static let choicesForm: JSONValue = [
        "type": "object",
        "properties": [
            "untitledSingle": ["type": "string", "enum": ["option1", "option2", "option3"]],
            "titledSingle": [
                "type": "string",
                "oneOf": [
                    ["const": "value1", "title": "First Option"],
                    ["const": "value2", "title": "Second Option"],
                    ["const": "value3", "title": "Third Option"],
                ],
            ],
            "legacyEnum": [
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            ],
            "untitledMulti": ["type": "array", "items": ["type": "string", "enum": ["option1", "option2", "option3"]]],
            "titledMulti": [
                "type": "array",
                "items": [
                    "anyOf": [
                        ["const": "value1", "title": "First Choice"],
                        ["const": "value2", "title": "Second Choice"],
                        ["const": "value3", "title": "Third Choice"],
                    ]
                ],
            ],
        ],
    ]
}

import JSON
import MCP

/// What people can choose.
enum FixturePrompts {
    static let all = [simple, arguments, embeddedResource, image, inputRequired]

    private static let simple = Prompt<Void>(
        "test_simple_prompt",
        title: "Simple prompt",
        "One message without arguments."
    ) { _ in
        [.user("This is a simple prompt for testing.")]
    }

    private static let arguments = Prompt<Void>(
        "test_prompt_with_arguments",
        title: "Prompt with arguments",
        "One message made of two arguments.",
        .string("arg1", "The first.", completing: .among(["paris", "park", "party", "tokyo"])),
        .string("arg2", "The second.")
    ) { _, first, second in
        [.user("Prompt with arguments: arg1='\(first)', arg2='\(second)'")]
    }

    private static let embeddedResource = Prompt<Void>(
        "test_prompt_with_embedded_resource",
        title: "Prompt with a resource",
        "Two messages: a resource, and what to do with it.",
        .string("resourceUri", "The address that the resource shall have.")
    ) { _, uri in
        let text = EmbeddedResource.Body.text("Embedded resource content for testing.")
        return [
            .user(.resource(EmbeddedResource(uri: uri, mimeType: "text/plain", text))),
            .user("Please process the embedded resource above."),
        ]
    }

    private static let image = Prompt<Void>(
        "test_prompt_with_image",
        title: "Prompt with an image",
        "Two messages: an image, and what to do with it."
    ) { _ in
        [.user(.image(Samples.png, mimeType: "image/png")), .user("Please analyze the image above.")]
    }

    private static let inputRequired = Prompt<Void>(
        "test_input_required_result_prompt",
        title: "Prompt that asks",
        "One message made of what the user answers."
    ) { context in
        let answer = try await context.ask(.form("user_context", "What context should the prompt use?", .string("context")))
        return [.user("Use this context: \(answer.text)")]
    }

    /// What `test_trigger_prompt_change` adds.
    static let dynamic = Prompt<Void>(
        "test_dynamic_prompt",
        title: "Dynamic prompt",
        "Is there at one moment and gone at the next."
    ) { _ in
        [.user("I come and go.")]
    }
}

/// A text as JSON.
func quoted(_ text: String) -> String {
    String(decoding: JSONValue(stringLiteral: text).bytes, as: UTF8.self)
}

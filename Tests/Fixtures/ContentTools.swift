import JSON
import MCP

/// Tools that show each kind of content, and errors.
enum ContentTools {
    static let all = [simpleText, image, audio, embeddedResource, mixed, error, schema]

    private static let simpleText = Tool<Void>(
        "test_simple_text",
        title: "Simple text",
        "Answers with one text.",
        annotations: .reading
    ) { _ in
        .text("This is a simple text response for testing.")
    }

    private static let image = Tool<Void>(
        "test_image_content",
        title: "Image",
        "Answers with one image.",
        annotations: .reading
    ) { _ in
        .content([.image(Samples.png, mimeType: "image/png")])
    }

    private static let audio = Tool<Void>(
        "test_audio_content",
        title: "Audio",
        "Answers with one sound.",
        annotations: .reading
    ) { _ in
        .content([.audio(Samples.wav, mimeType: "audio/wav")])
    }

    private static let embeddedResource = Tool<Void>(
        "test_embedded_resource",
        title: "Embedded resource",
        "Answers with one embedded resource.",
        annotations: .reading
    ) { _ in
        let text = EmbeddedResource.Body.text("This is an embedded resource content.")
        return .content([.resource(EmbeddedResource(uri: "test://embedded-resource", mimeType: "text/plain", text))])
    }

    private static let mixed = Tool<Void>(
        "test_multiple_content_types",
        title: "Several kinds of content",
        "Answers with a text, an image and a resource.",
        annotations: .reading
    ) { _ in
        let text = EmbeddedResource.Body.text(#"{"test":"data","value":123}"#)
        return .content([
            .text("Multiple content types test:"),
            .image(Samples.png, mimeType: "image/png"),
            .resource(EmbeddedResource(uri: "test://mixed-content-resource", mimeType: "application/json", text)),
        ])
    }

    private static let error = Tool<Void>(
        "test_error_handling",
        title: "Error",
        "Fails on purpose.",
        annotations: .reading
    ) { _ in
        throw ToolFailure("This tool intentionally returns an error for testing")
    }

    private static let schema = Tool<Void>(
        "json_schema_2020_12_tool",
        title: "JSON Schema 2020-12",
        "Has a schema with many keywords of JSON Schema 2020-12, and repeats its arguments.",
        annotations: .reading,
        inputSchema: [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": [
                "address": [
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": ["street": ["type": "string"], "city": ["type": "string"]],
                ]
            ],
            "properties": [
                "name": ["type": "string"],
                "address": ["$ref": "#/$defs/address"],
                "contactMethod": ["type": "string", "enum": ["phone", "email"]],
                "phone": ["type": "string"],
                "email": ["type": "string"],
            ],
            "allOf": [["anyOf": [["required": ["phone"]], ["required": ["email"]]]]],
            "if": ["properties": ["contactMethod": ["const": "phone"]], "required": ["contactMethod"]],
            "then": ["required": ["phone"]],
            "else": ["required": ["email"]],
            "additionalProperties": false,
        ]
    ) { _, arguments in
        .text("Arguments: \(arguments.compact)")
    }
}

public import JSON

/// One piece of what is said to a client's model, or by it.
public enum SamplingContent: Sendable, Equatable {
    case text(String)
    /// Raw bytes, sent as base64.
    case image([UInt8], mimeType: String)
    /// Raw bytes, sent as base64; clients of 2024-11-05 get a text that names it.
    case audio([UInt8], mimeType: String)
    /// The model wants a tool to be used.
    case toolUse(id: String, name: String, input: JSONValue)
    /// What the tool gave.
    case toolResult(id: String, [ContentBlock], isError: Bool = false)

    var isToolUse: Bool {
        switch self {
        case .toolUse, .toolResult: true
        default: false
        }
    }

    var isToolResult: Bool {
        if case .toolResult = self { true } else { false }
    }

    func write(to writer: inout JSONWriter, for revision: Revision) {
        switch self {
        case .text(let text): ContentBlock.text(text).write(to: &writer, for: revision)
        case .image(let bytes, let mimeType): ContentBlock.image(bytes, mimeType: mimeType).write(to: &writer, for: revision)
        case .audio(let bytes, let mimeType): ContentBlock.audio(bytes, mimeType: mimeType).write(to: &writer, for: revision)
        case .toolUse(let id, let name, let input):
            writer.object { writer in
                writer.member("type", "tool_use")
                writer.member("id", id)
                writer.member("name", name)
                writer.member("input", input)
            }
        case .toolResult(let id, let blocks, let isError):
            writer.object { writer in
                writer.member("type", "tool_result")
                writer.member("toolUseId", id)
                writer.key("content")
                writer.array { writer in
                    for block in blocks { block.write(to: &writer, for: revision) }
                }
                if isError { writer.member("isError", true) }
            }
        }
    }

    /// Reads what a model says.
    init(_ block: JSONValue) throws(UnfitAnswer) {
        switch block["type"]?.string {
        case "text":
            guard let text = block["text"]?.string else { throw .malformed("a text block needs text, a string") }
            self = .text(text)
        case "image":
            let (bytes, mimeType) = try SamplingContent.data(of: block)
            self = .image(bytes, mimeType: mimeType)
        case "audio":
            let (bytes, mimeType) = try SamplingContent.data(of: block)
            self = .audio(bytes, mimeType: mimeType)
        case "tool_use":
            guard let id = block["id"]?.string, let name = block["name"]?.string, let input = block.object("input") else {
                throw .malformed("a tool_use block needs id, name and input")
            }
            self = .toolUse(id: id, name: name, input: input.copied())
        default: throw .malformed("content must be text, image, audio or tool_use")
        }
    }

    private static func data(of block: JSONValue) throws(UnfitAnswer) -> ([UInt8], mimeType: String) {
        guard let mimeType = block["mimeType"]?.string, let data = block["data"]?.string, let bytes = Base64.standard.decode(data.utf8)
        else {
            throw .malformed("a block needs mimeType and data in Base64")
        }
        return (bytes, mimeType)
    }
}

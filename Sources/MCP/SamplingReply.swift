import JSON

/// What a client's model said.
public struct SamplingReply: Sendable, Equatable {
    public let role: Role
    /// One block, or several where the model used tools.
    public let content: [SamplingContent]
    /// Which model it was; empty if the client didn't say.
    public let model: String
    /// `endTurn`, `stopSequence`, `maxTokens`, `toolUse`, or the client's own word.
    public let stopReason: String?

    /// Its texts, one after the other.
    public var text: String {
        content.reduce(into: "") { text, block in
            if case .text(let more) = block { text += more }
        }
    }

    /// Reads a `CreateMessageResult`.
    init(_ response: JSONValue) throws(UnfitAnswer) {
        guard response.kind == .object else { throw .malformed("an answer must be an object") }
        guard let content = response["content"] else { throw .incomplete("content is missing") }
        let role = try SamplingReply.text("role", in: response) ?? Role.assistant.rawValue
        guard let role = Role(rawValue: role) else { throw .malformed("role must be user or assistant") }
        self.role = role
        model = try SamplingReply.text("model", in: response) ?? ""
        stopReason = try SamplingReply.text("stopReason", in: response)
        var blocks: [SamplingContent] = []
        for block in content.kind == .array ? content.elements.map({ $0 }) : [content] { blocks.append(try SamplingContent(block)) }
        self.content = blocks
    }

    private static func text(_ key: String, in response: JSONValue) throws(UnfitAnswer) -> String? {
        guard let value = response[key] else { return nil }
        guard let text = value.string else { throw .malformed("\(key) must be a string") }
        return text
    }
}

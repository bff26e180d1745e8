public import JSON

/// What a client's model is asked to say.
///
/// Deprecated by the protocol in 2026-07-28, like roots. Other servers' context (`includeContext`) is never asked for.
public struct SamplingRequest: Sendable {
    public let messages: [SamplingMessage]
    /// At most so many tokens; the client may stop earlier.
    public let maxTokens: Int
    public let systemPrompt: String?
    /// 0 and more.
    public let temperature: Double?
    public let stopSequences: [String]
    public let preferences: ModelPreferences?
    /// What the model may use; needs `sampling.tools` (SR1).
    public let tools: [SamplingTool]
    public let toolChoice: ToolChoice?

    /// Whether the model may, must or must not use tools.
    public enum ToolChoice: String, Sendable {
        case auto, required, none
    }

    public init(
        _ messages: [SamplingMessage],
        maxTokens: Int,
        systemPrompt: String? = nil,
        temperature: Double? = nil,
        stopSequences: [String] = [],
        preferences: ModelPreferences? = nil,
        tools: [SamplingTool] = [],
        toolChoice: ToolChoice? = nil
    ) {
        self.messages = messages
        self.maxTokens = maxTokens
        self.systemPrompt = systemPrompt
        self.temperature = temperature
        self.stopSequences = stopSequences
        self.preferences = preferences
        self.tools = tools
        self.toolChoice = toolChoice
    }

    /// One text, said as the user.
    public init(_ text: String, maxTokens: Int) {
        self.init([.user(text)], maxTokens: maxTokens)
    }

    var usesTools: Bool {
        !tools.isEmpty || toolChoice != nil || messages.contains { $0.content.contains(where: \.isToolUse) }
    }

    /// Why no client can be asked for it (SR1).
    var fault: String? {
        if messages.contains(where: { $0.content.isEmpty }) { return "a message to the model needs content" }
        let isMixed = messages.contains { $0.content.contains(where: \.isToolResult) && !$0.content.allSatisfy(\.isToolResult) }
        return isMixed ? "a message to the model with tool results contains only these" : nil
    }

    func writeMembers(to writer: inout JSONWriter, for revision: Revision) {
        writer.key("messages")
        writer.array { writer in
            for message in messages { message.write(to: &writer, for: revision) }
        }
        if let preferences {
            writer.key("modelPreferences")
            preferences.write(to: &writer)
        }
        if let systemPrompt { writer.member("systemPrompt", systemPrompt) }
        if let temperature, temperature.isFinite { writer.member("temperature", temperature) }
        writer.member("maxTokens", maxTokens)
        if !stopSequences.isEmpty {
            writer.member("stopSequences", strings: stopSequences)
        }
        if !tools.isEmpty {
            writer.key("tools")
            writer.array { writer in
                for tool in tools { tool.write(to: &writer) }
            }
        }
        if let toolChoice {
            writer.key("toolChoice")
            writer.object { $0.member("mode", toolChoice.rawValue) }
        }
    }
}

/// One message of the conversation that the model continues.
public struct SamplingMessage: Sendable, Equatable {
    public let role: Role
    public let content: [SamplingContent]

    public init(_ role: Role, _ content: [SamplingContent]) {
        self.role = role
        self.content = content
    }

    /// Says it as the user.
    public static func user(_ text: String) -> SamplingMessage {
        SamplingMessage(.user, [.text(text)])
    }

    /// Says it as the model did.
    public static func assistant(_ text: String) -> SamplingMessage {
        SamplingMessage(.assistant, [.text(text)])
    }

    /// Several blocks in one message came with 2025-11-25; before, each is a message of its own.
    fileprivate func write(to writer: inout JSONWriter, for revision: Revision) {
        let isOne = content.count == 1 || !revision.hasFullForms
        for block in isOne ? content : Array(content.prefix(1)) {
            writer.object { writer in
                writer.member("role", role.rawValue)
                writer.key("content")
                guard !isOne else { return block.write(to: &writer, for: revision) }
                writer.array { writer in
                    for block in content { block.write(to: &writer, for: revision) }
                }
            }
        }
    }
}

/// A tool that the model may use while it answers; who asked runs it.
public struct SamplingTool: Sendable {
    public let name: String
    public let description: String
    /// A JSON Schema, an object.
    public let inputSchema: JSONValue

    public init(_ name: String, _ description: String, inputSchema: JSONValue) {
        self.name = name
        self.description = description
        self.inputSchema = inputSchema
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", name)
            writer.member("description", description)
            writer.member("inputSchema", inputSchema)
        }
    }
}

/// Which model the client had better take.
public struct ModelPreferences: Sendable, Equatable {
    /// Parts of names, the best first.
    public let hints: [String]
    /// How much each matters, 0 to 1.
    public let cost: Double?
    public let speed: Double?
    public let intelligence: Double?

    /// - Parameter cost: Clamped to 0…1, like the others; what is no number counts as nil.
    public init(hints: [String] = [], cost: Double? = nil, speed: Double? = nil, intelligence: Double? = nil) {
        let clamp = { (value: Double?) in value.flatMap { $0.isNaN ? nil : min(max($0, 0), 1) } }
        self.hints = hints
        self.cost = clamp(cost)
        self.speed = clamp(speed)
        self.intelligence = clamp(intelligence)
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            if !hints.isEmpty {
                writer.key("hints")
                writer.array { writer in
                    for hint in hints { writer.object { $0.member("name", hint) } }
                }
            }
            if let cost { writer.member("costPriority", cost) }
            if let speed { writer.member("speedPriority", speed) }
            if let intelligence { writer.member("intelligencePriority", intelligence) }
        }
    }
}

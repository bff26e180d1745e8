/// One message of a prompt.
public struct PromptMessage: Sendable, Equatable {
    public let role: Role
    public let content: ContentBlock

    public init(_ role: Role, _ content: ContentBlock) {
        self.role = role
        self.content = content
    }

    /// Says it as the user.
    ///
    /// Text of users belongs into quotes or into a resource of its own, never among instructions (P3).
    public static func user(_ text: String) -> PromptMessage {
        PromptMessage(.user, .text(text))
    }

    /// Shows it as the user.
    public static func user(_ content: ContentBlock) -> PromptMessage {
        PromptMessage(.user, content)
    }

    /// Says it as the assistant.
    public static func assistant(_ text: String) -> PromptMessage {
        PromptMessage(.assistant, .text(text))
    }

    /// Shows it as the assistant.
    public static func assistant(_ content: ContentBlock) -> PromptMessage {
        PromptMessage(.assistant, content)
    }
}

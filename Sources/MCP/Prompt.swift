public import JSON

/// A prompt that people choose: its arguments arrive checked and typed.
///
/// ```swift
/// Prompt("summarize", title: "Summarize", "Summarizes what you know of a topic.", .string("topic", "About what.")) { _, topic in
///     [.user("Summarize what is known about \"\(topic)\".")]
/// }
/// ```
/// What breaks a rule of the protocol (P5, A1) is reported when it is put into a `ServerDefinition`.
public struct Prompt<Caller: Sendable>: Sendable {
    /// 1 to 64 of `A-Za-z0-9_.-`, unique on its server.
    public let name: String
    /// What people see in a list of prompts; without one of its own, made of the name.
    public let title: String
    public let description: String
    public let icons: [Icon]
    /// Members of `_meta`, each with a prefix of its own (B15); clients before 2025-06-18 don't get them.
    public let meta: JSONValue?

    let arguments: [DeclaredArgument<Caller>]
    private let messages: @Sendable (RequestContext<Caller>, [String: String]) async throws -> [PromptMessage]

    /// - Parameters:
    ///   - arguments: In the order in which people are asked for them, and in which `get` receives them.
    ///   - get: Makes the messages. An `ArgumentError` goes out as -32602 with its text; an `MCPError` as it is; of any other error the
    ///     client learns nothing.
    public init<each Value: Sendable>(
        _ name: String,
        title: String? = nil,
        _ description: String,
        icons: [Icon] = [],
        meta: JSONValue? = nil,
        _ arguments: repeat TextArgument<Caller, each Value>,
        get: @escaping @Sendable (RequestContext<Caller>, repeat each Value) async throws -> [PromptMessage]
    ) {
        var declared: [DeclaredArgument<Caller>] = []
        for argument in repeat each arguments { declared.append(argument.declaration) }
        self.name = name
        self.title = title ?? name.asTitle
        self.description = description
        self.icons = icons
        self.meta = meta
        self.arguments = declared
        messages = { context, texts in
            let values = (repeat try (each arguments).read(texts[(each arguments).name]))
            return try await get(context, repeat each values)
        }
    }

    /// Checks the arguments and makes the messages.
    ///
    /// - Parameter arguments: Texts by name; unknown ones are ignored (P2).
    /// - Throws: `ArgumentError` before any work if one is missing or doesn't fit, and whatever the prompt throws.
    public func get(_ context: RequestContext<Caller>, arguments: [String: String]) async throws -> [PromptMessage] {
        try await messages(context, arguments)
    }
}

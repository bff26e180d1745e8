import JSON

/// A request that was answered as soon as it was read, without work of its own: for logs and metrics.
package struct AnsweredRequest: Sendable, Equatable {
    /// A method of the protocol that this server knows, else `other`.
    package let method: String
    /// The tool that was to be called, if it is offered; `other` if it isn't; nil for everything else.
    package let tool: String?
    package let isLegacy: Bool
    /// Whether the answer is an error.
    package let isRefused: Bool
    package let client: ClientInfo?

    init<Caller>(_ message: Message, at engine: ProtocolEngine<Caller>, isLegacy: Bool, isRefused: Bool, client: ClientInfo? = nil) {
        let known = message.method.sameBytes("initialize") ? "initialize" : Method(message.method)?.rawValue
        method = known ?? "other"
        self.isLegacy = isLegacy
        self.isRefused = isRefused
        self.client = client
        guard known == Method.callTool.rawValue else {
            tool = nil
            return
        }
        let name = message.params?["name"]?.string
        tool = name.flatMap { name in engine.definition.tools.first { $0.name.sameBytes(name) }?.name } ?? "other"
    }
}

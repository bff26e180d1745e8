package import MCP
package import ToolBridge

/// The data tools: eight for each kind that assistants work on, made from the table of kinds.
///
/// They are written against ``ToolBridge/ItemService`` alone, so that they run in front of a database and in front of another server's API alike.
package struct ItemTools<Caller: Sendable>: Sendable {
    let service: any ItemService
    private let ownerOf: @Sendable (Caller) throws -> Owner

    /// The kinds that have tools, in the order of the list.
    package static var kinds: [ItemKind] { [.notes, .tasks, .comments, .chats, .chatMessages] }

    /// - Parameter owner: Whose items a caller works on. It throws where the caller has none.
    package init(service: any ItemService, owner: @escaping @Sendable (Caller) throws -> Owner) {
        self.service = service
        ownerOf = owner
    }

    /// All of them, in the order in which they are listed.
    package var all: [Tool<Caller>] {
        Self.kinds.flatMap { tools(for: $0) }
    }

    /// The eight of one kind.
    package func tools(for kind: ItemKind) -> [Tool<Caller>] {
        [list(kind), get(kind), create(kind), update(kind), patch(kind), delete(kind), archive(kind), process(kind)]
    }

    /// Runs an operation with the caller's owner and turns a refusal into a result that a model can act on.
    func answer(
        _ context: RequestContext<Caller>,
        _ operation: (Owner) async throws -> ToolResult
    ) async throws -> ToolResult {
        do {
            return try await operation(try ownerOf(context.caller))
        } catch let refusal as ItemError {
            return .refusal(refusal, correlationID: context.correlationID)
        }
    }
}

extension ToolAnnotations {
    static let creating = ToolAnnotations(readOnly: false, destructive: false, idempotent: false)
    static let overwriting = ToolAnnotations(readOnly: false, destructive: true, idempotent: true)
    static let acting = ToolAnnotations(readOnly: false, destructive: false, idempotent: true)
}

extension ItemKind {
    /// `notes` of `List notes`.
    var plural: String { self == .chatMessages ? "chat messages" : path }
    /// With its article, for the middle of a sentence.
    var oneNoun: String { "a \(noun)" }
}

package import MCP
package import ToolBridge

/// The data tools: eight for each kind of item, made from the table of kinds.
///
/// They are written against ``ToolBridge/ItemService`` alone, so that they run in front of a database and in front of another server's API alike.
package struct ItemTools<Caller: Sendable>: Sendable {
    let service: any ItemService
    /// The tools that hints may name.
    let offers: Set<String>
    /// How many bytes of items a page holds, unless its first item alone has more.
    let pageBytes: Int
    private let ownerOf: @Sendable (Caller) throws -> Owner

    /// The kinds that assistants always work on, in the order of the list.
    package static var kinds: [ItemKind] { [.notes, .tasks, .comments, .chats, .chatMessages] }

    /// - Parameters:
    ///   - offers: The names of all tools that are listed together with these: a hint names no other. Empty stands for ``all``.
    ///   - pageBytes: After how many bytes of items a page ends, whatever its limit; one larger item comes alone.
    ///   - owner: Whose items a caller works on. It throws where the caller has none.
    package init(
        service: any ItemService,
        offers: Set<String> = [],
        pageBytes: Int = 40_000,
        owner: @escaping @Sendable (Caller) throws -> Owner
    ) {
        self.service = service
        self.offers = offers.isEmpty ? Set(Self.kinds.flatMap(\.toolNames)) : offers
        self.pageBytes = pageBytes
        ownerOf = owner
    }

    /// Those of ``kinds``, in the order in which they are listed.
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
    /// `task list`.
    var words: String { singular.asWords }
    /// `task lists`, as of `List task lists`.
    var plural: String { path.asWords }
    /// With its article, for the middle of a sentence.
    var oneNoun: String { "a \(words)" }
    /// The names of the kind's tools, in their order.
    var toolNames: [String] {
        ["list_\(path)"] + ["get", "create", "update", "patch", "delete", "archive", "process"].map { "\($0)_\(singular)" }
    }
}

extension String {
    /// An identifier's words.
    fileprivate var asWords: String { split(separator: "_").joined(separator: " ") }
}

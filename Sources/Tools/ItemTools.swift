package import MCP
package import ToolBridge

/// The data tools: eight for each kind of item, made from the table of kinds.
///
/// They are written against ``ToolBridge/OwnedItems`` alone, so that they run in front of a database and in front of another server's API alike.
package struct ItemTools<Caller: Sendable>: Sendable {
    let offers: OfferedTools
    /// How many bytes of items a page holds, unless its first item alone has more.
    let pageBytes: Int
    private let itemsOf: @Sendable (Caller) async throws -> OwnedItems

    /// The kinds that assistants always work on, in the order of the list.
    package static var kinds: [ItemKind] { [.notes, .tasks, .comments, .chats, .chatMessages] }

    /// - Parameters:
    ///   - offers: The names of all tools that are listed together with these: a hint names no other. Empty stands for ``all``.
    ///   - pageBytes: After how many bytes of items a page ends, whatever its limit; one larger item comes alone.
    ///   - items: Those that a caller works on. It throws where the caller has none, an ``OwnerChoice`` where the caller can choose one.
    package init(
        offers: Set<String> = [],
        pageBytes: Int = ToolPage.bytes,
        items: @escaping @Sendable (Caller) async throws -> OwnedItems
    ) {
        self.offers = OfferedTools(offers.isEmpty ? Set(Self.kinds.flatMap(\.toolNames)) : offers)
        self.pageBytes = pageBytes
        itemsOf = items
    }

    /// Those of ``kinds``, in the order in which they are listed.
    package var all: [Tool<Caller>] {
        Self.kinds.flatMap { tools(for: $0) }
    }

    /// The eight of one kind.
    package func tools(for kind: ItemKind) -> [Tool<Caller>] {
        [list(kind), get(kind), create(kind), update(kind), patch(kind), delete(kind), archive(kind), process(kind)]
    }

    /// Runs an operation with the caller's items and turns a refusal into a result that a model can act on.
    ///
    /// - Parameters:
    ///   - attempt: What the call is about, for the hints.
    ///   - operation: May add to the attempt what it learns of it.
    func answer(
        _ context: RequestContext<Caller>,
        _ attempt: Attempt,
        _ operation: (OwnedItems, inout Attempt) async throws -> ToolResult
    ) async throws -> ToolResult {
        var attempt = attempt
        var known: OwnedItems?
        do {
            let items: OwnedItems
            do {
                items = try await itemsOf(context.caller)
            } catch let choice as OwnerChoice {
                switch try await choice.outcome(context) {
                case .items(let chosen): items = chosen
                case .refused(let result): return result
                }
            }
            known = items
            return try await operation(items, &attempt)
        } catch let refusal as ItemError {
            let hints = if let known { await hint(for: refusal, attempt, known) } else { [String]() }
            return .refusal(refusal, correlationID: context.correlationID, hints)
        }
    }
}

extension ToolAnnotations {
    static let creating = ToolAnnotations(readOnly: false, destructive: false, idempotent: false)
    static let overwriting = ToolAnnotations(readOnly: false, destructive: true, idempotent: true)
    static let acting = ToolAnnotations(readOnly: false, destructive: false, idempotent: true)
}

extension ItemKind {
    /// The names of the kind's tools, in the order of ``ItemTools/tools(for:)``.
    var toolNames: [String] {
        ["list_\(path)"] + ["get", "create", "update", "patch", "delete", "archive", "process"].map { "\($0)_\(singular)" }
    }
}

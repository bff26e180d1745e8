package import MCP
package import ToolBridge

/// All tools of the program, from which each selection takes its own.
package struct ToolCatalogue<Caller: Sendable>: Sendable {
    private let items: @Sendable (Caller) async throws -> OwnedItems
    private let health: Tool<Caller>
    private let pageBytes: Int

    /// - Parameters:
    ///   - items: Those that a caller works on. It throws where the caller has none.
    ///   - health: `health_check`, which depends on the program.
    ///   - pageBytes: After so many bytes the page of a list ends.
    package init(
        items: @escaping @Sendable (Caller) async throws -> OwnedItems,
        health: Tool<Caller>,
        pageBytes: Int = ToolPage.bytes
    ) {
        self.items = items
        self.health = health
        self.pageBytes = pageBytes
    }

    /// The tools of a selection, in the order in which they are listed; what they advise to call is among them.
    package func tools(_ selection: ToolSelection) -> [Tool<Caller>] {
        let items = ItemTools<Caller>(offers: Set(selection.toolNames), pageBytes: pageBytes, items: items)
        let tools = selection.inOrder(health: [health]) { part in
            if let kind = part.kind { return items.tools(for: kind) }
            return part == .find ? items.finding : items.batching
        }
        return selection.isReadOnly ? tools.filter(\.annotations.readOnly) : tools
    }
}

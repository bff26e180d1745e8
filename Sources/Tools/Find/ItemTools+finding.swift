package import MCP

extension ItemTools {
    /// Finds and reads items of all kinds: `search`, `fetch`, `list_items`, `recent_changes`, in the order in which they are listed.
    package var finding: [Tool<Caller>] { [search, fetch, listItems, recentChanges] }
}

import MCP
import ToolBridge

extension ItemTools {
    /// Tells what changed, of all kinds and deletions too.
    var recentChanges: Tool<Caller> {
        Tool(
            "recent_changes",
            title: "Recent changes",
            "Lists what was created, updated or deleted, of all kinds, latest change first.",
            annotations: .reading,
            output: FoundItems.schema,
            .time("since"),
            .kinds,
            .integer("limit", "", in: 1...ToolPage.items, default: 50),
            .cursor,
            .detail
        ) { context, since, kinds, limit, cursor, detail in
            try await answer(context, Attempt(tool: "recent_changes")) { items, _ in
                try await FoundItems.page(limit: limit, detail, pageBytes: pageBytes, isOfChanges: true) { limit throws(ItemError) in
                    let query = RecentQuery(
                        kinds: kinds,
                        limit: limit,
                        cursor: cursor,
                        includeDeleted: true,
                        updatedSince: since,
                        maximumBytes: detail == .full ? pageBytes : nil
                    )
                    return try await items.recent(query)
                }
            }
        }
    }
}

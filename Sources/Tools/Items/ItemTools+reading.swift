import MCP
import ToolBridge

extension ItemTools {
    func list(_ kind: ItemKind) -> Tool<Caller> {
        let name = "list_\(kind.path)"
        return Tool(
            name,
            title: "List \(kind.plural)",
            "Lists \(kind.plural), newest change first, at most \(ToolPage.items) a page; pass nextCursor as cursor.",
            annotations: .reading,
            output: ItemSchema.anyObject,
            .integer("limit", "", in: 1...1000, default: 50),
            .optionalString("cursor", ""),
            .includeDeleted
        ) { context, limit, cursor, includeDeleted in
            try await answer(context, Attempt(tool: name, kind: kind)) { items, _ in
                let query = ListQuery(
                    limit: min(limit, ToolPage.items),
                    cursor: cursor,
                    direction: .newestChangeFirst,
                    includeDeleted: includeDeleted,
                    maximumBytes: pageBytes
                )
                return .page(try await items.list(kind, query))
            }
        }
    }

    func get(_ kind: ItemKind) -> Tool<Caller> {
        let name = "get_\(kind.singular)"
        return Tool(
            name,
            title: "Get \(kind.shownNoun)",
            "Reads \(kind.oneNoun).",
            annotations: .reading,
            output: ItemSchema.item,
            .uid("uid"),
            .includeDeleted
        ) { context, uid, includeDeleted in
            try await answer(context, Attempt(tool: name, kind: kind, uid: uid)) { items, _ in
                .item(try await items.item(uid, kind, includeDeleted: includeDeleted))
            }
        }
    }
}

import MCP
import ToolBridge

extension ItemTools {
    /// How many items a page holds at most, however many are asked for.
    private static var pageCap: Int { 200 }

    func list(_ kind: ItemKind) -> Tool<Caller> {
        Tool(
            "list_\(kind.path)",
            title: "List \(kind.plural)",
            "Lists \(kind.plural), latest change first. Pass nextCursor as cursor for the next page.",
            annotations: .reading,
            output: ItemSchema.page,
            .integer("limit", "At most 200 a page.", in: 1...1000, default: 50),
            .optionalString("cursor", "nextCursor of the page before."),
            .includeDeleted
        ) { context, limit, cursor, includeDeleted in
            try await answer(context) { owner in
                let query = ListQuery(
                    limit: min(limit, Self.pageCap),
                    cursor: cursor,
                    direction: .newestChangeFirst,
                    includeDeleted: includeDeleted
                )
                return .page(try await service.list(kind, query, of: owner))
            }
        }
    }

    func get(_ kind: ItemKind) -> Tool<Caller> {
        Tool(
            "get_\(kind.singular)",
            title: "Get \(kind.words)",
            "Reads \(kind.oneNoun).",
            annotations: .reading,
            output: ItemSchema.item,
            .uid("uid"),
            .includeDeleted
        ) { context, uid, includeDeleted in
            try await answer(context) { owner in
                .item(try await service.item(uid, kind, includeDeleted: includeDeleted, of: owner))
            }
        }
    }
}

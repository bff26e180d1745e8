import MCP
import ToolBridge

extension ItemTools {
    /// How many items a page holds at most, however many are asked for.
    private static var pageCap: Int { 200 }

    func list(_ kind: ItemKind) -> Tool<Caller> {
        Tool(
            "list_\(kind.path)",
            title: "List \(kind.plural)",
            "Lists \(kind.plural), newest change first, at most \(Self.pageCap) a page; pass nextCursor as cursor.",
            annotations: .reading,
            output: ItemSchema.anyObject,
            .integer("limit", "", in: 1...1000, default: 50),
            .optionalString("cursor", ""),
            .includeDeleted
        ) { context, limit, cursor, includeDeleted in
            try await answer(context, Attempt(tool: "list_\(kind.path)", kind: kind)) { owner, _ in
                let query = ListQuery(
                    limit: min(limit, Self.pageCap),
                    cursor: cursor,
                    direction: .newestChangeFirst,
                    includeDeleted: includeDeleted,
                    maximumBytes: pageBytes
                )
                return .page(try await service.list(kind, query, of: owner))
            }
        }
    }

    func get(_ kind: ItemKind) -> Tool<Caller> {
        Tool(
            "get_\(kind.singular)",
            title: "Get \(kind.shownNoun)",
            "Reads \(kind.oneNoun).",
            annotations: .reading,
            output: ItemSchema.item,
            .uid("uid"),
            .includeDeleted
        ) { context, uid, includeDeleted in
            try await answer(context, Attempt(tool: "get_\(kind.singular)", kind: kind, uid: uid)) { owner, _ in
                .item(try await service.item(uid, kind, includeDeleted: includeDeleted, of: owner))
            }
        }
    }
}

import JSON
import MCP
import ToolBridge

extension ItemTools {
    func patch(_ kind: ItemKind) -> Tool<Caller> {
        Tool(
            "patch_\(kind.singular)",
            title: "Change \(kind.words) fields",
            "Sets single fields of \(kind.oneNoun) and leaves the others as they are; null stores null.",
            annotations: .overwriting,
            output: ItemSchema.item,
            .uid("uid"),
            .object("updates", "Field names and their new values.")
        ) { context, uid, updates in
            try await mutate(context, uid, kind) { .patch(try Payload(checking: updates)) }
        }
    }

    func delete(_ kind: ItemKind) -> Tool<Caller> {
        Tool(
            "delete_\(kind.singular)",
            title: "Delete \(kind.words)",
            "Deletes \(kind.oneNoun); it can still be read with include_deleted.",
            annotations: .overwriting,
            output: ItemSchema.item,
            .uid("uid")
        ) { context, uid in
            try await mutate(context, uid, kind) { .delete }
        }
    }

    func archive(_ kind: ItemKind) -> Tool<Caller> {
        Tool(
            "archive_\(kind.singular)",
            title: "Archive \(kind.words)",
            "Marks \(kind.oneNoun) as archived.",
            annotations: .acting,
            output: ItemSchema.item,
            .uid("uid")
        ) { context, uid in
            try await mutate(context, uid, kind) { .archive }
        }
    }

    func process(_ kind: ItemKind) -> Tool<Caller> {
        let names = kind.actions.map(\.name)
        return Tool(
            "process_\(kind.singular)",
            title: "Act on \(kind.words)",
            "Does one of these to \(kind.oneNoun): \(names.joined(separator: ", ")).",
            annotations: .acting,
            output: ItemSchema.item,
            .uid("uid"),
            .action(of: kind),
            .optionalObject("metadata", "Checked, not stored.")
        ) { context, uid, action, _ in
            try await mutate(context, uid, kind) { .process(action) }
        }
    }

    /// One change of one item: one call of the service.
    func mutate(
        _ context: RequestContext<Caller>,
        _ uid: UID,
        _ kind: ItemKind,
        expecting condition: VersionCondition? = nil,
        _ mutation: () throws -> Mutation
    ) async throws -> ToolResult {
        try await answer(context) { owner in
            .item(try await service.mutate(uid, kind, try mutation(), expecting: condition, epoch: nil, of: owner))
        }
    }
}

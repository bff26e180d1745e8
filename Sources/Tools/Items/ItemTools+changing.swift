import JSON
import MCP
import ToolBridge

extension ItemTools {
    func patch(_ kind: ItemKind) -> Tool<Caller> {
        let name = "patch_\(kind.singular)"
        return Tool(
            name,
            title: "Change \(kind.shownNoun) fields",
            "Sets fields of \(kind.oneNoun)\(kind.spellingAside); others stay.",
            annotations: .overwriting,
            output: ItemSchema.anyObject,
            .uid("uid"),
            .object("updates", "")
        ) { context, uid, updates in
            try await mutate(context, name, uid, kind) { .patch(try Payload(checking: updates)) }
        }
    }

    func delete(_ kind: ItemKind) -> Tool<Caller> {
        let name = "delete_\(kind.singular)"
        return Tool(
            name,
            title: "Delete \(kind.shownNoun)",
            "Soft-deletes \(kind.oneNoun)\(kind.leavingAside).",
            annotations: .overwriting,
            output: ItemSchema.anyObject,
            .uid("uid")
        ) { context, uid in
            try await mutate(context, name, uid, kind) { .delete }
        }
    }

    func archive(_ kind: ItemKind) -> Tool<Caller> {
        let name = "archive_\(kind.singular)"
        return Tool(
            name,
            title: "Archive \(kind.shownNoun)",
            "Archives \(kind.oneNoun).",
            annotations: .acting,
            output: ItemSchema.anyObject,
            .uid("uid")
        ) { context, uid in
            try await mutate(context, name, uid, kind) { .archive }
        }
    }

    func process(_ kind: ItemKind) -> Tool<Caller> {
        let name = "process_\(kind.singular)"
        return Tool(
            name,
            title: "Act on \(kind.shownNoun)",
            "Acts on \(kind.oneNoun): \(kind.listedActions).",
            annotations: .acting,
            output: ItemSchema.anyObject,
            .uid("uid"),
            .action(of: kind),
            .optionalObject("metadata", "")
        ) { context, uid, action, _ in
            try await mutate(context, name, uid, kind) { .process(action) }
        }
    }

    /// One change of one item: one call of the service.
    func mutate(
        _ context: RequestContext<Caller>,
        _ tool: String,
        _ uid: UID,
        _ kind: ItemKind,
        expecting condition: VersionCondition? = nil,
        _ mutation: () throws -> Mutation
    ) async throws -> ToolResult {
        try await answer(context, Attempt(tool: tool, kind: kind, uid: uid)) { items, attempt in
            let mutation = try mutation()
            attempt.sent = mutation.sent
            return .item(try await items.mutate(uid, kind, mutation, expecting: condition))
        }
    }
}

extension ItemKind {
    /// What goes besides, and doesn't come back with the item.
    fileprivate var leavingAside: String { self == .taskLists ? "; its tasks lose their list for good" : "" }

    /// How a field is spelled that creating has under another name: what isn't spelled so would be stored beside it, and nobody would notice.
    fileprivate var spellingAside: String { self == .tasks ? ", such as dueDate (not due_date)" : "" }
}

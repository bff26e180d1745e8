import JSON
import MCP
import ToolBridge

extension ItemTools {
    /// Lists items of one kind, with all filters that lists have.
    var listItems: Tool<Caller> {
        Tool(
            "list_items",
            title: "List items",
            "Lists items of a kind, latest change first.",
            annotations: .reading,
            output: FoundItems.schema,
            .kind,
            .text("parent", "id of what they belong to."),
            .text("status", "As stored: todo, done, completed or another."),
            .text("tag"),
            .time("updated_since"),
            .integer("limit", "", in: 1...ToolPage.items, default: 50),
            .cursor,
            .flag("include_deleted"),
            .detail
        ) { context, kind, parent, status, tag, updatedSince, limit, cursor, includeDeleted, detail in
            var filter = ItemFilter(status: status, tag: tag, updatedSince: updatedSince)
            if let parent { try filter.setParent(parent, of: kind) }
            return try await answer(context, Attempt(tool: "list_items", kind: kind)) { items, _ in
                try await FoundItems.page(limit: limit, detail, pageBytes: pageBytes, isOfChanges: false, ifEmpty: filter.remark) {
                    limit throws(ItemError) in
                    let query = ListQuery(
                        limit: limit,
                        cursor: cursor,
                        direction: .newestChangeFirst,
                        includeDeleted: includeDeleted,
                        filter: filter,
                        maximumBytes: detail == .full ? pageBytes : nil
                    )
                    return try await items.list(kind, query)
                }
            }
        }
    }
}

extension ItemKind {
    /// What an item of this kind may hang on.
    fileprivate var parentKinds: [ItemKind] {
        switch parentRule {
        case .none: []
        case .loose(_, let kind), .required(_, let kind): [kind]
        case .typed(_, _, let kinds): kinds
        }
    }
}

extension ItemFilter {
    /// Why there may be nothing, where that isn't obvious.
    fileprivate var remark: String? {
        let named = [status == nil ? nil : "status", tag == nil ? nil : "tag"].compactMap { $0 }
        return named.isEmpty ? nil : "No such item has exactly this \(named.joined(separator: " and ")); letter case counts."
    }

    /// - Parameter text: An id, or a uid alone.
    fileprivate mutating func setParent(_ text: String, of kind: ItemKind) throws(ArgumentError) {
        let kinds = kind.parentKinds
        guard !kinds.isEmpty else { throw ArgumentError("parent", "can't be given: \(kind.oneNoun) has none") }
        if let reference = ItemReference(id: text) {
            guard kinds.contains(reference.kind) else {
                throw ArgumentError("parent", "of \(kind.oneNoun) must be one of \(kinds.map(\.path).joined(separator: ", "))")
            }
            (parentKind, parentUID) = (reference.kind, reference.uid)
        } else if let uid = UID(text) {
            parentUID = uid
        } else {
            throw ArgumentError("parent", "must be an id such as \(kinds.first?.path ?? "")/<uid>")
        }
    }
}

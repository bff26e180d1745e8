import JSON
import MCP
import ToolBridge

extension ItemTools {
    /// Undoes a deletion.
    ///
    /// Idempotent in the protocol's sense, as deleting is: a second call is refused and changes nothing.
    var restoreItem: Tool<Caller> {
        Tool(
            "restore_item",
            title: "Restore item",
            "Brings a deleted item back.",
            annotations: .acting,
            output: ItemSchema.item,
            .text("id", "kind/uid; else give kind and uid."),
            .text("kind"),
            .text("uid")
        ) { context, id, kind, uid in
            let reference = try ItemReference(id: id, kind: kind, uid: uid)
            return try await mutate(context, "restore_item", reference.uid, reference.kind) { .restore }
        }
    }
}

extension ItemReference {
    /// - Throws: Unless there is an id, or a kind and a uid, and they agree.
    fileprivate init(id: String?, kind name: String?, uid text: String?) throws(ArgumentError) {
        var kind: ItemKind?
        if let name {
            kind = ItemKind(named: name)
            if kind == nil { throw ArgumentError("kind", "must be \(ItemKind.oneOfNames)") }
        }
        for (name, text) in [("id", id), ("uid", text)] {
            guard let text else { continue }
            if let reference = ItemReference(id: text) {
                guard kind == nil || kind == reference.kind else {
                    throw ArgumentError("kind", "is \(kind?.path ?? ""), but \(name) is of \(reference.kind.path)")
                }
                self = reference
                return
            }
            guard let uid = UID(text) else {
                throw name == "id" ? Self.idFault(text) : ArgumentError(name, "must be a UUID")
            }
            guard let kind else { throw ArgumentError("kind", "is missing, but required beside \(name)") }
            self.init(kind, uid)
            return
        }
        throw ArgumentError("id", "is missing: give id, or kind and uid")
    }
}

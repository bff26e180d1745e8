package import JSON
package import ToolBridge

/// What lists say of an item: enough to choose it, without its payload.
package struct ItemSummary: Sendable {
    let view: ItemView

    package init(_ item: Item) {
        view = ItemView(item)
    }

    init(_ view: ItemView) {
        self.view = view
    }

    /// Writes `{"kind","uid","title","parent":{"kind","uid"},"status","dueDate","version","updatedAt","deletedAt"}`, without those that the
    /// item hasn't.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }

    /// The same members, for an object that has more.
    func writeMembers(to writer: inout JSONWriter) {
        let item = view.item
        writer.member("kind", item.kind.path)
        writer.member("uid", item.uid.description)
        writer.member("title", view.title)
        if let parent = view.parent {
            writer.key("parent")
            writer.object { writer in
                writer.member("kind", parent.kind.path)
                writer.member("uid", parent.uid.description)
            }
        }
        if let status = view.line("status") { writer.member("status", status) }
        if let dueDate = view.line("dueDate") { writer.member("dueDate", dueDate) }
        writer.member("version", item.version)
        writer.member("updatedAt", item.updatedAt.description)
        if let deletedAt = item.deletedAt { writer.member("deletedAt", deletedAt.description) }
    }
}

import JSON
package import ToolBridge

/// An item as people and models read it.
///
/// ```
/// ---
/// title: Shopping
/// kind: notes
/// uid: c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f
/// tags: ["home"]
/// version: 1
/// updated: 2026-03-01T10:00:00.000Z
/// ---
///
/// Milk
/// ```
/// The front part ends at the second rule. It holds these keys in this order, each once and on one line, and nothing that a user wrote can
/// begin a line there; what follows is the content alone.
package struct ItemMarkdown: Sendable {
    private let view: ItemView

    package init(_ item: Item) {
        view = ItemView(item)
    }

    init(_ view: ItemView) {
        self.view = view
    }

    /// The type of ``text``.
    package static var mimeType: String { "text/markdown" }

    /// Members that have lines of their own, besides title and content, with their names here.
    private static let lines: [(key: String, name: String)] = [
        ("status", "status"), ("done", "done"), ("priority", "priority"), ("dueDate", "due"), ("author", "author"), ("sender", "sender"),
        ("archived", "archived"), ("pinned", "pinned"),
    ]
    private static let lists = ["tags", "participants"]
    /// A title may be longer here than in a list.
    private static let titleBytes = 4_096
    private static let maximumNames = 32

    package var text: String { text(content: DisplayText.escaped(view.content)) }

    /// The text with the beginning of the content alone, if that takes more bytes; then a line of the front part says so.
    package func excerpt(contentBytes: Int) -> (text: String, isWhole: Bool) {
        let content = view.content
        let (beginning, isWhole) = content.beginning(contentBytes)
        let shown = DisplayText.escaped(beginning)
        guard !isWhole || shown.utf8.count > contentBytes else { return (text(content: shown), true) }
        let excerpt = DisplayText.shortened(shown, bytes: contentBytes, isWhole: false)
        return (text(content: excerpt, excerpt: "the beginning of \(content.utf8.count) bytes"), false)
    }

    private func text(content: String, excerpt: String? = nil) -> String {
        let item = view.item
        var text = "---\n"
        func line(_ name: String, _ value: String) {
            text += "\(name): \(value)\n"
        }
        if let title = view.ownTitle(bytes: Self.titleBytes) { line("title", title) }
        line("kind", item.kind.path)
        line("uid", item.uid.description)
        if let parent = view.parent { line("parent", parent.id) }
        for (key, name) in Self.lines {
            if let value = view.line(key) { line(name, value) }
        }
        for key in Self.lists {
            let values = view.lines(key)
            if !values.isEmpty { line(key, Self.list(values)) }
        }
        let others = otherMembers
        if !others.isEmpty { line("more", Self.list(others)) }
        line("version", "\(item.version)")
        line("updated", item.updatedAt.description)
        if let deletedAt = item.deletedAt { line("deleted", deletedAt.description) }
        if let excerpt { line("excerpt", excerpt) }
        text += "---\n"
        if !content.isEmpty { text += "\n\(content)\n" }
        return text
    }

    /// Names of members that are shown nowhere else, so that a reader knows that there is more in the payload.
    private var otherMembers: [String] {
        let fields = view.item.kind.searchFields
        let known =
            [fields.title, view.item.kind.contentKey].compactMap(\.self) + view.item.kind.parentRule.keys + Self.lines.map(\.key)
            + Self.lists
            + ServerFields.names
        var names: [String] = []
        for member in view.object.members where !known.contains(where: { member.keyEquals($0) }) {
            guard names.count < Self.maximumNames else { return names + ["…"] }
            names.append(DisplayText.line(member.key, bytes: ItemView.valueBytes))
        }
        return names
    }

    /// Quoted, so that a comma in one of them isn't one between two.
    private static func list(_ values: [String]) -> String {
        var writer = JSONWriter()
        writer.array { writer in
            for value in values { writer.string(value) }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension ParentRule {
    /// The members that name the parent.
    fileprivate var keys: [String] {
        switch self {
        case .none: []
        case .loose(let key, _), .required(let key, _): [key]
        case .typed(let typeKey, let key, _): [typeKey, key]
        }
    }
}

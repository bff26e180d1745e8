package import ToolBridge

/// A set of tools that operators and addresses choose by its name.
package enum Toolset: String, Sendable, CaseIterable {
    /// The tools of the five kinds that assistants mostly work on: what is offered unless something else is chosen.
    case standard
    /// The few tools that can do the work of all others, for clients that pay for every token.
    case compact
    case all
    case notes, tasks, comments, chats
    case chatMessages = "chat_messages"
    case taskLists = "task_lists"
    case taskListCategories = "task_list_categories"
    /// Searching and reading across all kinds.
    case find
    /// Changing many items, of any kinds, in one call.
    case batch

    /// Those that aren't made of others, in the order in which their tools are listed.
    package static let allParts: [Toolset] = [
        .notes, .tasks, .comments, .chats, .chatMessages, .taskLists, .taskListCategories, .find, .batch,
    ]

    /// What this one is made of.
    package var parts: Set<Toolset> {
        switch self {
        case .standard: [.notes, .tasks, .comments, .chats, .chatMessages]
        case .compact: [.find, .batch]
        case .all: Set(Toolset.allParts)
        default: [self]
        }
    }

    /// The kind whose tools these are; nil for tools that work on several.
    package var kind: ItemKind? { ItemKind(rawValue: rawValue) }

    /// All names, as an error lists them.
    package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Toolset {
    /// The names of a part's tools and whether each only reads, in the order of the list; none for a set that is made of others.
    var toolNames: [(name: String, isReading: Bool)] {
        if let kind {
            return kind.toolNames.map { ($0, $0.hasPrefix("list_") || $0.hasPrefix("get_")) }
        }
        return switch self {
        case .find: ["search", "fetch", "list_items", "recent_changes"].map { ($0, true) }
        case .batch: ["create_items", "update_items", "delete_items", "process_items", "restore_item"].map { ($0, false) }
        default: []
        }
    }
}

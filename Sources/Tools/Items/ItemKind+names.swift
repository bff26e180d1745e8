import ToolBridge

extension ItemKind {
    /// The kind that a caller means: `notes`, and also `note`, `chat message`, `Chat-Messages`.
    init?(named text: String) {
        guard text.utf8.count <= Self.longestName else { return nil }
        let name: [UInt8] = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: " "), UInt8(ascii: "-"): UInt8(ascii: "_")
            default: byte
            }
        }
        guard let kind = Self.allCases.first(where: { name.elementsEqual($0.path.utf8) || name.elementsEqual($0.singular.utf8) }) else {
            return nil
        }
        self = kind
    }

    /// In bytes; more can't be a kind.
    private static var longestName: Int { 32 }

    /// What callers are told of the kinds.
    static let names = allCases.map(\.path)

    /// The same for a message: `one of notes, tasks, …`.
    static let oneOfNames = "one of \(names.joined(separator: ", "))"
}

/// What kinds are called in texts.
extension ItemKind {
    /// `task list`: the noun as people write it.
    var shownNoun: String {
        switch self {
        case .taskLists: "task list"
        case .taskListCategories: "task list category"
        default: noun
        }
    }

    /// `task lists`, as of `List task lists`.
    var plural: String { path.split(separator: "_").joined(separator: " ") }

    /// `pin, unpin or archive`.
    var listedActions: String {
        let names = actions.map(\.name)
        guard names.count > 1, let last = names.last else { return names.joined() }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }

    /// With its article, for the middle of a sentence.
    var oneNoun: String { "a \(shownNoun)" }

    /// What an item is called that has no title, and no content either.
    var untitled: String { "Untitled \(shownNoun)" }
}

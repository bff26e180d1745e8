import JSON
import ToolBridge

/// Members of a payload that were surely meant for others: they are stored as they were sent, as everything is, and nobody would ever read them.
struct MisnamedMembers {
    /// What to say of them: constant words, and keys that have the letters of a name of ours.
    let words: String

    /// - Returns: `nil` if all looks well.
    init?(in payload: JSONValue, of kind: ItemKind) {
        var faults: [String] = []
        for name in kind.compoundNames where payload[name] == nil {
            guard let member = payload.members.first(where: { Self.spellsDifferently($0.key, name) }) else { continue }
            faults.append("\(member.key) is stored, but \(kind.oneNoun) has \(name)")
        }
        for (wrong, right) in [("title", "name"), ("name", "title")] where kind.searchFields.title == right {
            if payload[right] == nil, payload[wrong]?.kind == .string {
                faults.append("\(wrong) is stored, but \(kind.oneNoun) has \(right)")
            }
        }
        for name in ["payload", "fields", "updates"] where payload[name]?.kind == .object {
            faults.append("\(name) is stored as a field: what is in it was to stand beside it")
        }
        guard !faults.isEmpty else { return nil }
        words = faults.joined(separator: "; ")
    }

    /// Whether a key is another spelling of a name: `due_date`, `DueDate` and `due-date` of `dueDate`.
    private static func spellsDifferently(_ key: String, _ name: String) -> Bool {
        guard key.utf8.count <= name.utf8.count * 2, !key.utf8.elementsEqual(name.utf8) else { return false }
        return key.utf8.lazy.compactMap(letter).elementsEqual(name.utf8.lazy.compactMap(letter))
    }

    /// A byte without case; `nil` for what only parts words.
    private static func letter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: " "): nil
        default: byte
        }
    }
}

extension BatchOperation {
    /// What of its payload was surely meant for something else.
    var misnamed: MisnamedMembers? {
        switch target {
        case .create(let payload): MisnamedMembers(in: payload.object, of: kind)
        case .mutate(_, let mutation, _): mutation.sent.flatMap { MisnamedMembers(in: $0.object, of: kind) }
        }
    }
}

extension ItemKind {
    /// Members of several words that mean something to the server or to other clients.
    fileprivate var compoundNames: [String] {
        switch self {
        case .notes, .chats: []
        case .tasks: ["dueDate", "taskListUid"]
        case .comments: ["parentType", "parentUid"]
        case .chatMessages: ["chatUid", "messageType"]
        case .taskLists: ["categoryUid"]
        case .taskListCategories: ["parentUid"]
        }
    }
}

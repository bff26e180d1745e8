/// The kinds of items.
///
/// Each is one row of ``ItemKind/traits``; routes, sync, tools and statements iterate over the rows.
package enum ItemKind: String, Sendable, CaseIterable {
    case notes
    case tasks
    case comments
    case chats
    case chatMessages = "chat_messages"
    case taskLists = "task_lists"
    case taskListCategories = "task_list_categories"

    /// The kind's name in paths and in the store: `notes`.
    package var path: String { rawValue }
    /// The kind's name in texts for people: `chat message`.
    package var noun: String { traits.noun }
    /// One item of the kind, as an identifier in tool names and wipe counts: `chat_message`.
    package var singular: String { traits.singular }
    package var parentRule: ParentRule { traits.parentRule }
    /// What archiving writes into the payload.
    package var archiving: [Assignment] { traits.archiving }
    /// What `process` can do, in the order in which it is listed to callers.
    package var actions: [ItemAction] { traits.actions }
    /// True where app clients expect flat copies of the sync fields in the payload.
    package var hasFlatSyncFields: Bool { traits.hasFlatSyncFields }

    /// The order in which wipe reports its counts.
    package static let wipeOrder: [ItemKind] = [.chatMessages, .comments, .chats, .tasks, .taskLists, .taskListCategories, .notes]
}

/// What a payload says about the item that it hangs on.
package enum ParentRule: Sendable, Equatable {
    case none
    /// A member holds the uid of a kind, and nobody checks it.
    case loose(key: String, kind: ItemKind)
    /// A member holds the uid of a kind, which must be alive.
    case required(key: String, kind: ItemKind)
    /// One member names the kind, another the uid, and that item must be alive.
    case typed(typeKey: String, key: String, kinds: [ItemKind])
}

/// A named change of an item's state.
package struct ItemAction: Sendable, Equatable {
    package let name: String
    package let effects: [Assignment]
}

/// A member of the payload and the value that it gets.
package struct Assignment: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case string(String)
        case boolean(Bool)
    }
    package let key: String
    package let value: Value

    static func set(_ key: String, _ value: String) -> Assignment { Assignment(key: key, value: .string(value)) }
    static func set(_ key: String, _ value: Bool) -> Assignment { Assignment(key: key, value: .boolean(value)) }
}

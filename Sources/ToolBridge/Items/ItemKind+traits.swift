/// One row of the table of kinds.
struct ItemKindTraits: Sendable {
    let noun: String
    let singular: String
    let parentRule: ParentRule
    let archiving: [Assignment]
    let actions: [ItemAction]
    var hasFlatSyncFields = false
}

extension ItemKind {
    /// The table.
    ///
    /// A new kind is a case, a row here and its snapshots.
    var traits: ItemKindTraits {
        switch self {
        case .notes: Self.note
        case .tasks: Self.task
        case .comments: Self.comment
        case .chats: Self.chat
        case .chatMessages: Self.chatMessage
        case .taskLists: Self.taskList
        case .taskListCategories: Self.taskListCategory
        }
    }

    private static let note = ItemKindTraits(
        noun: "note",
        singular: "note",
        parentRule: .none,
        archiving: [.set("status", "archived")],
        actions: [
            ItemAction(name: "pin", effects: [.set("pinned", true)]),
            ItemAction(name: "unpin", effects: [.set("pinned", false)]),
            ItemAction(name: "archive", effects: [.set("status", "archived")]),
            ItemAction(name: "unarchive", effects: [.set("status", "active")]),
        ],
        hasFlatSyncFields: true
    )

    private static let task = ItemKindTraits(
        noun: "task",
        singular: "task",
        parentRule: .loose(key: "taskListUid", kind: .taskLists),
        archiving: [.set("status", "archived"), .set("done", true)],
        actions: [
            ItemAction(name: "start", effects: [.set("status", "in_progress"), .set("done", false)]),
            ItemAction(name: "complete", effects: [.set("status", "completed"), .set("done", true)]),
            ItemAction(name: "reopen", effects: [.set("status", "open"), .set("done", false)]),
        ]
    )

    private static let comment = ItemKindTraits(
        noun: "comment",
        singular: "comment",
        parentRule: .typed(typeKey: "parentType", key: "parentUid", kinds: [.notes, .tasks]),
        archiving: [.set("status", "archived")],
        actions: [
            ItemAction(name: "resolve", effects: [.set("status", "resolved")]),
            ItemAction(name: "reopen", effects: [.set("status", "open")]),
        ]
    )

    private static let chat = ItemKindTraits(
        noun: "chat",
        singular: "chat",
        parentRule: .none,
        archiving: [.set("archived", true)],
        actions: [
            ItemAction(name: "resolve", effects: [.set("status", "resolved")]),
            ItemAction(name: "reopen", effects: [.set("status", "active")]),
        ]
    )

    private static let chatMessage = ItemKindTraits(
        noun: "chat message",
        singular: "chat_message",
        parentRule: .required(key: "chatUid", kind: .chats),
        archiving: [.set("archived", true)],
        actions: [
            ItemAction(name: "mark_read", effects: [.set("read", true)]),
            ItemAction(name: "mark_delivered", effects: [.set("delivered", true)]),
        ]
    )

    private static let taskList = ItemKindTraits(
        noun: "task_list",
        singular: "task_list",
        parentRule: .loose(key: "categoryUid", kind: .taskListCategories),
        archiving: [.set("archived", true)],
        actions: [ItemAction(name: "unarchive", effects: [.set("archived", false)])]
    )

    private static let taskListCategory = ItemKindTraits(
        noun: "task_list_category",
        singular: "task_list_category",
        parentRule: .loose(key: "parentUid", kind: .taskListCategories),
        archiving: [.set("archived", true)],
        actions: [ItemAction(name: "unarchive", effects: [.set("archived", false)])]
    )
}

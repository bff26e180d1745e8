import JSON
import MCP
import ToolBridge

extension ItemPrompts {
    /// What happened in seven days, and what didn't.
    ///
    /// The 1,000 items that changed last are looked at, and besides them as many tasks and messages; the prompt says if there are more.
    var reviewMyWeek: Prompt<Caller> {
        Prompt(
            "review_my_week",
            title: "Review my week",
            "Looks back on seven days: what was completed, created, changed and deleted, and what is overdue.",
            day("The last day of the week, for example 2026-03-01; today (UTC) if left out.", proposing: Array(-6...0).reversed())
        ) { context, day in
            try await answer(context) { items, material in
                let first = day.adding(days: -6)
                let week = try await Week(from: first, through: day, tasksRead: tasksRead, items)
                let head = "Help me review my week, \(first) to \(day)."
                guard week.count > 0 else {
                    return [
                        head, "Nothing that is stored changed in these days, and no task is overdue.",
                        "Tell me so, and ask me what I want to look back on.",
                    ]
                }
                var shown = 0
                for (index, group) in week.groups.enumerated() {
                    // What comes first matters most, but leaves room for the others.
                    shown += material.quote(group.items, group.heading, share: index == week.groups.count - 1 ? 100 : 50) { view, writer in
                        ItemSummary(view).writeMembers(to: &writer)
                    }
                }
                let counts = week.groups.map { "\($0.heading.lowercased()): \($0.items.count)" }.joined(separator: "; ")
                return [
                    head,
                    PromptWords.data,
                    """
                    What follows: \(counts); chat messages written or changed: \(week.messages). An item is in the week of its \
                    latest change; overdue are all open tasks that were due before \(day), changed or not.\
                    \(week.isWhole ? "" : " There is very much: only what changed last was looked at.")
                    """,
                    PromptWords.leftOut(week.count - shown, of: week.count, "item"),
                    """
                    1. Sum up what I got done.
                    2. Say what I began and haven't finished, and what became overdue.
                    3. Point out what I keep putting off, and what I might have forgotten.
                    4. Propose at most five things for next week.
                    """,
                    PromptWords.ask,
                ]
            }
        }
    }
}

/// The items whose latest change lies in some days.
private struct Week {
    struct Group {
        let heading: String
        var items: [ItemView] = []
    }
    /// Those that have items, newest change first.
    let groups: [Group]
    let messages: Int
    /// Whether all changes were looked at.
    let isWhole: Bool

    /// How many are looked at.
    private static let items = 1_000

    init(
        from first: CalendarDay,
        through last: CalendarDay,
        tasksRead: Int,
        _ items: OwnedItems
    ) async throws(ItemError) {
        var completed = Group(heading: "Completed tasks")
        var overdue = Group(heading: "Overdue tasks")
        var created = Group(heading: "New items")
        var changed = Group(heading: "Changed items")
        var deleted = Group(heading: "Deleted items")
        let days = first.start..<last.adding(days: 1).start
        let latest = try await LatestItems.read(
            [.tasks, .notes, .comments, .chats, .taskLists],
            atMost: Self.items,
            since: first.start,
            includeDeleted: true,
            from: items
        )
        for item in latest.items where days.contains(item.updatedAt) {
            let view = ItemView(item)
            if item.deletedAt != nil {
                deleted.items.append(view)
            } else if item.kind == .tasks, TaskState(view).isDone {
                completed.items.append(view)
            } else if item.kind == .tasks, TaskState(view).isOverdue(on: last) {
                // It comes with those that didn't change.
                continue
            } else if item.version == 1 {
                created.items.append(view)
            } else {
                changed.items.append(view)
            }
        }
        // What nobody touched in these days is what was put off.
        let tasks = try await LatestItems.read(.tasks, atMost: tasksRead, from: items)
        overdue.items = tasks.items.map { ItemView($0) }.filter { TaskState($0).isOverdue(on: last) }
        // Messages apart, so that a busy chat doesn't crowd out the rest.
        let talk = try await LatestItems.read([.chatMessages], atMost: Self.items, since: first.start, from: items)
        messages = talk.items.count { days.contains($0.updatedAt) }
        isWhole = !latest.hasMore && !talk.hasMore && !tasks.hasMore
        groups = [completed, overdue, created, changed, deleted].filter { !$0.items.isEmpty }
    }

    /// How many items there are, messages aside.
    var count: Int { groups.reduce(0) { $0 + $1.items.count } }
}

import MCP
import ToolBridge

extension ItemPrompts {
    /// What is to be done on a day.
    ///
    /// Stores have no index of due dates: the 1,000 tasks that changed last are looked at, and the prompt says if there are more.
    var planMyDay: Prompt<Caller> {
        Prompt(
            "plan_my_day",
            title: "Plan my day",
            "Plans a day from the tasks that are overdue, due or in progress, and from the latest notes.",
            day("The day, for example 2026-03-01; today (UTC) if left out.", proposing: Array(0...6))
        ) { context, day in
            try await answer(context) { items, material in
                let tasks = try await DayTasks(on: day, from: LatestItems.read(.tasks, atMost: tasksRead, from: items))
                let latest = try await LatestItems.read(.notes, atMost: 20, from: items).items
                let notes = latest.map { ItemView($0) }.filter { $0.status != "archived" }.prefix(10)
                guard !tasks.all.isEmpty || !notes.isEmpty else {
                    return [
                        "Help me plan my day, \(day).",
                        "Nothing is stored for it: no task is overdue, due or in progress, and there are no notes. \(tasks.words)",
                        "Tell me so, and ask me what I want to do.",
                    ]
                }
                let embedded = material.embed(tasks.all, contentBytes: 1_000, share: notes.isEmpty ? 100 : 75)
                let shownNotes = material.embed(notes, contentBytes: 1_500)
                return [
                    "Help me plan my day, \(day).",
                    PromptWords.data,
                    """
                    First come my tasks: \(tasks.due.count) due on this day, \(tasks.overdue.count) overdue, \
                    and \(tasks.started.count) more in progress, in this order. \
                    Then come the notes that changed last, \(shownNotes).
                    """,
                    PromptWords.leftOut(tasks.all.count - embedded, of: tasks.all.count, "task", tasks.words),
                    """
                    1. Put the tasks into an order for the day, with about how long each takes, and leave time for breaks and for \
                    what comes up.
                    2. For each overdue task say whether to do it, to move it to another day or to drop it, and why.
                    3. Mention what in the notes matters for the day.
                    4. If it is too much for one day, say what can wait.
                    """,
                    PromptWords.ask,
                ]
            }
        }
    }

    /// How many tasks are looked at.
    var tasksRead: Int { 1_000 }
}

/// The tasks of a day among those that were read.
private struct DayTasks {
    /// Longest overdue first.
    let overdue: [ItemView]
    let due: [ItemView]
    /// In progress, and not due yet.
    let started: [ItemView]
    /// Says that there are more tasks than were looked at, or nothing.
    let words: String

    init(on day: CalendarDay, from latest: LatestItems) {
        var overdue: [(CalendarDay, ItemView)] = []
        var due: [ItemView] = []
        var started: [ItemView] = []
        for item in latest.items {
            let task = ItemView(item)
            let state = TaskState(task)
            guard !state.isDone else { continue }
            if let date = state.due, date < day {
                overdue.append((date, task))
            } else if state.due == day {
                due.append(task)
            } else if state.isInProgress {
                started.append(task)
            }
        }
        overdue.sort { $0.0 < $1.0 }
        self.overdue = overdue.map(\.1)
        self.due = due
        self.started = started
        words = latest.words
    }

    /// Those of the day come first: where there isn't room for all, they must not be the ones that are missing.
    var all: [ItemView] { due + overdue + started }
}

extension LatestItems {
    /// Says that there are more tasks than were looked at, or nothing.
    var words: String { hasMore ? "Only the \(PromptWords.count(items.count, "task")) that changed last were looked at." : "" }
}

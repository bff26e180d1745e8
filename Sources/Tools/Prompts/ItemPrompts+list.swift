import JSON
import MCP
import ToolBridge

extension ItemPrompts {
    /// What to do with tasks that have piled up.
    var tidyTaskList: Prompt<Caller> {
        Prompt(
            "tidy_task_list",
            title: "Tidy a task list",
            "Looks through open tasks for duplicates, unclear titles, and what is out of date.",
            optionalList("Title or uid of the task list; all open tasks if left out.")
        ) { context, list in
            try await answer(context) { items, material in
                let list = try await self.list(list, items)
                let (tasks, words) = try await openTasks(of: list, items)
                let head = list == nil ? "Help me tidy my open tasks." : "Help me tidy a task list."
                if let list { _ = material.embedWhole(list, share: 25) }
                guard !tasks.isEmpty else {
                    return [
                        head, list == nil ? "" : PromptWords.data, "No task is open\(list == nil ? "" : " in this list"). \(words)",
                        "Tell me so.",
                    ]
                }
                let shown = material.quote(tasks, "Open tasks") { $1.task($0, textBytes: 300) }
                return [
                    head,
                    PromptWords.data,
                    """
                    \(list == nil ? "The next one holds" : "The first holds the list, the second") the open tasks, \(shown), newest change first. \
                    Today is \(today) (UTC).
                    """,
                    PromptWords.leftOut(tasks.count - shown, of: tasks.count, "open task", words),
                    """
                    1. Name tasks that mean the same, and which of them to keep.
                    2. Propose clearer titles where one doesn't say what is to be done.
                    3. Name tasks that are overdue or haven't changed for long: do, move, or drop?
                    4. Name tasks that are several in one, and how to split them.
                    5. Give it to me as one list of changes, each with the uid of its task.
                    """,
                    PromptWords.ask,
                ]
            }
        }
    }

    /// The tasks of a list that are open, newest change first, or of all lists, and words if there are more than were looked at.
    func openTasks(of list: ItemView?, _ items: OwnedItems) async throws(ItemError) -> (tasks: [ItemView], words: String) {
        let filter = list.map { ItemFilter(parentUID: $0.item.uid, parentKind: .taskLists) } ?? ItemFilter()
        let latest = try await LatestItems.read(.tasks, atMost: tasksRead, filter: filter, from: items)
        return (latest.items.map { ItemView($0) }.filter { !TaskState($0).isDone }, latest.words)
    }
}

extension JSONWriter {
    /// The members of a task that is quoted: its summary, and a little of what else it says.
    mutating func task(_ view: ItemView, textBytes: Int) {
        ItemSummary(view).writeMembers(to: &self)
        if let priority = view.line("priority") { member("priority", priority) }
        let tags = view.lines("tags", count: 8)
        if !tags.isEmpty { member("tags", strings: tags) }
        guard textBytes > 0 else { return }
        let text = DisplayText.line(view.content, bytes: textBytes)
        if !text.isEmpty, text != view.title { member("text", text) }
    }
}

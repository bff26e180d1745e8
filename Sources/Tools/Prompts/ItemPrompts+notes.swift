import MCP
import ToolBridge

extension ItemPrompts {
    /// What is to be done after a meeting.
    var meetingNotesToTasks: Prompt<Caller> {
        Prompt(
            "meeting_notes_to_tasks",
            title: "Meeting notes to tasks",
            "Finds the tasks that a note of a meeting holds.",
            item("note", title: "Note", "Title or uid of the note.", .notes),
            optionalList("Title or uid of the task list that the tasks go to.")
        ) { context, note, list in
            try await answer(context) { items, material in
                let note = try await find(note, "note", .notes, items)
                let list = try await self.list(list, items)
                let (tasks, words) = try await openTasks(of: list, items)
                let isWhole = material.embedWhole(note, share: 75)
                if let list { _ = material.embed([list], contentBytes: 500) }
                let shown = material.quote(tasks, "Open tasks") { $1.task($0, textBytes: 0) }
                return [
                    "Find the tasks in my notes of a meeting.",
                    PromptWords.data,
                    """
                    The first holds the note\(isWhole ? "" : ", which is too long to be here whole").\
                    \(list == nil ? "" : " The second holds the task list that the tasks are to go to.")\
                    \(shown == 0 ? "" : " The last has open tasks\(list == nil ? "" : " of that list"): don't propose those again.")
                    """,
                    PromptWords.leftOut(tasks.count - shown, of: tasks.count, "open task", words),
                    """
                    1. List each thing that somebody is to do: a title that begins with a verb, who does it and by when if the \
                    note says so. Invent neither.
                    2. Quote the words of the note that each comes from.
                    3. Say what is unclear, and ask me about it.
                    4. Once I agree, create the tasks\(list == nil ? "" : " in that list (taskListUid)").
                    """,
                    PromptWords.ask,
                ]
            }
        }
    }
}

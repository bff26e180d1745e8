import JSON
import ToolBridge

/// How far a task is, read from members that clients may spell in many ways.
struct TaskState: Sendable, Equatable {
    /// Completed, or put away.
    let isDone: Bool
    let isInProgress: Bool
    /// The day on which it is due, as it was written: no zone of time counts.
    let due: CalendarDay?

    private static let done = ["completed", "complete", "done", "archived", "cancelled", "canceled", "closed"]
    private static let inProgress = ["in_progress", "doing", "started"]

    init(_ task: ItemView) {
        let status = String((task.status ?? "").lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
        isDone = task.object["done"]?.boolean == true || Self.done.contains(status)
        isInProgress = !isDone && Self.inProgress.contains(status)
        due = Self.due(task)
    }

    /// Whether it should have been done before a day.
    func isOverdue(on day: CalendarDay) -> Bool {
        !isDone && due.map { $0 < day } == true
    }

    private static func due(_ task: ItemView) -> CalendarDay? {
        guard let value = task.object["dueDate"] else { return nil }
        if let milliseconds = value.integral {
            return milliseconds > 0 ? CalendarDay(of: Timestamp(milliseconds: milliseconds)) : nil
        }
        guard let text = task.line("dueDate") else { return nil }
        return CalendarDay(text) ?? Timestamp(payloadText: text).map(CalendarDay.init(of:))
    }
}

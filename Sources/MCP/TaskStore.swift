/// Where tasks are kept; `TasksInMemory` is one.
///
/// All that tasks need of a database stands here, so that any replica can answer for any task (TK13). Times are Unix milliseconds and
/// always handed in. A store of several replicas also knows which of them runs a task, and fails those whose replica is gone.
public protocol TaskStore: Sendable {
    /// Keeps a new task; when this returns, any replica finds it (TK3).
    ///
    /// - Parameter openTasks: How many tasks that haven't ended this owner may have, with this one; nil for any number.
    /// - Returns: false if there are too many; then it isn't kept.
    /// - Throws: `TaskStoreIsFull` if there is no room for it, however few are open.
    func create(_ task: TaskRecord, openTasks: Int?) async throws -> Bool

    /// The task with exactly these bytes as its id; it may have expired already.
    func find(_ id: String) async throws -> TaskRecord?

    /// Changes a task in one step that no other change comes between.
    ///
    /// - Parameter change: Has no effect but the change, so that it may be run again. What it throws leaves the task as it was, and goes on.
    /// - Returns: The task as it was and as it is now; nil if there is none.
    func change(
        _ id: String,
        _ change: @Sendable (inout TaskRecord) throws -> Void
    ) async throws -> (before: TaskRecord, after: TaskRecord)?

    /// Forgets what has expired.
    ///
    /// - Returns: The ids of those that had not ended, so that their work is stopped.
    func removeExpired(at now: Int64) async throws -> [String]
}

/// A store keeps no more tasks until some expire; the caller is told so.
public struct TaskStoreIsFull: Error, Sendable {
    public init() {}
}

import Synchronization

/// Tasks of one process: they end with it.
public final class TasksInMemory: TaskStore {
    private let capacity: Int
    private let state = Mutex(State())

    private struct State {
        var tasks: [String: TaskRecord] = [:]
        /// How many tasks of each owner haven't ended.
        var open: [Principal: Int] = [:]
        /// No task expires before; so that not each call looks through all of them.
        var nextExpiry = Int64.max

        mutating func remove(_ task: TaskRecord) {
            tasks[task.id] = nil
            if !task.isFinal { countDown(task.owner) }
        }

        mutating func countDown(_ owner: Principal) {
            let count = (open[owner] ?? 0) - 1
            open[owner] = count > 0 ? count : nil
        }
    }

    /// - Parameter capacity: How many tasks are kept at most, with those that have ended; then none is taken until one expires.
    public init(capacity: Int = 10_000) {
        self.capacity = capacity
    }

    public func create(_ task: TaskRecord, openTasks: Int?) async throws -> Bool {
        state.withLock { state in
            let open = state.open[task.owner] ?? 0
            guard state.tasks.count < capacity, openTasks.map({ open < $0 }) ?? true else { return false }
            state.tasks[task.id] = task
            state.open[task.owner] = open + 1
            state.nextExpiry = min(state.nextExpiry, task.expires ?? .max)
            return true
        }
    }

    public func find(_ id: String) async throws -> TaskRecord? {
        state.withLock { $0.tasks[id] }.flatMap { $0.id.sameBytes(id) ? $0 : nil }
    }

    public func change(
        _ id: String,
        _ change: @Sendable (inout TaskRecord) throws -> Void
    ) async throws -> (before: TaskRecord, after: TaskRecord)? {
        try state.withLock { state in
            guard let before = state.tasks[id], before.id.sameBytes(id) else { return nil }
            var after = before
            try change(&after)
            state.tasks[id] = after
            if after.isFinal, !before.isFinal { state.countDown(before.owner) }
            return (before, after)
        }
    }

    public func removeExpired(at now: Int64) async throws -> [String] {
        state.withLock { state in
            guard now >= state.nextExpiry else { return [] }
            let expired = state.tasks.values.filter { $0.isExpired(at: now) }
            for task in expired { state.remove(task) }
            state.nextExpiry = state.tasks.values.lazy.compactMap(\.expires).min() ?? .max
            return expired.filter { !$0.isFinal }.map(\.id)
        }
    }
}

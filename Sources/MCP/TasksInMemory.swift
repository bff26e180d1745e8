import Synchronization

/// Tasks of one process: they end with it.
public final class TasksInMemory: TaskStore {
    private let capacity: Int
    private let tasksOfOwner: Int
    private let bytes: Int
    private let state = Mutex(State())

    private struct State {
        var tasks: [String: TaskRecord] = [:]
        /// How many tasks of each owner are kept.
        var kept: [Principal: Int] = [:]
        /// About how many bytes all of them have.
        var bytes = 0
        /// How many tasks of each owner haven't ended.
        var open: [Principal: Int] = [:]
        /// No task expires before; so that not each call looks through all of them.
        var nextExpiry = Int64.max

        mutating func remove(_ task: TaskRecord) {
            tasks[task.id] = nil
            bytes -= task.size
            State.countDown(&kept, task.owner)
            if !task.isFinal { State.countDown(&open, task.owner) }
        }

        static func countDown(_ counts: inout [Principal: Int], _ owner: Principal) {
            let count = (counts[owner] ?? 0) - 1
            counts[owner] = count > 0 ? count : nil
        }
    }

    /// Keeps tasks within limits, those that have ended included: beyond them no new one is taken until one expires.
    ///
    /// - Parameters:
    ///   - capacity: How many tasks.
    ///   - tasksOfOwner: How many of one owner, so that nobody fills it alone; `anonymous` counts as one.
    ///   - bytes: In how many bytes of results, questions and answers; what runs already may go beyond.
    public init(capacity: Int = 10_000, tasksOfOwner: Int = 1_000, bytes: Int = 134_217_728) {
        self.capacity = capacity
        self.tasksOfOwner = tasksOfOwner
        self.bytes = bytes
    }

    public func create(_ task: TaskRecord, openTasks: Int?) async throws -> Bool {
        try state.withLock { state in
            let open = state.open[task.owner] ?? 0
            guard openTasks.map({ open < $0 }) ?? true else { return false }
            let kept = state.kept[task.owner] ?? 0
            guard state.tasks.count < capacity, kept < tasksOfOwner, state.bytes < bytes else { throw TaskStoreIsFull() }
            state.tasks[task.id] = task
            state.bytes += task.size
            state.kept[task.owner] = kept + 1
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
            state.bytes += after.size - before.size
            if after.isFinal, !before.isFinal { State.countDown(&state.open, before.owner) }
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

extension TaskRecord {
    /// About how many bytes it has in memory.
    fileprivate var size: Int {
        let content =
            switch state {
            case .completed(let bytes), .failed(let bytes): bytes.count
            case .working, .cancelled: 0
            }
        return questions.reduce(512 + content + (message?.utf8.count ?? 0)) {
            $0 + $1.key.utf8.count + $1.request.count + ($1.answer?.count ?? 0)
        }
    }
}

import JSON
import Synchronization

/// Runs the work of tasks, and tells who watches how it stands.
///
/// ```swift
/// let tasks = TaskRunner(now: { … })
/// let server = Server(try ServerDefinition(info: …, tools: [slow], tasks: tasks))
/// …
/// await tasks.stop()
/// ```
/// One for a process; definitions that replace each other have the same one.
public final class TaskRunner: Sendable {
    let store: any TaskStore
    private let lifetime: Int64?
    private let pollInterval: Int64
    private let openTasks: Int
    private let now: @Sendable () -> Int64
    let report: @Sendable (_ error: any Error, _ correlationID: String) -> Void
    private let state = Mutex(State())

    private struct State {
        var isStopped = false
        var running: [String: Running] = [:]
        var watchers: [ServerChanges] = []
    }

    private struct Running {
        let desk: TaskDesk
        let work: Task<Void, Never>
    }

    /// - Parameters:
    ///   - store: Where the tasks are kept.
    ///   - lifetime: How long after its creation a task can be asked for; then its work is stopped too. nil for ever.
    ///   - pollInterval: How often clients should ask for a task.
    ///   - openTasks: How many tasks of one owner may run; `anonymous` may have any number.
    ///   - now: The time in Unix milliseconds.
    ///   - report: Takes errors that your handlers throw, for the log; clients see only the correlation id.
    public init(
        store: any TaskStore = TasksInMemory(),
        lifetime: Duration? = .seconds(3_600),
        pollInterval: Duration = .seconds(1),
        openTasks: Int = 100,
        now: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (_ error: any Error, _ correlationID: String) -> Void = { _, _ in }
    ) {
        self.store = store
        self.lifetime = lifetime.map { max($0.milliseconds, 1) }
        self.pollInterval = max(pollInterval.milliseconds, 1)
        self.openTasks = openTasks
        self.now = now
        self.report = report
    }

    /// Ends all work that runs here: its tasks become failed, and no new one is taken.
    ///
    /// Returns when the work has ended; work that ignores that it is cancelled makes it wait.
    public func stop() async {
        let running = state.withLock { state in
            state.isStopped = true
            return state.running
        }
        for (id, running) in running {
            await end(id, .failed(.internalFailure("the server that ran this task stopped")), correlationID: id)
            running.work.cancel()
        }
        for running in running.values { await running.work.value }
    }

    /// Forgets tasks that have expired, and stops their work (B17).
    ///
    /// Each new task does it too, and whoever asks for one that has expired; a server where that may not happen for long calls it now and then.
    public func removeExpired() async throws {
        for id in try await store.removeExpired(at: now()) {
            state.withLock { $0.running[id] }?.work.cancel()
        }
    }

    /// Looks at a task that another replica has changed: who watches it is told, answers go to its work, a cancellation stops it (TK13).
    ///
    /// It need not run here.
    public func reread(_ id: String) async throws {
        let record = try await store.find(id)
        if let record { tell(record) }
        guard let running = state.withLock({ $0.running[id] }) else { return }
        guard let record, !record.isFinal else { return running.work.cancel() }
        running.desk.deliver(record)
    }

    /// Whoever watches these is told of each change from now on.
    func notify(_ changes: ServerChanges) {
        state.withLock { state in
            if !state.watchers.contains(where: { $0 === changes }) { state.watchers.append(changes) }
        }
    }

    /// The task with this id if it is this owner's and has not expired (TK7).
    func find(_ id: String, of owner: Principal) async throws -> TaskRecord? {
        guard let record = try await store.find(id), record.owner == owner else { return nil }
        guard record.isExpired(at: now()) else { return record }
        try await removeExpired()
        return nil
    }

    /// Keeps a new task and begins its work (TK3).
    ///
    /// - Throws: `ToolFailure` if this owner has too many, the store is full, or the server is about to stop.
    func create(
        for owner: Principal,
        _ message: String,
        correlationID: String,
        _ work: @escaping @Sendable (TaskDesk) async -> TaskEnd
    ) async throws -> TaskRecord {
        guard !state.withLock({ $0.isStopped }) else { throw TaskRunner.stopping }
        try await removeExpired()
        let time = now()
        var generator = SystemRandomNumberGenerator()
        let record = TaskRecord(
            id: TaskRunner.digits(generator.next()) + TaskRunner.digits(generator.next()),
            owner: owner,
            createdAt: time,
            updatedAt: time,
            lifetime: lifetime,
            pollInterval: pollInterval,
            message: message
        )
        let limit = owner == .anonymous ? nil : openTasks
        do {
            guard try await store.create(record, openTasks: limit) else {
                throw ToolFailure("too many tasks are open: wait until one of them ends, or cancel one")
            }
        } catch is TaskStoreIsFull {
            throw ToolFailure("the server keeps no more tasks now: call again later")
        }
        guard start(record, correlationID, work) else {
            _ = try await change(record.id) { $0.end(.cancelled, TaskMessage.cancelled) }
            throw TaskRunner.stopping
        }
        return record
    }

    /// Takes answers to open questions; others are ignored (TK5, M8).
    ///
    /// - Throws: `MCPError.invalidParameters` for an answer that is none; then nothing is taken.
    func answer(_ task: TaskRecord, _ responses: JSONValue) async throws {
        let desk = state.withLock { $0.running[task.id] }?.desk
        var taken: [String: [UInt8]] = [:]
        for question in task.openQuestions {
            guard let response = responses[question.key] else { continue }
            guard response.kind == .object else { throw MCPError.invalidParameters("an input response must be an object") }
            switch desk?.fault(of: response, to: question.key) {
            case .malformed(let text): throw MCPError.invalidParameters("an input response does not fit: \(text)")
            // It stays open, which asks for it again.
            case .incomplete: continue
            case nil: taken[question.key] = Array(response.bytes)
            }
        }
        guard !taken.isEmpty else { return }
        let answers = taken
        let record = try await change(task.id) { record in
            for index in record.questions.indices where record.questions[index].answer == nil {
                record.questions[index].answer = answers[record.questions[index].key]
            }
            if record.openQuestions.isEmpty { record.message = TaskMessage.working }
        }
        if let record { desk?.deliver(record) }
    }

    /// Ends a task that runs; one that has ended stays as it is (TK5, TK6).
    func cancel(_ task: TaskRecord) async throws {
        _ = try await change(task.id) { $0.end(.cancelled, TaskMessage.cancelled) }
        state.withLock { $0.running[task.id] }?.work.cancel()
    }

    /// - Returns: false if nothing is begun any more.
    private func start(_ record: TaskRecord, _ correlationID: String, _ work: @escaping @Sendable (TaskDesk) async -> TaskEnd) -> Bool {
        let id = record.id
        let desk = TaskDesk(
            ask: { [weak self] questions in
                let record = try await self?.change(id) { record in
                    record.questions += questions
                    record.message = TaskMessage.waiting
                }
                guard let record, !record.isFinal else {
                    // Another replica has ended it.
                    self?.state.withLock { $0.running[id] }?.work.cancel()
                    throw CancellationError()
                }
            },
            withdraw: { [weak self] keys in
                _ = try await self?.change(id) { record in
                    record.questions.removeAll { question in question.answer == nil && keys.contains { $0.sameBytes(question.key) } }
                    if record.openQuestions.isEmpty { record.message = TaskMessage.working }
                }
            }
        )
        return state.withLock { state in
            guard !state.isStopped else { return false }
            // It outlives its request, which is answered now; `cancel` and `stop` end it, and `stop` waits for it.
            let task = Task {
                let end = await work(desk)
                await self.end(id, end, correlationID: correlationID)
                self.state.withLock { _ = $0.running.removeValue(forKey: id) }
            }
            state.running[id] = Running(desk: desk, work: task)
            return true
        }
    }

    /// Settles a task; nothing that comes later changes it (TK6).
    private func end(_ id: String, _ end: TaskEnd, correlationID: String) async {
        do {
            _ = try await change(id) { record in
                switch end {
                case .completed(let result): record.end(.completed(result: result), TaskMessage.completed)
                case .failed(let error): record.end(.failed(error: error.object), error.message)
                }
            }
        } catch {
            report(error, correlationID)
        }
    }

    /// Changes a task that has not ended, and tells who watches it.
    ///
    /// - Returns: The task as it is now; nil if there is none.
    private func change(_ id: String, _ change: @Sendable (inout TaskRecord) -> Void) async throws -> TaskRecord? {
        let time = now()
        let changed = try await store.change(id) { record in
            guard !record.isFinal else { return }
            let before = record
            change(&record)
            if record != before { record.updatedAt = max(time, before.updatedAt) }
        }
        guard let (before, after) = changed else { return nil }
        if before != after { tell(after) }
        return after
    }

    private func tell(_ record: TaskRecord) {
        let notice = ChangeNotice(.task(record.id), of: record.owner)
        for watcher in state.withLock({ $0.watchers }) { watcher.post(notice) }
    }

    private static let stopping = ToolFailure("the server is about to stop: call again later")

    /// 16 hex digits.
    private static func digits(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

/// How the work of a task came to its end.
enum TaskEnd: Sendable {
    /// The tool's result, an object.
    case completed([UInt8])
    case failed(MCPError)
}

/// What clients read about a task's state, unless the tool says something better.
enum TaskMessage {
    static let working = "The tool is running."
    static let waiting = "The tool waits for answers."
    static let completed = "The tool has finished."
    static let cancelled = "The task was cancelled."
}

extension Duration {
    /// Whole ones; what doesn't fit is the largest that does.
    var milliseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000)
        let (sum, overflows) = whole.addingReportingOverflow(components.attoseconds / 1_000_000_000_000_000)
        return overflow || overflows ? .max : sum
    }
}

import Synchronization

extension RequestContext {
    /// Lets the rest of a call go on as a task, where the client can follow one; elsewhere it runs right here (TK2).
    ///
    /// ```swift
    /// Tool("slow", title: "Slow", "Takes its time.", annotations: .reading, tasks: .allowed, .integer("seconds", "How long.")) { context, seconds in
    ///     try await context.asTask(if: seconds > 0) { context in
    ///         .text(try await compute(seconds))
    ///     }
    /// }
    /// ```
    /// Once the task exists the client has its answer: the handler's run ends here by an error that it must let pass, and what the
    /// work gives or throws is what the client finds by asking for the task. What must be asked before stands before (TK11); what the work
    /// asks is asked by the task, which waits (TK5); but where it runs right here each answer runs the handler again, so work that asks after
    /// effects needs a tool whose tasks are `required`. In a task there is no progress and there are no log messages (PR2).
    ///
    /// - Parameters:
    ///   - isLong: Whether it is worth a task; a short run is answered at once.
    ///   - message: What people may read while it runs.
    ///   - work: Must stop when it is cancelled, and talk to the client by the context it is given.
    /// - Returns: What the work gives, where it runs right here.
    /// - Throws: What the work throws, and `ToolFailure` if the caller has too many tasks open.
    public func asTask(
        if isLong: Bool = true,
        _ message: String? = nil,
        _ work: @escaping @Sendable (RequestContext<Caller>) async throws -> ToolResult
    ) async throws -> ToolResult {
        guard isLong, let taskStart else { return try await work(self) }
        try Task.checkCancellation()
        if let fault = link?.swallowedQuestion { throw fault }
        // The task must not keep the request and its connection.
        let run = taskStart.run
        let context = RequestContext(after: self)
        try await taskStart.begin(message ?? TaskMessage.working) { desk in await run(work, RequestContext(context, desk: desk)) }
        throw TaskBegan()
    }
}

/// Ends the run of a handler whose call has become a task.
struct TaskBegan: Error {}

/// What a call needs to become a task.
final class TaskStart<Caller: Sendable>: Sendable {
    private let runner: TaskRunner
    private let owner: Principal
    private let correlationID: String
    /// Runs the work to the tool's end.
    let run:
        @Sendable (
            _ work: @Sendable (RequestContext<Caller>) async throws -> ToolResult,
            _ context: RequestContext<Caller>
        ) async -> TaskEnd
    private let begun = Mutex<TaskRecord?>(nil)

    init(
        _ runner: TaskRunner,
        for owner: Principal,
        correlationID: String,
        run:
            @escaping @Sendable (
                _ work: @Sendable (RequestContext<Caller>) async throws -> ToolResult,
                _ context: RequestContext<Caller>
            ) async -> TaskEnd
    ) {
        self.runner = runner
        self.owner = owner
        self.correlationID = correlationID
        self.run = run
    }

    /// The task that the call has become.
    var task: TaskRecord? { begun.withLock { $0 } }

    /// - Throws: `TaskBegan` if there is one already.
    func begin(_ message: String, _ work: @escaping @Sendable (TaskDesk) async -> TaskEnd) async throws {
        guard task == nil else { throw TaskBegan() }
        let record = try await runner.create(for: owner, message, correlationID: correlationID, work)
        begun.withLock { $0 = record }
    }
}

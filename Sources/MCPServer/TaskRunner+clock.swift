public import MCP

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension TaskRunner {
    /// Runs the work of tasks by the clock of this machine.
    ///
    /// - Parameters:
    ///   - store: Where the tasks are kept.
    ///   - lifetime: How long after its creation a task can be asked for; then its work is stopped too. nil for ever.
    ///   - pollInterval: How often clients should ask for a task.
    ///   - openTasks: How many tasks of one owner may run; `anonymous` may have any number.
    ///   - report: Takes errors that your handlers throw, for the log; clients see only the correlation id. nil writes a line each on standard error.
    public convenience init(
        store: any TaskStore = TasksInMemory(),
        lifetime: Duration? = .seconds(3_600),
        pollInterval: Duration = .seconds(1),
        openTasks: Int = 100,
        report: (@Sendable (_ error: any Error, _ correlationID: String) -> Void)? = nil
    ) {
        self.init(
            store: store,
            lifetime: lifetime,
            pollInterval: pollInterval,
            openTasks: openTasks,
            now: {
                var time = timespec()
                clock_gettime(CLOCK_REALTIME, &time)
                return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
            },
            report: report ?? StandardError.report
        )
    }
}

internal import NIOCore
internal import NIOPosix
import Synchronization

/// Work that is waited for only so long: its result, the end of its time, or a stop, whichever is first (B17).
///
/// Work that ignores that it is cancelled goes on, but nobody waits for it any more, and what it comes to is dropped.
final class LimitedWork<Result: Sendable>: Sendable {
    private struct State {
        /// What the wait came to.
        var end: Result??
        var waiter: UnsafeContinuation<Result?, Never>?
        var task: Task<Void, Never>?
        var timer: Scheduled<Void>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// Runs the work; at most once.
    ///
    /// It begins at once on this thread. Work that never waits is over before a clock would have to be asked, and costs no clock.
    ///
    /// - Parameters:
    ///   - remaining: How long it may still run; that may move while it runs.
    ///   - late: The result if its time is over first.
    /// - Returns: nil if it was stopped, or the task that waits was cancelled.
    func run(
        while remaining: @escaping @Sendable () -> Duration,
        late: @escaping @Sendable () -> Result?,
        _ work: @escaping @Sendable () async -> Result
    ) async -> Result? {
        if let end = state.withLock({ $0.end }) { return end }
        let run: @Sendable () async -> Void = { [self] in finish(await work()) }
        // A task of its own, for a group would wait for work that ignores that it is cancelled (I6). It ends with its work.
        let task =
            if #available(macOS 26, *) {
                Task.immediate(operation: run)
            } else {
                Task(operation: run)
            }
        let (end, isCancelled) = state.withLock { state in
            if state.end == nil { state.task = task }
            return (state.end, state.isCancelled)
        }
        if end != nil || isCancelled { task.cancel() }
        if let end { return end }
        watch(remaining, late)
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let end = state.withLock { state in
                    if state.end == nil { state.waiter = continuation }
                    return state.end
                }
                if let end { continuation.resume(returning: end) }
            }
        } onCancel: {
            stop()
        }
    }

    /// - Parameter time: From now on.
    /// - Returns: nil also if that was over first.
    func run(for time: Duration, _ work: @escaping @Sendable () async -> Result) async -> Result? {
        let start = ContinuousClock.now
        return await run(while: { time - start.duration(to: .now) }, late: { nil }, work)
    }

    /// Cancels the work, and ends the wait for it; work that hasn't begun never does.
    func stop() {
        finish(nil)
    }

    /// Cancels the work, and still waits for it, until its time is over.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    private func finish(_ result: Result?) {
        let old = state.withLock { state -> State? in
            guard state.end == nil else { return nil }
            defer { state = State(end: .some(result)) }
            return state
        }
        guard let old else { return }
        old.timer?.cancel()
        old.waiter?.resume(returning: result)
        old.task?.cancel()
    }

    /// Looks at the time when it may be over, and again if it isn't.
    private func watch(_ remaining: @escaping @Sendable () -> Duration, _ late: @escaping @Sendable () -> Result?) {
        let time = remaining()
        guard time > .zero else { return finish(late()) }
        let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(time)) { [self] in watch(remaining, late) }
        let isOver = state.withLock { state in
            if state.end == nil { state.timer = timer }
            return state.end != nil
        }
        if isOver { timer.cancel() }
    }
}

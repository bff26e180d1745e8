internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Runs work for at most so long (B17).
///
/// Work that ignores that it is cancelled is waited for all the same. The work begins at once on this thread. Work that never waits is over before a clock would have to be asked, and costs no clock.
///
/// - Parameter stop: A second reason to stop: when it returns true, the work is cancelled and nil is returned.
/// - Returns: What the work made; `late` if its time was over first; nil if it was stopped.
func limited<Result: Sendable>(
    to limit: Duration,
    late: @autoclosure () -> Result,
    stop: (@Sendable () async -> Bool)? = nil,
    _ work: @escaping @Sendable () async -> Result
) async -> Result? {
    let start = ContinuousClock.now
    return await limited(while: { limit - start.duration(to: .now) }, late: late(), stop: stop, work)
}

/// The same for a limit that may move while the work runs.
///
/// - Parameter remaining: How long it may still run.
func limited<Result: Sendable>(
    while remaining: @escaping @Sendable () -> Duration,
    late: @autoclosure () -> Result,
    stop: (@Sendable () async -> Bool)? = nil,
    _ work: @escaping @Sendable () async -> Result
) async -> Result? {
    await withTaskGroup(of: Event<Result>.self) { group in
        let isOver = Flag()
        let run: @Sendable () async -> Event<Result> = {
            let result = await work()
            isOver.raise()
            return .done(result)
        }
        if #available(macOS 26, *) {
            group.addImmediateTask(operation: run)
        } else {
            group.addTask(operation: run)
        }
        if !isOver.isRaised {
            group.addTask {
                while true {
                    let time = remaining()
                    guard time > .zero else { return .late }
                    guard await hasPassed(time) else { return .idle }
                }
            }
            if let stop {
                group.addTask { await stop() ? .stopped : .idle }
            }
        }
        defer { group.cancelAll() }
        for await event in group {
            switch event {
            case .done(let result): return result
            case .late: return late()
            case .stopped: return nil
            case .idle: continue
            }
        }
        return late()
    }
}

/// Whether so long went by; false if the wait was cancelled.
///
/// An event loop's timer and not `Task.sleep`, which when cancelled keeps its task until the time is over: a minute of calls would stay in memory.
func hasPassed(_ time: Duration) async -> Bool {
    let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(time)) {}
    return await withTaskCancellationHandler {
        (try? await timer.futureResult.get()) != nil
    } onCancel: {
        timer.cancel()
    }
}

private enum Event<Result: Sendable>: Sendable {
    case done(Result), late, stopped, idle
}

/// Raised once, by another task.
private final class Flag: Sendable {
    private let state = Atomic(false)

    var isRaised: Bool { state.load(ordering: .acquiring) }

    func raise() { state.store(true, ordering: .releasing) }
}

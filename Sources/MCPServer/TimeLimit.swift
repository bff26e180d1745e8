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
            group.addTask { (try? await Task.sleep(for: limit)) == nil ? .idle : .late }
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

private enum Event<Result: Sendable>: Sendable {
    case done(Result), late, stopped, idle
}

/// Raised once, by another task.
private final class Flag: Sendable {
    private let state = Atomic(false)

    var isRaised: Bool { state.load(ordering: .acquiring) }

    func raise() { state.store(true, ordering: .releasing) }
}

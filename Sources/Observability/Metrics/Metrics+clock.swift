import Synchronization

extension Metrics {
    /// Compares the clocks whenever somebody asks.
    func readClockJumps() {
        let watch = ClockWatch()
        read(.clockJumps) { Double(watch.jumps(wall: WallClock.milliseconds(), elapsed: watch.elapsed)) }
    }
}

/// Finds jumps of the wall clock: it and the monotonic clock must go on together.
final class ClockWatch: Sendable {
    private struct State {
        var jumps = 0
        /// Wall clock less monotonic clock, in milliseconds.
        var offset: Int64?
    }

    /// Milliseconds; less is what setting a clock by its neighbours does.
    private static let tolerance: Int64 = 5000

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// Milliseconds on the monotonic clock.
    var elapsed: Int64 {
        let (seconds, attoseconds) = (.now - start).components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// How many jumps there have been, from one look to the next.
    func jumps(wall: Int64, elapsed: Int64) -> Int {
        state.withLock { state in
            let offset = wall &- elapsed
            if let last = state.offset, !(-Self.tolerance...Self.tolerance).contains(offset &- last) { state.jumps += 1 }
            state.offset = offset
            return state.jumps
        }
    }
}

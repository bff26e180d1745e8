import Auth
import Synchronization

/// Clocks that stand still until a test moves them.
final class TestTime: Sendable {
    private struct State {
        var wall: Int64 = 1_772_359_200_000
        var monotonic = ContinuousClock.now
    }

    private let state = Mutex(State())

    var clocks: Clocks {
        Clocks(wall: { self.state.withLock { $0.wall } }, monotonic: { self.state.withLock { $0.monotonic } })
    }

    func advance(_ duration: Duration) {
        state.withLock { state in
            state.monotonic += duration
            state.wall += Self.milliseconds(duration)
        }
    }

    /// Sets the wall clock alone.
    func shift(milliseconds: Int64) { state.withLock { $0.wall += milliseconds } }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    }
}

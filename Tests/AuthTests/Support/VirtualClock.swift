import Auth
import Synchronization

/// A clock that goes forward when it is told to.
final class VirtualClock: Sendable {
    private static let start = ContinuousClock.now
    private let passed = Mutex(Duration.zero)

    var clocks: Clocks {
        Clocks(wall: { self.passed.withLock { Int64($0 / .milliseconds(1)) } }, monotonic: { Self.start + self.passed.withLock { $0 } })
    }

    func advance(_ time: Duration) { passed.withLock { $0 += time } }
}

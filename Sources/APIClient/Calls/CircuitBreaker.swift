import Synchronization

/// Refuses calls at once while nothing comes back from the API, so that nobody waits for it in vain.
///
/// It opens after ``threshold`` requests in a row to which there was no answer. From then on one request a ``pause`` is let through; the first
/// answer, whatever it says, closes it.
final class CircuitBreaker: Sendable {
    private struct State {
        var failures = 0
        /// When the next request may look; `nil` while closed.
        var next: ContinuousClock.Instant?
    }

    static let threshold = 5
    static let pause = Duration.seconds(1)

    private let state = Mutex(State())

    /// Whether a request may go now.
    func admits(at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard let next = state.next else { return true }
            guard now >= next else { return false }
            state.next = now + Self.pause
            return true
        }
    }

    func answered() {
        state.withLock { state in
            guard state.failures > 0 else { return }
            state = State()
        }
    }

    func failed(at now: ContinuousClock.Instant) {
        state.withLock { state in
            state.failures = min(state.failures + 1, Self.threshold)
            if state.failures == Self.threshold { state.next = now + Self.pause }
        }
    }

    var isOpen: Bool { state.withLock { $0.next != nil } }
}

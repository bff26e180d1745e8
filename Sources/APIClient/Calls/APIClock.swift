import Synchronization
import ToolBridge

/// What time it is at the API, learnt from the `Date` of its answers.
///
/// A request's signature counts for a minute only, and after a machine has slept its own clock may be off by more.
final class APIClock: Sendable {
    private struct State {
        /// Milliseconds by which the API's clock is ahead.
        var offset: Int64 = 0
        /// Wall time minus monotonic time, when it was last looked at.
        var base: Int64?
        /// Whether nothing was learnt since the clocks went apart.
        var isDoubtful = false
    }

    /// By how much wall and monotonic time may go apart before both the offset and kept connections are in doubt.
    static let jump: Int64 = 5000

    private let start = ContinuousClock.now
    private let maximum: Int64
    private let state = Mutex(State())

    init(maximumSkew: Duration) {
        maximum = max(0, maximumSkew.milliseconds)
    }

    /// Looks at both clocks.
    ///
    /// - Returns: Whether they have gone apart since the last look.
    func hasJumped(wall: Int64, monotonic: ContinuousClock.Instant) -> Bool {
        let base = wall &- (monotonic - start).milliseconds
        return state.withLock { state in
            let old = state.base ?? base
            guard (-Self.jump...Self.jump).contains(base &- old) else {
                state.base = base
                state.isDoubtful = true
                return true
            }
            // A clock that is disciplined drifts, which is no jump.
            state.base = base
            return false
        }
    }

    var isDoubtful: Bool { state.withLock { $0.isDoubtful } }

    /// Milliseconds by which the API's clock is ahead.
    var offset: Int64 { state.withLock { $0.offset } }

    /// Takes an answer's `Date`, which has whole seconds; an answer without one changes nothing but ends the doubt.
    ///
    /// - Parameters:
    ///   - sent: Wall time when the request went.
    ///   - received: Wall time when the answer was there.
    func learn(_ date: String?, sent: Int64, received: Int64) {
        guard let earliest = date.flatMap({ Timestamp(httpDate: $0) })?.milliseconds else {
            // Whoever doesn't say what time it is won't say it next time either.
            state.withLock { $0.isDoubtful = false }
            return
        }
        // The API wrote it between the two, and meant any moment of that second: within that its clock is ours.
        let offset: Int64
        if earliest > received {
            offset = earliest &- received
        } else if earliest &+ 999 < sent {
            offset = earliest &+ 999 &- sent
        } else {
            offset = 0
        }
        let bounded = min(max(offset, -maximum), maximum)
        state.withLock { state in
            state.isDoubtful = false
            // What is known is within a second of the truth; only more is news.
            if bounded == 0 || abs(bounded - state.offset) >= 1000 { state.offset = bounded }
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000
    }
}

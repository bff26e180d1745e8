import HTTPServer
import HTTPTypes
import Synchronization
import ToolBridge

/// How many live feeds there may be, and for how long.
package final class FeedStreams: Sendable {
    /// What is read and sent at once at most.
    static let pageItems = 256
    static let pageBytes = 262_144

    package static let usualMaximumOfOwner = 32

    /// After at most this a stream ends, and its client comes back.
    private let maximumAge: Duration
    /// How often an idle stream says that it is alive.
    let heartbeat: Duration
    private let maximum: Int
    private let maximumOfOwner: Int
    private let counts = Mutex((all: 0, of: [Owner: Int]()))

    /// - Parameters:
    ///   - maximumAge: After at most this a stream ends, and its client comes back.
    ///   - heartbeat: How often an idle stream says that it is alive; looked at with each tick of ``ToolBridge/ChangeSignals``.
    ///   - maximum: In this process.
    ///   - maximumOfOwner: Of one owner; `nil` for no other limit.
    package init(
        maximumAge: Duration = .seconds(600),
        heartbeat: Duration = .seconds(15),
        maximum: Int = 4096,
        maximumOfOwner: Int? = FeedStreams.usualMaximumOfOwner
    ) {
        self.maximumAge = maximumAge
        self.heartbeat = heartbeat
        self.maximum = maximum
        self.maximumOfOwner = maximumOfOwner ?? .max
    }

    /// How long the next stream lives: a little less than the others, so that those that began together don't all come back together.
    func age() -> Duration {
        maximumAge * Double.random(in: 0.9...1)
    }

    /// - Throws: 503 `unavailable` when there are enough.
    func take(_ owner: Owner) throws(Problem) -> Place {
        let isTaken = counts.withLock { counts in
            guard counts.all < maximum, counts.of[owner, default: 0] < maximumOfOwner else { return false }
            counts.all += 1
            counts.of[owner, default: 0] += 1
            return true
        }
        guard isTaken else {
            throw Problem(.serviceUnavailable, "unavailable", "too many event streams: close one", headers: [.retryAfter: "1"])
        }
        return Place(streams: self, owner: owner)
    }

    fileprivate func leave(_ owner: Owner) {
        counts.withLock { counts in
            counts.all -= 1
            let rest = counts.of[owner, default: 1] - 1
            counts.of[owner] = rest > 0 ? rest : nil
        }
    }

    /// A stream's place, which is given back once.
    final class Place: Sendable {
        private let streams: FeedStreams
        private let owner: Owner
        private let hasLeft = Atomic(false)

        fileprivate init(streams: FeedStreams, owner: Owner) {
            self.streams = streams
            self.owner = owner
        }

        /// A stream that never began, because its client had gone, leaves here.
        deinit { leave() }

        func leave() {
            guard !hasLeft.exchange(true, ordering: .relaxed) else { return }
            streams.leave(owner)
        }
    }
}

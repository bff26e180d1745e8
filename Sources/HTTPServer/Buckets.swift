import Synchronization

/// The token buckets of one rate, one a key.
///
/// A bucket is the moment at which it will be full again, if nothing more is taken from it. One that is full is as good as none, so the table
/// is bounded without a loss: when there is no room, full ones go. Only when all that it holds still count do newcomers share a bucket.
final class Buckets<Key: Hashable & Sendable>: Sendable {
    private struct Table {
        var fullAt: [Key: Double] = [:]
        /// The bucket of those for whom there is no room.
        var sharedFullAt = 0.0
        var nextSweep = 0.0
    }

    let rate: RateLimits.Rate
    private let capacity: Int
    /// Seconds that one token takes to come back.
    private let interval: Double
    private let start = ContinuousClock.now
    private let table = Mutex(Table())

    init(_ rate: RateLimits.Rate, capacity: Int) {
        self.rate = rate
        self.capacity = max(1, capacity)
        interval = rate.window.inSeconds / Double(rate.requests)
    }

    var count: Int { table.withLock { $0.fullAt.count } }

    /// What `take` would say; to those who share a bucket, that it gives.
    ///
    /// Nobody who hasn't taken anything yet pays for what others took.
    func peek(_ key: Key, at instant: ContinuousClock.Instant) -> RateLimits.Standing {
        let now = (instant - start).inSeconds
        return standing(fullAt: table.withLock { $0.fullAt[key] } ?? now, now, isGranted: nil)
    }

    /// Takes a token if there is one.
    func take(_ key: Key, at instant: ContinuousClock.Instant) -> RateLimits.Standing {
        let now = (instant - start).inSeconds
        return table.withLock { table in
            if let fullAt = table.fullAt[key] {
                let (after, standing) = taken(fullAt, now)
                if standing.isGranted { table.fullAt[key] = after }
                return standing
            }
            if table.fullAt.count >= capacity { sweep(&table, now) }
            guard table.fullAt.count < capacity else {
                let (after, standing) = taken(table.sharedFullAt, now)
                if standing.isGranted { table.sharedFullAt = after }
                return standing
            }
            let (after, standing) = taken(now, now)
            table.fullAt[key] = after
            return standing
        }
    }

    /// Forgets who is owed nothing, at most once a second.
    private func sweep(_ table: inout Table, _ now: Double) {
        guard now >= table.nextSweep else { return }
        table.fullAt = table.fullAt.filter { $0.value > now }
        table.nextSweep = now + 1
    }

    private func taken(_ fullAt: Double, _ now: Double) -> (after: Double, RateLimits.Standing) {
        let before = standing(fullAt: fullAt, now, isGranted: nil)
        guard before.isGranted else { return (fullAt, before) }
        let after = max(fullAt, now) + interval
        return (after, standing(fullAt: after, now, isGranted: true))
    }

    private func standing(fullAt: Double, _ now: Double, isGranted: Bool?) -> RateLimits.Standing {
        // To a millionth, for sums of times are a little off.
        let tokens = ((Double(rate.burst) - max(0, fullAt - now) / interval) * 1e6).rounded() / 1e6
        return RateLimits.Standing(isGranted: isGranted ?? (tokens >= 1), rate: rate, tokens: max(0, tokens))
    }
}

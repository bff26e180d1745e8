package import MCP

/// Lets of each subject one notice through in 100 ms, the first at once (SB9).
package struct NoticeCoalescer: Sendable {
    private let interval: Duration
    private let limit: Int
    private var pending: [ChangeNotice] = []
    /// When each was let through, while that matters.
    private var recent: [ChangeNotice: ContinuousClock.Instant] = [:]

    /// - Parameter limit: How many subjects may wait; more are dropped, for notices are hints.
    package init(interval: Duration = .milliseconds(100), limit: Int = 1_024) {
        self.interval = interval
        self.limit = limit
    }

    package mutating func add(_ notice: ChangeNotice) {
        if pending.count < limit, !pending.contains(notice) { pending.append(notice) }
    }

    /// Those that may be told now, oldest first.
    package mutating func take(at now: ContinuousClock.Instant) -> [ChangeNotice] {
        recent = recent.filter { $0.value.duration(to: now) < interval }
        let due = pending.filter { recent[$0] == nil }
        pending.removeAll { recent[$0] == nil }
        for notice in due { recent[notice] = now }
        return due
    }

    /// How long it takes until another may be told; nil while none waits.
    package func wait(at now: ContinuousClock.Instant) -> Duration? {
        pending.map { notice in recent[notice].map { interval - $0.duration(to: now) } ?? .zero }.min()
    }
}

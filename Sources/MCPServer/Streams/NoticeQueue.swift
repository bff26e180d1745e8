internal import MCP
import Synchronization

/// Notices on their way to one client that takes them one by one (SB9): whoever posts one never waits.
final class NoticeQueue: Sendable {
    private let state: Mutex<(notices: NoticeCoalescer, isOver: Bool)>
    private let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(interval: Duration) {
        state = Mutex((NoticeCoalescer(interval: interval), false))
    }

    func add(_ notice: ChangeNotice) {
        state.withLock { $0.notices.add(notice) }
        wake.yield()
    }

    /// Nothing is told any more.
    func end() {
        state.withLock { $0.isOver = true }
        wake.finish()
    }

    /// What is to be told now; waits until there is something.
    ///
    /// - Returns: nil once it has ended.
    func next() async -> [ChangeNotice]? {
        while true {
            let now = ContinuousClock.now
            let (isOver, due, wait) = state.withLock { ($0.isOver, $0.notices.take(at: now), $0.notices.wait(at: now)) }
            if isOver || Task.isCancelled { return nil }
            if !due.isEmpty { return due }
            if let wait {
                _ = await hasPassed(wait)
            } else {
                for await _ in wakes { break }
            }
        }
    }
}

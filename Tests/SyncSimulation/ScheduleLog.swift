import Synchronization

/// What happened in a schedule, in order.
package final class ScheduleLog: Sendable {
    private let kept = Mutex<[String]>([])

    package var lines: [String] { kept.withLock { $0 } }

    func append(_ line: String) {
        kept.withLock { $0.append(line) }
    }
}

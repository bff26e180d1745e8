/// How much one request may say before its answer: progress 10/s with bursts of 20 (PR1), log messages 20/s (L4).
package struct EmissionLimits: Sendable {
    /// Between two messages of progress, in the long run.
    private static let interval = Duration.milliseconds(100)
    private static let burst = 20
    private static let logs = 20

    /// When progress would be due if all that was sent had been spread evenly.
    private var due: ContinuousClock.Instant?
    private var heldBack: [UInt8]?
    /// When the last log messages went, a ring.
    private var logTimes: [ContinuousClock.Instant] = []
    private var oldestLog = 0

    package init() {}

    /// What of progress goes out now: this message, or nothing, and then it is held back until a later one replaces it or the answer comes.
    package mutating func progress(_ message: [UInt8], at now: ContinuousClock.Instant) -> [UInt8]? {
        let start = max(due ?? now, now)
        guard now.duration(to: start) <= Self.interval * (Self.burst - 1) else {
            heldBack = message
            return nil
        }
        due = start.advanced(by: Self.interval)
        heldBack = nil
        return message
    }

    /// What was held back and may go by now.
    package mutating func due(at now: ContinuousClock.Instant) -> [UInt8]? {
        heldBack.flatMap { progress($0, at: now) }
    }

    /// What must still go before the answer: the last progress always goes out (PR1).
    package mutating func flush() -> [UInt8]? {
        defer { heldBack = nil }
        return heldBack
    }

    /// Whether a log message may go now; in no second more than 20 do.
    package mutating func admitsLog(at now: ContinuousClock.Instant) -> Bool {
        guard logTimes.count >= Self.logs else {
            logTimes.append(now)
            return true
        }
        guard logTimes[oldestLog].duration(to: now) >= .seconds(1) else { return false }
        logTimes[oldestLog] = now
        oldestLog = (oldestLog + 1) % Self.logs
        return true
    }
}

/// Keeps a fault that repeats itself from filling the log: the same message more than ten times in a minute is silent, then counted in one
/// line.
///
/// Requests have lines of their own and are never left out.
struct RepeatSuppressor {
    private static let limit = 10
    private static let window: Int64 = 60_000

    private struct Window {
        var start: Int64
        var count: Int
    }

    private var windows: [String: Window] = [:]

    /// What is to be written now (times are milliseconds).
    mutating func admit(_ observation: Observation, at time: Int64) -> [Observation] {
        guard let message = observation.repeatableMessage else { return [observation] }
        guard var current = windows[message], time - current.start < Self.window, time >= current.start else {
            let hidden = (windows[message]?.count ?? 0) - Self.limit
            windows[message] = Window(start: time, count: 1)
            return hidden > 0 ? [.suppressed(message: message, count: hidden), observation] : [observation]
        }
        current.count += 1
        windows[message] = current
        return current.count <= Self.limit ? [observation] : []
    }

    /// The counts that no later message has told yet; for the end of the log.
    func remainder() -> [Observation] {
        windows.sorted { $0.key < $1.key }.compactMap { message, window in
            window.count > Self.limit ? .suppressed(message: message, count: window.count - Self.limit) : nil
        }
    }
}

extension Observation {
    /// The constant text under which repetitions are counted; nil for what is never left out.
    fileprivate var repeatableMessage: String? {
        switch self {
        case .internalError, .storeFault: message
        case .library(let level, let label, _) where level >= .warning: label
        default: nil
        }
    }
}

import Synchronization

/// How many calls there may be in a window of time, for each of many who cause them.
final class CallBudget<Key: Hashable & Sendable>: Sendable {
    private struct Window {
        var end: ContinuousClock.Instant
        var used: Int
    }

    private let limit: Int
    private let length: Duration
    private let capacity: Int
    private let windows = Mutex(RecencyTable<Key, Window>())

    /// - Parameter capacity: Of how many it is remembered what they used.
    init(_ limit: Int, in length: Duration, capacity: Int) {
        self.limit = limit
        self.length = length
        self.capacity = max(1, capacity)
    }

    /// Takes one call.
    ///
    /// - Returns: nil if there was one left, else in how many seconds there will be.
    func take(_ key: Key, at now: ContinuousClock.Instant) -> Int? {
        windows.withLock { windows in
            guard var window = windows.use(key), window.end > now else {
                windows.set(Window(end: now + length, used: 1), for: key)
                if windows.count > capacity { windows.removeOldest() }
                return nil
            }
            guard window.used < limit else { return Int(clamping: now.duration(to: window.end).components.seconds) + 1 }
            window.used += 1
            windows.set(window, for: key)
            return nil
        }
    }
}

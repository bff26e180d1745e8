import Synchronization

/// A bounded table whose entries end, each at its own time; the one that was used least recently goes first when there is no room.
///
/// Ends are on the monotonic clock, so that nobody who sets a clock makes an entry live longer.
package final class ExpiringCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// What was stored, and when.
    package struct Entry: Sendable {
        package let value: Value
        package let stored: ContinuousClock.Instant
        package let end: ContinuousClock.Instant
    }

    private let capacity: Int
    private let table = Mutex(RecencyTable<Key, Entry>())
    private let evicted = Atomic(0)

    /// - Parameter capacity: How many entries are kept, 1 or more.
    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// A key's value, unless it has ended.
    package func value(for key: Key, at now: ContinuousClock.Instant) -> Value? {
        guard let entry = entry(for: key), entry.end > now else { return nil }
        return entry.value
    }

    /// A key's entry, also one that has ended, as long as nothing took its place.
    package func entry(for key: Key) -> Entry? {
        table.withLock { $0.use(key) }
    }

    /// Stores a value, in place of the one that was there.
    package func set(_ value: Value, for key: Key, until end: ContinuousClock.Instant, at now: ContinuousClock.Instant) {
        let entry = Entry(value: value, stored: now, end: end)
        table.withLock { table in
            table.set(entry, for: key)
            guard table.count > capacity else { return }
            table.removeOldest()
            evicted.wrappingAdd(1, ordering: .relaxed)
        }
    }

    package func remove(_ key: Key) {
        table.withLock { $0.remove(key) }
    }

    /// How many entries went because there was no room.
    package var evictions: Int { evicted.load(ordering: .relaxed) }

    /// How many entries there are, ended ones among them.
    package var count: Int { table.withLock { $0.count } }
}

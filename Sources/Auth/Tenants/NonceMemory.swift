import Synchronization
package import ToolBridge

/// Nonces in this process, bounded.
///
/// Ends are on the monotonic clock. An entry is 40 bytes, whatever the length of the names in its key.
package final class NonceMemory: NonceStore {
    /// SHA-256 of a key's parts: of fixed length, and not to be steered to one bucket.
    fileprivate struct Mark: Hashable {
        let words: SIMD4<UInt64>
    }

    fileprivate struct State {
        var marks: Set<Mark> = []
        /// In the order in which they came; those before `first` have ended.
        var queue: [(mark: Mark, end: ContinuousClock.Instant)] = []
        var first = 0
    }

    private let capacity: Int
    private let clocks: Clocks
    private let state = Mutex(State())

    package init(capacity: Int = 1_000_000, clocks: Clocks) {
        self.capacity = max(1, capacity)
        self.clocks = clocks
    }

    /// - Throws: ``ToolBridge/NonceStoreFull``.
    package func remember(_ nonce: NonceKey, at now: Timestamp, until end: Timestamp) async throws -> Bool {
        let mark = Mark(nonce)
        let instant = clocks.monotonic()
        let (life, overflow) = end.milliseconds.subtractingReportingOverflow(now.milliseconds)
        guard !overflow, life >= 0 else { return true }
        return try state.withLock { state in
            state.forget(before: instant)
            guard !state.marks.contains(mark) else { return false }
            guard state.marks.count < capacity else { throw NonceStoreFull() }
            state.marks.insert(mark)
            state.queue.append((mark, instant + .milliseconds(life)))
            return true
        }
    }

    /// How many nonces are remembered, ended ones that nobody has swept among them.
    package var count: Int { state.withLock { $0.marks.count } }
}

extension NonceMemory.Mark {
    fileprivate init(_ key: NonceKey) {
        words = Fingerprint.of([key.keyID, key.tenant, key.nonce]).withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }
}

extension NonceMemory.State {
    /// Forgets those that have ended.
    ///
    /// With one window for all, they end in the order in which they came.
    fileprivate mutating func forget(before now: ContinuousClock.Instant) {
        while first < queue.count, queue[first].end < now {
            marks.remove(queue[first].mark)
            first += 1
        }
        // Half of the queue at once, so that a nonce moves once on average.
        if first > 1024, first * 2 > queue.count {
            queue.removeFirst(first)
            first = 0
        }
    }
}

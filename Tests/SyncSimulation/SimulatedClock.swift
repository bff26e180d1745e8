import Synchronization
package import ToolBridge

/// The server's clock: it stands still until it is moved.
package final class SimulatedClock: Sendable {
    private let milliseconds: Mutex<Int64>

    package init(_ time: Timestamp) {
        milliseconds = Mutex(time.milliseconds)
    }

    package var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    package func advance(_ delta: Int64) {
        milliseconds.withLock { $0 += delta }
    }
}

/// Where the server's own identifiers come from.
package final class SimulatedUIDs: Sendable {
    private let generator: Mutex<SeededGenerator>

    package init(seed: UInt64) {
        generator = Mutex(SeededGenerator(seed: seed))
    }

    package func next() -> UID {
        generator.withLock { UID.random(using: &$0) }
    }
}

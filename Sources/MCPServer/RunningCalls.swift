internal import MCP

/// The calls that run on one connection, by their ids, so that they can be stopped (CN1, CN3).
struct RunningCalls {
    /// Tells a call to stop.
    struct Stop: Sendable {
        private let stream: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation

        init() {
            (stream, continuation) = AsyncStream.makeStream()
        }

        func signal() {
            continuation.yield()
        }

        /// True once it is told to; false if the waiting itself was cancelled.
        func wait() async -> Bool {
            for await _ in stream { return true }
            return false
        }
    }

    /// What was added together and is removed together.
    struct Keys: Sendable {
        fileprivate let number: Int
    }

    private var calls: [Int: [(id: RequestID?, stop: Stop)]] = [:]
    private var lastNumber = 0

    /// Lines that are being worked on: a batch counts as one.
    var count: Int { calls.count }

    mutating func add(_ invocations: [Invocation]) -> (Keys, [Stop]) {
        lastNumber &+= 1
        let added = invocations.map { (id: $0.requestID, stop: Stop()) }
        calls[lastNumber] = added
        return (Keys(number: lastNumber), added.map(\.stop))
    }

    mutating func remove(_ keys: Keys) {
        calls[keys.number] = nil
    }

    /// Unknown and finished ids are ignored (CN3).
    func stop(_ id: RequestID) {
        for call in calls.values.joined() where call.id == id {
            call.stop.signal()
        }
    }
}

internal import MCP

/// What runs on one connection, by the ids of its requests, so that it can be stopped (B4, CN1, CN3).
struct RunningCalls {
    /// What was added together and is removed together.
    struct Keys: Sendable {
        fileprivate let number: Int
    }

    private var calls: [Int: [(id: RequestID?, call: RunningCall)]] = [:]
    private var lastNumber = 0

    /// Messages that are being worked on: a batch counts as one.
    var count: Int { calls.count }

    mutating func add(_ added: [(id: RequestID?, call: RunningCall)]) -> Keys {
        lastNumber &+= 1
        calls[lastNumber] = added
        return Keys(number: lastNumber)
    }

    mutating func remove(_ keys: Keys) {
        calls[keys.number] = nil
    }

    /// Unknown and finished ids are ignored (CN3).
    func stop(_ id: RequestID) {
        for running in calls.values.joined() where running.id == id {
            running.call.stop()
        }
    }

    func stopAll() {
        for running in calls.values.joined() { running.call.stop() }
    }
}

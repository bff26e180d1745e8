import Synchronization

/// Lets one piece of work run where many want its result at once.
///
/// The work goes on if those who wait for it give up, for others may have come to wait.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let flights = Mutex<[Key: Task<Value, Never>]>([:])

    package init() {}

    /// The result of the work that runs for this key, which is begun if none does.
    package func value(for key: Key, _ work: @escaping @Sendable () async -> Value) async -> Value {
        let task = flights.withLock { flights in
            if let running = flights[key] { return running }
            // Outside the caller's task tree: whoever began it may go away before the others.
            let task = Task {
                let value = await work()
                self.flights.withLock { $0[key] = nil }
                return value
            }
            flights[key] = task
            return task
        }
        return await task.value
    }

    /// Cancels the work that runs; those who wait get what it makes of that.
    package func cancel() {
        for task in flights.withLock({ Array($0.values) }) { task.cancel() }
    }

    /// How many pieces of work run.
    package var count: Int { flights.withLock { $0.count } }
}

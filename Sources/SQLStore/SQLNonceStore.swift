import Synchronization
package import ToolBridge

/// Nonces in the database: what replicas share, and what outlives a restart.
///
/// Bounded: rows are counted now and then, and before each call while there are too many. Every call deletes more that have ended than it adds.
package final class SQLNonceStore<Database: SQLDatabase>: NonceStore {
    /// How many more there may be than were counted last.
    private static var countedEvery: Int { 4096 }

    private let database: Database
    private let capacity: Int64
    /// How many calls may go by before rows are counted.
    private let uncounted = Mutex(0)

    /// - Parameter database: Migrated by its opener.
    package init(database: Database, capacity: Int = 1_000_000) {
        self.database = database
        self.capacity = Int64(max(1, capacity))
    }

    /// - Throws: ``ToolBridge/StoreError``; of a full table `unavailable` with ``ToolBridge/NonceStoreFull``.
    package func remember(_ nonce: NonceKey, at now: Timestamp, until end: Timestamp) async throws -> Bool {
        let isCounted = uncounted.withLock { rest in
            guard rest > 0 else { return true }
            rest -= 1
            return false
        }
        let capacity = capacity
        let values: [SQLValue] = [.bytes(nonce.keyID), .bytes(nonce.tenant), .bytes(nonce.nonce), .time(end), .time(now)]
        let (isNew, count) = try await database.write(for: nil) { connection throws -> (Bool, Int64?) in
            try connection.run(Statements.forgetNonces, [.time(now)])
            var count: Int64?
            if isCounted {
                let limit = capacity.addingReportingOverflow(1).partialValue
                count = try connection.first(Statements.countNonces, [.integer(limit)]) { $0.integer(0) ?? 0 }
            }
            // What has ended goes away although nothing comes in its place.
            if let count, count >= capacity { return (false, count) }
            return (try connection.first(Statements.rememberNonce, values) { _ in true } ?? false, count)
        }
        guard let count else { return isNew }
        guard count < capacity else { throw StoreError.unavailable(underlying: NonceStoreFull()) }
        uncounted.withLock { $0 = min(Self.countedEvery, max(0, Int(capacity - count) - 1)) }
        return isNew
    }
}

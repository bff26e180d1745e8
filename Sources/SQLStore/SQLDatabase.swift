package import ToolBridge

/// A database that runs SQL: the port of the drivers.
///
/// A driver knows transactions, connections and threads, and nothing of items.
package protocol SQLDatabase: Sendable {
    associatedtype Connection: SQLConnection

    /// The few words in which this database differs.
    static var dialect: SQLDialect { get }

    /// Runs a closure on one consistent snapshot. It never waits for a writer.
    ///
    /// - Parameter owner: Whose rows are meant. A database with row level security lets the closure see no others; `nil` is housekeeping.
    /// - Throws: ``ToolBridge/StoreError``, or what the closure throws.
    func read<Value: Sendable>(
        for owner: Owner?,
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value

    /// Runs a closure in a transaction of its own and returns once its changes would survive a power loss.
    ///
    /// If the closure throws, nothing of it is kept. It may be run again from its start.
    ///
    /// - Throws: ``ToolBridge/StoreError``, or what the closure throws.
    func write<Value: Sendable>(
        for owner: Owner?,
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value

    /// Throws while the driver knows that changes can't be made: it was closed, or it recovers from a fault.
    func check() throws(StoreError)

    /// Finishes what has begun and lets go of all connections; every later call throws ``ToolBridge/StoreError/unavailable(underlying:)``.
    func close() async
}

package import SQLStore
package import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A SQLite file: one writer that commits in groups, and readers that run on their callers' threads.
///
/// Several processes may open the file; nothing of its content is kept in memory between transactions.
package final class SQLiteDatabase: SQLDatabase {
    package static let dialect = SQLDialect(
        text: "TEXT",
        integer: "INTEGER",
        json: "TEXT",
        bytes: "BLOB",
        tableOptions: " STRICT",
        keyTableOptions: " STRICT, WITHOUT ROWID",
        search: .fts5
    )

    private let writer: SQLiteWriter
    private let readers: ReaderPool
    private let checkpointer: Checkpointer

    /// Opens a file, which is made if there is none, and migrates it.
    ///
    /// - Parameters:
    ///   - path: A missing folder is made with mode 0700, the file with 0600.
    ///   - readers: How many may read at once, from 1; more wait. `nil` chooses by the number of cores.
    /// - Throws: ``SQLiteFileError``, ``SQLiteSettingError``, ``SQLiteError``, ``SQLStore/SchemaError``, ``ToolBridge/StoreError``. Each describes
    ///   itself in one line.
    package convenience init(path: String, durability: SQLiteDurability = .full, readers: Int? = nil) async throws {
        try await self.init(path: path, durability: durability, readers: readers, migratingThrough: Schema.steps)
    }

    /// The same, with other migrations.
    package init(path: String, durability: SQLiteDurability, readers: Int?, migratingThrough steps: [Schema.Step]) async throws {
        let path = try SQLiteFile(preparing: path).path
        let connect = { @Sendable in try SQLiteConnection(path: path, durability: durability, readOnly: false) }
        let checkpointer = Checkpointer(connect: connect)
        self.checkpointer = checkpointer
        // Before the readers: only a writer makes the log that readers need.
        writer = try SQLiteWriter(checkpointer: checkpointer, connect: connect)
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        self.readers = ReaderPool(limit: max(1, readers ?? max(4, 2 * cores))) {
            try SQLiteConnection(path: path, durability: durability, readOnly: true)
        }
        do {
            try await Schema.migrate(self, through: steps)
        } catch {
            await close()
            throw error
        }
    }

    package func read<Value: Sendable>(
        for owner: Owner?,
        _ body: @escaping @Sendable (SQLiteConnection) throws -> Value
    ) async throws -> Value {
        try await readers.use { try $0.snapshot(body) }
    }

    package func write<Value: Sendable>(
        for owner: Owner?,
        _ body: @escaping @Sendable (SQLiteConnection) throws -> Value
    ) async throws -> Value {
        try await writer.write(body)
    }

    package func check() throws(StoreError) {
        try writer.check()
    }

    /// Whether writes that were lost would work again; it may wait for another process as long as a write does.
    ///
    /// - Throws: ``ToolBridge/StoreError``.
    package func checkWriting() async throws {
        try await writer.tryAgain()
    }

    package func close() async {
        // The writer is last: the last connection to go empties the log.
        await readers.close()
        await checkpointer.close()
        await writer.close()
    }

    /// Suspends until the file has failed for good, and returns why; `nil` once the database is closed or the caller cancelled.
    ///
    /// After a failure nothing can be written any more, and the process should end with a status other than 0.
    package func failure() async -> (any Error)? {
        await writer.failure()
    }

    /// A number that changes when another process has committed something to the file.
    ///
    /// - Throws: ``ToolBridge/StoreError``.
    package func foreignVersion() async throws -> Int64 {
        try await writer.foreignVersion()
    }

    package var statistics: SQLiteStatistics { writer.statistics }
}

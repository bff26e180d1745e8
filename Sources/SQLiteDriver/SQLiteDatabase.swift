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
    private let meter: any SQLiteMeter
    private let path: String

    /// Opens a file, which is made if there is none, and migrates it.
    ///
    /// - Parameters:
    ///   - path: A missing folder is made with mode 0700, the file with 0600.
    ///   - readers: How many may read at once, from 1; more wait. `nil` chooses by the number of cores.
    /// - Throws: ``SQLiteFileError``, ``SQLiteSettingError``, ``SQLiteError``, ``SQLStore/SchemaError``, ``ToolBridge/StoreError``. Each describes
    ///   itself in one line.
    package convenience init(
        path: String,
        durability: SQLiteDurability = .full,
        readers: Int? = nil,
        meter: any SQLiteMeter = NoSQLiteMeter()
    ) async throws {
        try await self.init(path: path, durability: durability, readers: readers, meter: meter, migratingThrough: Schema.steps)
    }

    /// The same, with other migrations.
    package init(
        path: String,
        durability: SQLiteDurability,
        readers: Int?,
        meter: any SQLiteMeter = NoSQLiteMeter(),
        migratingThrough steps: [Schema.Step]
    ) async throws {
        let path = try SQLiteFile(preparing: path).path
        self.path = path
        self.meter = meter
        let connect = { @Sendable in try SQLiteConnection(path: path, durability: durability, readOnly: false) }
        let checkpointer = Checkpointer(connect: connect)
        self.checkpointer = checkpointer
        // Before the readers: only a writer makes the log that readers need.
        writer = try SQLiteWriter(checkpointer: checkpointer, meter: meter, connect: connect)
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        self.readers = ReaderPool(limit: max(1, readers ?? max(4, 2 * cores)), meter: meter) {
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
        try await measured(isWrite: false) { try await readers.use { try $0.snapshot(body) } }
    }

    package func write<Value: Sendable>(
        for owner: Owner?,
        _ body: @escaping @Sendable (SQLiteConnection) throws -> Value
    ) async throws -> Value {
        try await measured(isWrite: true) { try await writer.write(body) }
    }

    private func measured<Value>(isWrite: Bool, _ body: () async throws -> Value) async throws -> Value {
        let start = Stopwatch.now()
        do {
            let value = try await body()
            meter.ended(isWrite: isWrite, nanoseconds: Stopwatch.now() - start, isGood: true)
            return value
        } catch {
            meter.ended(isWrite: isWrite, nanoseconds: Stopwatch.now() - start, isGood: !Self.isFault(error))
            throw error
        }
    }

    /// What the rules refuse is no fault of the database.
    private static func isFault(_ error: any Error) -> Bool { error is StoreError || error is SQLiteError }

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

    /// Size of the write-ahead log's file, in bytes.
    package var logBytes: Int {
        var facts = stat()
        guard stat(path + "-wal", &facts) == 0 else { return 0 }
        return Int(facts.st_size)
    }

    /// How many connections read, how many of them are lent out, and how many callers wait for one.
    package var readerCounts: (inUse: Int, idle: Int, waiting: Int) { readers.counts }

    package var statistics: SQLiteStatistics { writer.statistics }
}

import GRDB
import GRDBSQLite
package import SQLStore
package import ToolBridge

/// A connection to a SQLite file.
///
/// GRDB opens it and compiles the statements; binding and stepping go to SQLite directly, without GRDB's queues: whoever holds a connection holds it
/// alone. Readers are handed out by ``ReaderPool``, the writer belongs to ``SQLiteWriter``.
///
/// `@unchecked Sendable`: it travels between threads, but is used by one at a time, as said.
package final class SQLiteConnection: @unchecked Sendable {
    private let queue: DatabaseQueue
    let handle: OpaquePointer
    private var prepared: [SQLStatement: Statement] = [:]
    /// The last error after which this connection mustn't be used again.
    private(set) var fault: SQLiteError?
    /// How many pages the write-ahead log held after this connection's latest commit.
    private(set) var logPages = 0
    /// The transaction has deleted what must also leave the log.
    var hasErased = false

    /// - Throws: ``SQLiteError``, ``SQLiteSettingError``, ``ToolBridge/StoreError``
    init(path: String, durability: SQLiteDurability, readOnly: Bool) throws {
        var configuration = Configuration()
        configuration.label = readOnly ? "toolbridge.sqlite.reader" : "toolbridge.sqlite.writer"
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(5)
        configuration.allowsUnsafeTransactions = true
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as DatabaseError {
            throw SQLiteError(code: error.extendedResultCode.rawValue, message: error.message ?? "")
        }
        guard let handle = queue.unsafeRead({ $0.sqliteConnection }) else {
            throw SQLiteError(code: SQLITE_CANTOPEN, message: "no connection")
        }
        self.handle = handle
        // GRDB's observers expect every statement to go through GRDB and end the process when one doesn't.
        sqlite3_commit_hook(handle, nil, nil)
        sqlite3_rollback_hook(handle, nil, nil)
        try SQLiteSettings(durability, readOnly: readOnly).apply(to: self)
        let code = SQLiteSearchFunctions.register(on: handle)
        guard code == SQLITE_OK else { throw failure(code) }
        prepared = [:]
        if !readOnly { watchLog() }
    }

    /// Finalizes all statements and closes; the connection mustn't be used afterwards.
    func close() {
        prepared = [:]
        // What is left to close GRDB closes when it lets go of the connection.
        try? queue.close()
    }

    /// In place of automatic checkpoints, which would make one writer in a thousand wait (SQLite, `sqlite3_wal_hook`).
    private func watchLog() {
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().logPages = Int(pages)
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    /// False inside a transaction, which SQLite ends by itself after some errors.
    var isOutsideTransaction: Bool { sqlite3_get_autocommit(handle) != 0 }

    func failure(_ code: Int32) -> StoreError {
        let error = SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle)))
        if error.isFault { fault = error }
        return error.storeError
    }

    private func prepare(_ statement: SQLStatement) throws(StoreError) -> OpaquePointer {
        if let known = prepared[statement] { return known.sqliteStatement }
        do {
            let compiled = try queue.unsafeRead { try $0.makeStatement(sql: statement.text) }
            prepared[statement] = compiled
            return compiled.sqliteStatement
        } catch let error as DatabaseError {
            throw failure(error.extendedResultCode.rawValue)
        } catch {
            throw .rejected(underlying: error)
        }
    }
}

extension SQLiteConnection: SQLConnection {
    package func run(
        _ statement: SQLStatement,
        each sets: [[SQLValue]],
        _ row: (SQLiteRow) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let prepared = try prepare(statement)
        let parameters = sqlite3_bind_parameter_count(prepared)
        defer {
            sqlite3_reset(prepared)
            sqlite3_clear_bindings(prepared)
        }
        for values in sets {
            guard values.count == parameters else { throw failure(SQLITE_RANGE) }
            for (offset, value) in values.enumerated() {
                let code = value.bind(to: prepared, at: Int32(truncatingIfNeeded: offset) + 1)
                guard code == SQLITE_OK else { throw failure(code) }
            }
            var code = sqlite3_step(prepared)
            while code == SQLITE_ROW, try row(SQLiteRow(statement: prepared)) { code = sqlite3_step(prepared) }
            guard code == SQLITE_ROW || code == SQLITE_DONE else { throw failure(code) }
            sqlite3_reset(prepared)
        }
    }

    package func eraseWhatIsDeleted() throws(StoreError) {
        hasErased = true
    }
}

extension SQLiteConnection {
    static let begin = SQLStatement(#"BEGIN"#)
    static let beginImmediate = SQLStatement(#"BEGIN IMMEDIATE"#)
    static let commit = SQLStatement(#"COMMIT"#)
    static let rollback = SQLStatement(#"ROLLBACK"#)
    static let savepoint = SQLStatement(#"SAVEPOINT request"#)
    static let release = SQLStatement(#"RELEASE request"#)
    static let rollbackToSavepoint = SQLStatement(#"ROLLBACK TO request"#)

    /// Runs a closure on one snapshot.
    func snapshot<Value>(_ body: (SQLiteConnection) throws -> Value) throws -> Value {
        try run(Self.begin)
        defer { if !isOutsideTransaction { try? run(Self.commit) } }
        return try body(self)
    }

    /// Copies pages of the log into the database file (SQLite, `sqlite3_wal_checkpoint_v2`).
    ///
    /// - Parameter wait: For how long others may be waited for, in milliseconds.
    /// - Returns: False if others kept it from being complete.
    func checkpoint(_ mode: Int32, wait: Int32) throws(StoreError) -> Bool {
        sqlite3_busy_timeout(handle, wait)
        defer { sqlite3_busy_timeout(handle, 5000) }
        var pages: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &pages, &copied)
        if code & 0xff == SQLITE_BUSY || code & 0xff == SQLITE_LOCKED { return false }
        guard code == SQLITE_OK else { throw failure(code) }
        if mode == SQLITE_CHECKPOINT_TRUNCATE { logPages = 0 }
        return pages == copied
    }

    /// - Throws: ``SQLiteError`` if the file isn't sound; ``ToolBridge/StoreError``.
    func quickCheck() throws {
        let verdict = try first(SQLStatement(#"PRAGMA quick_check(1)"#)) { $0.text(0) ?? "" }
        guard verdict == "ok" else { throw SQLiteError(code: SQLITE_CORRUPT, message: verdict ?? "") }
    }
}

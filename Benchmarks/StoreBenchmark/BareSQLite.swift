import GRDBSQLite
import SQLStore
import SQLiteDriver
import ToolBridge

/// SQLite's C interface with as little around it as there can be: what the store is compared with.
final class BareSQLite {
    private var handle: OpaquePointer?
    private var begin: OpaquePointer?
    private var commit: OpaquePointer?
    private var insert: OpaquePointer?
    private var tag: OpaquePointer?
    private var owner: OpaquePointer?
    private var select: OpaquePointer?
    private static let keeps: sqlite3_destructor_type? = nil
    private static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(path: String) throws {
        try check(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil))
        for pragma in ["journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "mmap_size=0"] { try execute("PRAGMA \(pragma)") }
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
    }

    deinit {
        for statement in [begin, commit, insert, tag, owner, select] { sqlite3_finalize(statement) }
        sqlite3_close(handle)
    }

    /// The store's own tables and indexes.
    func createTables() throws {
        for step in Schema.steps {
            for text in step.statements(SQLiteDatabase.dialect) { try execute(text) }
        }
    }

    func inTransaction(_ body: () throws -> Void) throws {
        try step(begin)
        try body()
        try step(commit)
    }

    func create(_ uid: UID, sequence: Int64, asServiceDoes: Bool) throws {
        if asServiceDoes {
            if owner == nil { owner = try prepare(Statements.lockOwner.text) }
            bindOwner(owner)
            sqlite3_bind_text(owner, 3, uid.description, -1, Self.copies)
            sqlite3_bind_int64(owner, 4, 1)
            try step(owner)
            _ = try read(uid)
        }
        if insert == nil { insert = try prepare(Statements.putItem.text) }
        bindOwner(insert)
        sqlite3_bind_text(insert, 3, "notes", 5, Self.copies)
        sqlite3_bind_text(insert, 4, uid.description, -1, Self.copies)
        sqlite3_bind_int64(insert, 5, 1)
        sqlite3_bind_int64(insert, 6, 1_772_359_200_000 + sequence)
        sqlite3_bind_int64(insert, 8, sequence)
        sqlite3_bind_int64(insert, 11, 1_772_359_200_000 + sequence)
        sqlite3_bind_int64(insert, 14, 0)
        Sample.payload.withUnsafeBytes { bytes in
            _ = sqlite3_bind_text(insert, 12, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), Self.copies)
        }
        try step(insert)
        // The same rows: those of the item's tags too.
        if tag == nil { tag = try prepare(Statements.addTag.text) }
        for name in Sample.tags {
            bindOwner(tag)
            sqlite3_bind_text(tag, 3, "notes", 5, Self.copies)
            sqlite3_bind_text(tag, 4, name, -1, Self.copies)
            sqlite3_bind_int64(tag, 5, 0)
            sqlite3_bind_int64(tag, 6, sequence)
            sqlite3_bind_text(tag, 7, uid.description, -1, Self.copies)
            sqlite3_bind_int64(tag, 11, 1_772_359_200_000 + sequence)
            try step(tag)
        }
    }

    /// Reads an item's columns without making anything of them, and returns the length of its payload.
    func read(_ uid: UID) throws -> Int {
        if select == nil { select = try prepare(Statements.item.text) }
        bindOwner(select)
        sqlite3_bind_text(select, 3, "notes", 5, Self.copies)
        sqlite3_bind_text(select, 4, uid.description, -1, Self.copies)
        var length = 0
        if sqlite3_step(select) == SQLITE_ROW {
            length = Int(sqlite3_column_int64(select, 1))
            if let payload = sqlite3_column_blob(select, 8) {
                let copy = [UInt8](UnsafeRawBufferPointer(start: payload, count: Int(sqlite3_column_bytes(select, 8))))
                length = copy.count
            }
        }
        try check(sqlite3_reset(select))
        return length
    }

    /// Reads all items in the order of their changes without making anything of them, and returns how many there are.
    func readAll() throws -> Int {
        let statement = try prepare(Statements.changes(ChangeShape(ChangeQuery(beyond: 0, limit: 1))).text)
        defer { sqlite3_finalize(statement) }
        bindOwner(statement)
        sqlite3_bind_int64(statement, 3, 0)
        sqlite3_bind_int64(statement, 4, .max)
        var count = 0
        while sqlite3_step(statement) == SQLITE_ROW {
            guard let payload = sqlite3_column_blob(statement, 8) else { continue }
            let copy = [UInt8](UnsafeRawBufferPointer(start: payload, count: Int(sqlite3_column_bytes(statement, 8))))
            if !copy.isEmpty { count += 1 }
        }
        return count
    }

    private func bindOwner(_ statement: OpaquePointer?) {
        sqlite3_bind_text(statement, 1, Sample.owner.tenant, -1, Self.copies)
        sqlite3_bind_text(statement, 2, Sample.owner.subject, -1, Self.copies)
    }

    private func step(_ statement: OpaquePointer?) throws {
        var code = sqlite3_step(statement)
        while code == SQLITE_ROW { code = sqlite3_step(statement) }
        try check(sqlite3_reset(statement))
    }

    private func execute(_ text: String) throws {
        try check(sqlite3_exec(handle, text, nil, nil, nil))
    }

    private func prepare(_ text: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        return statement
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle))) }
    }
}

import GRDBSQLite
import SQLStore

/// The row on which a statement stands.
package struct SQLiteRow: SQLRow {
    let statement: OpaquePointer

    package func integer(_ column: Int) -> Int64? {
        let column = Int32(truncatingIfNeeded: column)
        guard sqlite3_column_type(statement, column) != SQLITE_NULL else { return nil }
        return sqlite3_column_int64(statement, column)
    }

    package func text(_ column: Int) -> String? {
        withUTF8(column) { String(decoding: $0, as: UTF8.self) }
    }

    package func withUTF8<Value>(_ column: Int, _ read: (UnsafeBufferPointer<UInt8>) -> Value) -> Value? {
        guard let text = sqlite3_column_text(statement, Int32(truncatingIfNeeded: column)) else { return nil }
        return read(UnsafeBufferPointer(start: text, count: byteCount(column)))
    }

    package func bytes(_ column: Int) -> [UInt8]? {
        let index = Int32(truncatingIfNeeded: column)
        guard sqlite3_column_type(statement, index) != SQLITE_NULL else { return nil }
        // A text's blob is its UTF-8. An empty one has no address.
        guard let bytes = sqlite3_column_blob(statement, index) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: byteCount(column)))
    }

    package func byteCount(_ column: Int) -> Int {
        Int(sqlite3_column_bytes(statement, Int32(truncatingIfNeeded: column)))
    }
}

extension SQLValue {
    /// Binds the value to a parameter, counted from 1, and returns SQLite's result code.
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch self {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let value): sqlite3_bind_int64(statement, index, value)
        case .text(var value): value.withUTF8 { Self.bind(text: UnsafeRawBufferPointer($0), to: statement, at: index) }
        case .utf8(let value): value.withUnsafeBytes { Self.bind(text: $0, to: statement, at: index) }
        case .bytes(let value): value.withUnsafeBytes { Self.bind(blob: $0, to: statement, at: index) }
        }
    }

    /// Has SQLite copy what it binds: `SQLITE_TRANSIENT`, a constant of its interface that is the pointer -1, which Swift can't import
    /// and no other conversion makes.
    ///
    /// It is compared, never called.
    static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private static func bind(text: UnsafeRawBufferPointer, to statement: OpaquePointer, at index: Int32) -> Int32 {
        // Without an address it would bind NULL.
        guard let start = text.baseAddress, !text.isEmpty else { return sqlite3_bind_text(statement, index, "", 0, copies) }
        let characters = start.assumingMemoryBound(to: CChar.self)
        return sqlite3_bind_text64(statement, index, characters, UInt64(text.count), copies, UInt8(SQLITE_UTF8))
    }

    private static func bind(blob: UnsafeRawBufferPointer, to statement: OpaquePointer, at index: Int32) -> Int32 {
        guard let start = blob.baseAddress, !blob.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
        return sqlite3_bind_blob64(statement, index, start, UInt64(blob.count), copies)
    }
}

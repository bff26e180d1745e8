import GRDBSQLite
package import ToolBridge

/// What SQLite said: for the log, never for a client.
package struct SQLiteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The extended result code (SQLite, "Result and Error Codes").
    package let code: Int32
    package let message: String

    package init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "SQLite error \(code): \(message)" }

    /// The code without its extension.
    package var primaryCode: Int32 { code & 0xff }

    /// True where the connection can't be trusted any longer: a failed read, write or sync, or a file that isn't what it was.
    var isFault: Bool {
        [SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB].contains(primaryCode)
    }

    /// The same as a store's error: whether the call may succeed later.
    package var storeError: StoreError {
        let passing = [
            SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_PROTOCOL, SQLITE_NOMEM, SQLITE_INTERRUPT,
            SQLITE_READONLY, SQLITE_CORRUPT, SQLITE_NOTADB,
        ]
        return passing.contains(primaryCode) ? .unavailable(underlying: self) : .rejected(underlying: self)
    }
}

/// Why the driver itself refuses a call.
package enum SQLiteUnavailable: Error, Equatable, CustomStringConvertible {
    /// The database was closed.
    case closed
    /// A sync or another access failed; the file is being opened and checked again.
    case recovering
    /// The file couldn't be opened again after a fault, or isn't sound: the process should end.
    case failed
    /// More callers wait than the driver lets wait.
    case overloaded

    package var description: String {
        switch self {
        case .closed: "the database is closed"
        case .recovering: "the database is recovering from a fault"
        case .failed: "the database failed and could not be recovered"
        case .overloaded: "too many calls wait for the database"
        }
    }
}

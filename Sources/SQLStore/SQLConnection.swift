package import ToolBridge

/// One connection inside a transaction, lent to a closure for as long as it runs.
package protocol SQLConnection {
    associatedtype Row: SQLRow

    /// As in the database's dialect.
    static var search: SQLSearch { get }

    /// Runs a statement once for each set of values and hands every row of the results on, in order.
    ///
    /// A driver may send all sets in one round trip.
    ///
    /// - Parameters:
    ///   - sets: A value for each of the statement's parameters.
    ///   - row: Reads a row, which is valid only meanwhile, and says whether more are wanted. It must not use the connection.
    func run(_ statement: SQLStatement, each sets: [[SQLValue]], _ row: (Row) throws(StoreError) -> Bool) throws(StoreError)

    /// Runs a closure that only reads, and ends it once it has used so much of a processor's time.
    ///
    /// - Throws: ``ToolBridge/StoreError/unavailable(underlying:)`` with ``SQLOvertime``; what the closure throws.
    func limited<Value>(to time: Duration, _ body: () throws(StoreError) -> Value) throws(StoreError) -> Value

    /// Has what the transaction deletes overwritten in the files too, where the database leaves old content in them.
    func eraseWhatIsDeleted() throws(StoreError)
}

extension SQLConnection {
    /// Runs a statement once and hands its rows on.
    package func run(_ statement: SQLStatement, _ values: [SQLValue], _ row: (Row) throws(StoreError) -> Bool) throws(StoreError) {
        try run(statement, each: [values], row)
    }

    /// Runs a statement whose rows, if there are any, are of no interest.
    package func run(_ statement: SQLStatement, _ values: [SQLValue] = []) throws(StoreError) {
        try run(statement, each: [values]) { _ throws(StoreError) in true }
    }

    /// Runs a statement and reads its first row.
    package func first<Value>(
        _ statement: SQLStatement,
        _ values: [SQLValue] = [],
        _ read: (Row) throws(StoreError) -> Value
    ) throws(StoreError) -> Value? {
        var result: Value?
        try run(statement, each: [values]) { row throws(StoreError) in
            // To the end: a statement that also writes is complete only then.
            if result == nil { result = try read(row) }
            return true
        }
        return result
    }
}

extension SQLConnection {
    /// Runs a closure whose changes are undone if it throws, while the transaction goes on.
    ///
    /// - Throws: What the closure throws; ``ToolBridge/StoreError`` if its changes can't be undone, since then nothing must be kept.
    func attempt<Value>(_ body: () throws -> Value) throws -> Value {
        try run(Statements.savepoint)
        let result = Result { try body() }
        if case .failure(let error) = result {
            do {
                try run(Statements.rollbackToSavepoint)
            } catch let failure {
                throw (error as? StoreError) ?? failure
            }
        }
        try run(Statements.releaseSavepoint)
        return try result.get()
    }
}

/// A call would have taken more time than it was given.
package struct SQLOvertime: Error, CustomStringConvertible {
    package init() {}

    package var description: String { "the call took too much of the processor's time" }
}

/// One row of a result, with columns counted from 0.
package protocol SQLRow {
    /// `nil` for NULL.
    func integer(_ column: Int) -> Int64?
    /// `nil` for NULL.
    func text(_ column: Int) -> String?
    /// A text's UTF-8 or a binary value's bytes, as they were written; `nil` for NULL.
    func bytes(_ column: Int) -> [UInt8]?
    /// Reads a text's UTF-8 where it is; `nil` for NULL.
    func withUTF8<Value>(_ column: Int, _ read: (UnsafeBufferPointer<UInt8>) -> Value) -> Value?
    /// The length of what `bytes(_:)` would copy.
    func byteCount(_ column: Int) -> Int
}

/// A parameter of a statement.
package enum SQLValue: Sendable {
    case null
    case integer(Int64)
    case text(String)
    /// A text, given as UTF-8.
    case utf8([UInt8])
    case bytes([UInt8])
}

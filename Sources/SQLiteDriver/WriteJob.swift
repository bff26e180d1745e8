/// One caller's changes, waiting for the writer.
struct WriteJob: Sendable {
    /// Makes the changes and returns what tells the caller of their success, to be called once they are durable.
    let run: @Sendable (SQLiteConnection) throws -> @Sendable () -> Void
    /// Tells the caller that nothing was kept.
    let fail: @Sendable (any Error) -> Void

    init<Value: Sendable>(
        _ continuation: CheckedContinuation<Value, any Error>,
        _ body: @escaping @Sendable (SQLiteConnection) throws -> Value
    ) {
        run = { connection in
            let value = try body(connection)
            return { continuation.resume(returning: value) }
        }
        fail = { continuation.resume(throwing: $0) }
    }
}

package import ToolBridge

/// Nonces in the database: what replicas share, and what outlives a restart.
package struct SQLNonceStore<Database: SQLDatabase>: NonceStore {
    let database: Database

    /// - Parameter database: Migrated by its opener.
    package init(database: Database) {
        self.database = database
    }

    package func remember(_ nonce: NonceKey, at now: Timestamp, until end: Timestamp) async throws -> Bool {
        try await database.write(for: nil) { connection in
            try connection.run(Statements.forgetNonces, [.time(now)])
            let values: [SQLValue] = [.bytes(nonce.keyID), .bytes(nonce.tenant), .bytes(nonce.nonce), .time(end), .time(now)]
            return try connection.first(Statements.rememberNonce, values) { _ in true } ?? false
        }
    }
}

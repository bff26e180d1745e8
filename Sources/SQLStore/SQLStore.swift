package import ToolBridge

/// Items in SQL.
///
/// It maps the port's words to statements; what they mean to each other is said in ``Schema`` and ``Statements``.
package struct SQLStore<Database: SQLDatabase>: Store {
    let database: Database

    /// - Parameter database: Migrated by its opener.
    package init(database: Database) {
        self.database = database
    }

    package func read<Value: Sendable>(
        of owner: Owner,
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        try await database.read(for: owner) { try body(SQLTransaction(connection: $0, owner: owner)) }
    }

    package func write<Value: Sendable>(
        of owner: Owner,
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Value
    ) async throws -> Value {
        try await database.write(for: owner) { try body(SQLTransaction(connection: $0, owner: owner)) }
    }

    package func check() async throws {
        try database.check()
        let taken = try await database.read(for: nil) { try Schema.latestStep($0) }
        guard taken >= Schema.steps.last?.number ?? 0 else {
            throw StoreError.rejected(underlying: SchemaError.olderThanProgram(step: taken))
        }
    }

    package func stateKeys(orKeeping fresh: StateKey) async throws -> [StateKey] {
        let kept = try await database.read(for: nil) { try Self.stateKeys($0) }
        if !kept.isEmpty { return kept }
        return try await database.write(for: nil) { connection in
            try connection.run(Statements.addFirstStateKey, [.text(fresh.id), .bytes(fresh.secret)])
            return try Self.stateKeys(connection)
        }
    }

    /// Closes the database.
    package func close() async {
        await database.close()
    }

    private static func stateKeys(_ connection: Database.Connection) throws(StoreError) -> [StateKey] {
        var keys: [StateKey] = []
        try connection.run(Statements.stateKeys, []) { row throws(StoreError) in
            guard let id = row.text(0), let secret = row.bytes(1) else {
                throw .rejected(underlying: SchemaError.unreadableRow(table: "state_key"))
            }
            keys.append(StateKey(id: id, secret: secret))
            return true
        }
        return keys
    }
}

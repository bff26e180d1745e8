import ToolBridge

extension Schema {
    /// Takes the steps that this database hasn't taken yet, each in a transaction of its own.
    ///
    /// A step that fails changes nothing and isn't recorded, so the next start begins with it. Of two processes that start at once each step is
    /// taken by one: what is missing is read again inside the step's own transaction.
    ///
    /// - Throws: ``ToolBridge/StoreError``; ``SchemaError`` if a newer program made the database.
    package static func migrate<Database: SQLDatabase>(_ database: Database, through steps: [Step] = Schema.steps) async throws {
        // A database that is up to date is opened without a write lock. One without the table throws here, and says why below if it's more than that.
        if let taken = try? await database.read(for: nil, { try latestStep($0) }), taken == steps.last?.number { return }
        try await database.write(for: nil) { connection in
            try connection.run(SQLStatement(schemaStep(Database.dialect)))
        }
        for step in steps {
            try await database.write(for: nil) { connection in
                let taken = try latestStep(connection)
                guard taken <= steps.last?.number ?? 0 else { throw SchemaError.newerThanProgram(step: taken) }
                guard taken < step.number else { return }
                for text in step.statements(Database.dialect) { try connection.run(SQLStatement(text)) }
                try step.filling?(connection)
                try connection.run(Statements.recordStep, [.integer(step.number)])
            }
        }
    }

    /// The number of the last step that was taken, from 0.
    static func latestStep(_ connection: some SQLConnection) throws(StoreError) -> Int64 {
        try connection.first(Statements.latestStep) { $0.integer(0) ?? 0 } ?? 0
    }
}

/// Why a database's tables don't fit the program.
package enum SchemaError: Error, Equatable, CustomStringConvertible {
    /// A later version of the program made or migrated the database; this one mustn't touch it.
    case newerThanProgram(step: Int64)
    /// A migration is missing.
    case olderThanProgram(step: Int64)
    /// A row holds what the program never writes.
    case unreadableRow(table: String)
    /// The operation needs the owner's row, which isn't there.
    case ownerNotLocked
    /// A change sequence cannot take a negative count.
    case negativeCount

    package var description: String {
        switch self {
        case .newerThanProgram(let step): "the database was made by a newer version of ToolBridge (schema \(step))"
        case .olderThanProgram(let step): "the database lacks migrations (schema \(step))"
        case .unreadableRow(let table): "a row of the table \(table) can't be read"
        case .ownerNotLocked: "the owner wasn't locked"
        case .negativeCount: "the change sequence can't go back"
        }
    }
}

package import ToolBridge

/// How what was wiped leaves the full-text index, piece by piece, so that nobody waits for long.
///
/// First the documents go, each with what takes it out of the index; then the index is merged as a whole, because until then it keeps the words of
/// documents that were taken out. Until the last step is done the file has words that were wiped, and until the first steps are done their texts:
/// all of them can be read in the file alone, and found by no search. Where this ends between two steps it goes on later, in another process too.
///
/// A merge goes from word to word, so one step takes as long as the commonest word of all owners does.
struct SQLSearchErasure<Connection: SQLConnection> {
    let connection: Connection

    /// How many documents one step removes.
    private static var documents: Int64 { 32 }
    /// After how many letters of them it ends.
    private static var letters: Int64 { 65_536 }

    /// Whether there is anything to do; it may be asked without a transaction.
    func isPending() throws(StoreError) -> Bool {
        if try connection.first(Statements.nextSearchErasure, [], { _ throws(StoreError) in true }) == true { return true }
        return try connection.first(Statements.searchMerge, [], { _ throws(StoreError) in true }) ?? false
    }

    /// Does a little of it.
    ///
    /// - Returns: Whether anything is left.
    func step() throws(StoreError) -> Bool {
        let next = try connection.first(Statements.nextSearchErasure) { row throws(StoreError) -> Owner in
            guard let tenant = row.text(0), let subject = row.text(1) else {
                throw .rejected(underlying: SchemaError.unreadableRow(table: "search_erasure"))
            }
            return Owner(tenant: tenant, subject: subject)
        }
        if let next { return try removeSome(of: SQLTransaction(connection: connection, owner: next)) }
        return try mergeSome()
    }

    private func removeSome(of transaction: SQLTransaction<Connection>) throws(StoreError) -> Bool {
        let last = try connection.first(Statements.searchErasure, transaction.owned()) { $0.integer(0) ?? 0 } ?? 0
        var numbers: [[SQLValue]] = []
        var letters: Int64 = 0
        try connection.run(Statements.erasableDocuments, transaction.owned(.integer(last), .integer(Self.documents))) {
            row throws(StoreError) in
            numbers.append([.integer(row.integer(0) ?? 0)])
            letters += row.integer(1) ?? 0
            return letters < Self.letters
        }
        if numbers.isEmpty {
            try connection.run(Statements.removeSearchErasure, transaction.owned())
            if Connection.search.merge != nil { try connection.run(Statements.planSearchMerge) }
            try connection.eraseWhatIsDeleted()
            return true
        }
        try connection.run(Connection.search.removingOne, each: numbers) { _ throws(StoreError) in true }
        try connection.run(Statements.removeDocumentByNumber, each: numbers) { _ throws(StoreError) in true }
        return true
    }

    private func mergeSome() throws(StoreError) -> Bool {
        guard let merge = Connection.search.merge, let hasBegun = try connection.first(Statements.searchMerge, [], { $0.integer(0) == 1 })
        else { return false }
        let before = try connection.first(merge.work) { $0.integer(0) ?? 0 } ?? 0
        try connection.run(hasBegun ? merge.goOn : merge.begin)
        let after = try connection.first(merge.work) { $0.integer(0) ?? 0 } ?? 0
        if after - before > merge.idleWork {
            if !hasBegun { try connection.run(Statements.beginSearchMerge) }
            return true
        }
        try connection.run(Statements.endSearchMerge)
        try connection.eraseWhatIsDeleted()
        return false
    }
}

extension SQLStore {
    package func eraseSome() async throws -> Bool {
        // Most often there is nothing, and nobody is kept from writing.
        guard try await database.read(for: nil, { try SQLSearchErasure(connection: $0).isPending() }) else { return false }
        return try await database.write(for: nil) { try SQLSearchErasure(connection: $0).step() }
    }

    package func ownersToIndex(after last: Owner?) async throws -> (behind: [Owner], last: Owner?) {
        let values: [SQLValue] = [.text(last?.tenant ?? ""), .text(last?.subject ?? ""), .integer(Self.ownersAtOnce)]
        return try await database.read(for: nil) { connection in
            var behind: [Owner] = []
            var last: Owner?
            try connection.run(Statements.ownersToIndex, values) { row throws(StoreError) in
                guard let tenant = row.text(0), let subject = row.text(1) else {
                    throw .rejected(underlying: SchemaError.unreadableRow(table: "owner"))
                }
                let owner = Owner(tenant: tenant, subject: subject)
                last = owner
                if row.integer(2) == 1 { behind.append(owner) }
                return true
            }
            return (behind, last)
        }
    }

    private static var ownersAtOnce: Int64 { 256 }
}

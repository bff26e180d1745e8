import ToolBridge

/// An owner's view of a connection inside a transaction.
struct SQLTransaction<Connection: SQLConnection> {
    let connection: Connection
    let owner: Owner

    /// The values that lead every statement on owned rows.
    func owned(_ values: SQLValue...) -> [SQLValue] {
        var all: [SQLValue] = []
        all.reserveCapacity(values.count + 2)
        all.append(.text(owner.tenant))
        all.append(.text(owner.subject))
        all.append(contentsOf: values)
        return all
    }
}

extension SQLTransaction: StoreReader {
    func item(_ uid: UID, _ kind: ItemKind) throws(StoreError) -> StoredItem? {
        try connection.first(Statements.item, owned(.kind(kind), .uid(uid))) { row throws(StoreError) in try row.storedItem(kind) }
    }

    func ownerState() throws(StoreError) -> OwnerState? {
        try connection.first(Statements.owner, owned()) { row throws(StoreError) in try row.ownerState() }
    }

    func session(_ id: UID) throws(StoreError) -> SyncSession? {
        try connection.first(Statements.session, [.uid(id)]) { row throws(StoreError) in try row.syncSession(id) }
    }
}

extension SQLTransaction: StoreTransaction {
    func lockOwner(taking count: Int) throws(StoreError) -> OwnerState {
        guard count >= 0 else { throw .rejected(underlying: SchemaError.negativeCount) }
        // The identifier is used only if the row is new; making one costs less than asking first.
        let state = try connection.first(Statements.lockOwner, owned(.uid(.random()), .integer(Int64(count)))) {
            row throws(StoreError) in try row.ownerState()
        }
        guard let state else { throw .rejected(underlying: SchemaError.ownerNotLocked) }
        return state
    }

    func put(_ items: [StoredItem], replacing replaced: [ReplacedItem]) throws(StoreError) {
        var rows: [[SQLValue]] = []
        var tags: [[SQLValue]] = []
        rows.reserveCapacity(items.count)
        for stored in items {
            let facets = stored.facets ?? ItemFacets(parsing: stored.item.payload)
            let kind = SQLValue.kind(stored.item.kind)
            let uid = SQLValue.uid(stored.item.uid)
            let parent: [SQLValue] = [stored.parent.map { .kind($0.kind) } ?? .null, stored.parent.map { .uid($0.uid) } ?? .null]
            let status: SQLValue = facets.status.map { .text($0) } ?? .null
            let isDeleted = SQLValue.integer(stored.isDeleted ? 1 : 0)
            rows.append(
                owned(
                    kind,
                    uid,
                    .integer(stored.item.version),
                    .time(stored.item.updatedAt),
                    .time(stored.item.deletedAt),
                    .integer(stored.sequence),
                    parent[0],
                    parent[1],
                    .time(stored.createdAt),
                    .utf8(stored.item.payload),
                    status,
                    isDeleted
                )
            )
            for tag in facets.tags {
                tags.append(
                    owned(
                        kind,
                        .text(tag),
                        isDeleted,
                        .integer(stored.sequence),
                        uid,
                        parent[0],
                        parent[1],
                        status,
                        .time(stored.item.updatedAt)
                    )
                )
            }
        }
        try connection.run(Statements.putItem, each: rows) { _ throws(StoreError) in true }
        let oldTags = replaced.flatMap { old in
            old.tags.map { owned(.kind(old.kind), .text($0), .integer(old.isDeleted ? 1 : 0), .integer(old.sequence)) }
        }
        if !oldTags.isEmpty { try connection.run(Statements.removeTag, each: oldTags) { _ throws(StoreError) in true } }
        if !tags.isEmpty { try connection.run(Statements.addTag, each: tags) { _ throws(StoreError) in true } }
    }

    func attempt<Value>(_ body: (any StoreTransaction) throws -> Value) throws -> Value {
        try connection.attempt { try body(self) }
    }

    func wipe(at time: Timestamp) throws(StoreError) -> (state: OwnerState, deleted: [ItemKind: Int]) {
        try connection.eraseWhatIsDeleted()
        var deleted: [ItemKind: Int] = [:]
        for kind in ItemKind.allCases { deleted[kind] = 0 }
        try connection.run(Statements.countItems, owned()) { row throws(StoreError) in
            guard let kind = row.text(0).flatMap(ItemKind.init(rawValue:)), let count = row.integer(1) else {
                throw .rejected(underlying: SchemaError.unreadableRow(table: "item"))
            }
            deleted[kind] = Int(count)
            return true
        }
        try connection.run(Statements.deleteItems, owned())
        try connection.run(Statements.deleteTags, owned())
        try connection.run(Statements.deleteAnswers, owned())
        try wipeSearch()
        try connection.run(Statements.removeSessions, owned())
        let values: [SQLValue] = [.time(time), .text(owner.tenant), .text(owner.subject)]
        let state = try connection.first(Statements.raiseEpoch, values) { row throws(StoreError) in try row.ownerState() }
        guard let state else { throw .rejected(underlying: SchemaError.ownerNotLocked) }
        return (state, deleted)
    }

    func add(_ session: SyncSession) throws(StoreError) {
        try connection.run(
            Statements.addSession,
            owned(.uid(session.id), .time(session.createdAt), .time(session.expiresAt), .integer(session.epoch))
        )
    }

    func removeSession(_ id: UID) throws(StoreError) {
        try connection.run(Statements.removeSession, owned(.uid(id)))
    }

    func removeSessions(expiredBy time: Timestamp) throws(StoreError) {
        try connection.run(Statements.removeExpiredSessions, [.time(time)])
    }
}

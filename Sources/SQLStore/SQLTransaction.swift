import ToolBridge

/// An owner's view of a connection inside a transaction.
struct SQLTransaction<Connection: SQLConnection> {
    let connection: Connection
    let owner: Owner

    /// The values that lead every statement on owned rows.
    private func owned(_ values: SQLValue...) -> [SQLValue] {
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

    func items(_ query: ItemQuery) throws(StoreError) -> [StoredItem] {
        guard query.limit > 0 else { return [] }
        let start = query.beyond ?? (query.order == .oldestChangeFirst ? 0 : .max)
        var values = owned(.kind(query.kind), .integer(start))
        if let parent = query.parent { values += [.uid(parent.uid), .kind(parent.kind)] }
        values.append(.integer(Int64(query.limit)))
        var items: [StoredItem] = []
        var room = query.payloadBytes
        try connection.run(Statements.list(query), values) { row throws(StoreError) in
            items.append(try row.storedItem(query.kind))
            let (rest, overflow) = room.subtractingReportingOverflow(row.byteCount(SQLRowColumn.payload))
            room = rest
            return rest >= 0 && !overflow
        }
        return items
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

    func items(_ uids: [UID], _ kind: ItemKind) throws(StoreError) -> [UID: StoredItem] {
        var items: [UID: StoredItem] = [:]
        items.reserveCapacity(uids.count)
        try connection.run(Statements.item, each: uids.map { owned(.kind(kind), .uid($0)) }) { row throws(StoreError) in
            let item = try row.storedItem(kind)
            items[item.item.uid] = item
            return true
        }
        return items
    }

    func liveChildren(of parent: ItemReference, _ kind: ItemKind, limit: Int) throws(StoreError) -> [StoredItem] {
        var children: [StoredItem] = []
        let values = owned(.kind(kind), .uid(parent.uid), .kind(parent.kind))
        try connection.run(Statements.liveChildren, values) { row throws(StoreError) in
            children.append(try row.storedItem(kind))
            return children.count < limit
        }
        return children
    }

    func put(_ items: [StoredItem]) throws(StoreError) {
        let sets = items.map { stored in
            owned(
                .kind(stored.item.kind),
                .uid(stored.item.uid),
                .integer(stored.item.version),
                .time(stored.item.updatedAt),
                .time(stored.item.deletedAt),
                .integer(stored.sequence),
                stored.parent.map { .kind($0.kind) } ?? .null,
                stored.parent.map { .uid($0.uid) } ?? .null,
                .time(stored.createdAt),
                .utf8(stored.item.payload)
            )
        }
        try connection.run(Statements.putItem, each: sets) { _ throws(StoreError) in true }
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

import ToolBridge

/// Where a value stands in a row of an item.
enum SQLRowColumn {
    /// In the rows of feeds over several kinds.
    static let kind = 9
}

/// Rows become values of the domain; what the program never wrote is an error, not a crash.
extension SQLRow {
    /// Reads ``Statements/itemColumns``.
    func storedItem(_ kind: ItemKind) throws(StoreError) -> StoredItem {
        guard let uid = uid(0), let version = integer(1), let updatedAt = time(2), let sequence = integer(4), let createdAt = time(7),
            let payload = bytes(8)
        else { throw .rejected(underlying: SchemaError.unreadableRow(table: "item")) }
        var parent: ItemReference?
        if let parentUID = self.uid(6) {
            guard let parentKind = text(5).flatMap(ItemKind.init(rawValue:)) else {
                throw .rejected(underlying: SchemaError.unreadableRow(table: "item"))
            }
            parent = ItemReference(parentKind, parentUID)
        }
        let item = Item(uid: uid, kind: kind, version: version, updatedAt: updatedAt, deletedAt: time(3), payload: payload)
        return StoredItem(item: item, sequence: sequence, parent: parent, createdAt: createdAt)
    }

    /// Reads the columns of ``Statements/owner``.
    func ownerState() throws(StoreError) -> OwnerState {
        guard let id = uid(0), let epoch = integer(1), let sequence = integer(2) else {
            throw .rejected(underlying: SchemaError.unreadableRow(table: "owner"))
        }
        return OwnerState(id: id, epoch: epoch, sequence: sequence, lastWipeAt: time(3))
    }

    /// Reads the columns of ``Statements/session``.
    func syncSession(_ id: UID) throws(StoreError) -> SyncSession {
        guard let tenant = text(0), let subject = text(1), let createdAt = time(2), let expiresAt = time(3), let epoch = integer(4) else {
            throw .rejected(underlying: SchemaError.unreadableRow(table: "session"))
        }
        let owner = Owner(tenant: tenant, subject: subject)
        return SyncSession(id: id, owner: owner, createdAt: createdAt, expiresAt: expiresAt, epoch: epoch)
    }

    private func uid(_ column: Int) -> UID? {
        withUTF8(column) { UID(utf8: $0) } ?? nil
    }

    private func time(_ column: Int) -> Timestamp? {
        integer(column).map(Timestamp.init(milliseconds:))
    }
}

extension SQLValue {
    static func uid(_ uid: UID) -> SQLValue { .text(uid.description) }
    static func kind(_ kind: ItemKind) -> SQLValue { .text(kind.rawValue) }
    static func time(_ time: Timestamp) -> SQLValue { .integer(time.milliseconds) }
    static func time(_ time: Timestamp?) -> SQLValue { time.map { .integer($0.milliseconds) } ?? .null }
}

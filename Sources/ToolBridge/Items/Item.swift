/// One object of a kind, as its owner sees it.
package struct Item: Sendable, Equatable {
    package let uid: UID
    package let kind: ItemKind
    /// Grows by exactly one with each applied change.
    package let version: Int64
    package let updatedAt: Timestamp
    /// Set on a tombstone.
    package let deletedAt: Timestamp?
    /// The client's JSON object, byte for byte but for the fields that the server writes.
    package let payload: [UInt8]

    package init(uid: UID, kind: ItemKind, version: Int64, updatedAt: Timestamp, deletedAt: Timestamp?, payload: [UInt8]) {
        self.uid = uid
        self.kind = kind
        self.version = version
        self.updatedAt = updatedAt
        self.deletedAt = deletedAt
        self.payload = payload
    }
}

/// An item as a store keeps it.
package struct StoredItem: Sendable {
    package var item: Item
    /// The owner's change sequence number of the item's latest change, from 1.
    package var sequence: Int64
    /// What the item hangs on, read out of its payload (``ItemKind/parentRule``).
    package var parent: ItemReference?
    package var createdAt: Timestamp
    /// What the payload says of itself, where it has just been read; `nil` has the store read it when it keeps the item.
    package var facets: ItemFacets?

    package init(item: Item, sequence: Int64, parent: ItemReference?, createdAt: Timestamp, facets: ItemFacets? = nil) {
        self.item = item
        self.sequence = sequence
        self.parent = parent
        self.createdAt = createdAt
        self.facets = facets
    }

    package var isDeleted: Bool { item.deletedAt != nil }
}

extension StoredItem: Equatable {
    /// What is read out of the payload doesn't count besides it.
    package static func == (left: StoredItem, right: StoredItem) -> Bool {
        left.item == right.item && left.sequence == right.sequence && left.parent == right.parent && left.createdAt == right.createdAt
    }
}

/// Where an item stood before it was written again, for what a store keeps beside it.
package struct ReplacedItem: Sendable, Equatable {
    package let kind: ItemKind
    package let sequence: Int64
    package let isDeleted: Bool
    package let tags: [String]

    /// - Parameter stored: As it was read in the same transaction. `nil` if nothing is kept beside it.
    package init?(_ stored: StoredItem) {
        let facets = stored.facets ?? ItemFacets(parsing: stored.item.payload)
        guard !facets.tags.isEmpty else { return nil }
        kind = stored.item.kind
        sequence = stored.sequence
        isDeleted = stored.isDeleted
        tags = facets.tags
    }
}

/// Names an item of the same owner.
package struct ItemReference: Sendable, Hashable {
    package let kind: ItemKind
    package let uid: UID

    package init(_ kind: ItemKind, _ uid: UID) {
        self.kind = kind
        self.uid = uid
    }
}

extension Item {
    package var reference: ItemReference { ItemReference(kind, uid) }
}

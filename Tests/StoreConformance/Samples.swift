import ToolBridge

/// An owner that nobody else has.
func freshOwner() -> Owner {
    Owner(tenant: "tenant \(UID.random())", subject: "subject \(UID.random())")
}

func sample(
    _ uid: UID = .random(),
    _ kind: ItemKind = .notes,
    sequence: Int64,
    version: Int64 = 1,
    deleted: Bool = false,
    parent: ItemReference? = nil,
    updatedAt: Timestamp? = nil,
    payload: String = "{}"
) -> StoredItem {
    let time = updatedAt ?? Timestamp(milliseconds: 1_772_359_200_000 + sequence)
    return StoredItem(
        item: Item(
            uid: uid,
            kind: kind,
            version: version,
            updatedAt: time,
            deletedAt: deleted ? time : nil,
            payload: Array(payload.utf8)
        ),
        sequence: sequence,
        parent: parent,
        createdAt: time
    )
}

extension Store {
    /// Puts items as they are, sequence numbers included, and advances the owner's to the largest.
    func keep(_ items: [StoredItem], of owner: Owner) async throws {
        try await write(of: owner) { transaction in
            let last = items.map(\.sequence).max() ?? 0
            let now = try transaction.lockOwner(taking: 0).sequence
            if last > now { _ = try transaction.lockOwner(taking: Int(last - now)) }
            try transaction.put(items)
        }
    }

    func item(_ uid: UID, _ kind: ItemKind, of owner: Owner) async throws -> StoredItem? {
        try await read(of: owner) { try $0.item(uid, kind) }
    }

    func items(_ query: ItemQuery, of owner: Owner) async throws -> [StoredItem] {
        try await read(of: owner) { try $0.items(query) }
    }

    func state(of owner: Owner) async throws -> OwnerState? {
        try await read(of: owner) { try $0.ownerState() }
    }
}

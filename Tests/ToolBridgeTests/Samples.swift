import ToolBridge

extension UID {
    /// The identifier number *n* of a test.
    static func sample(_ number: UInt8) -> UID {
        UID("00000000-0000-4000-8000-0000000000" + (number < 16 ? "0" : "") + String(number, radix: 16)) ?? .random()
    }
}

extension StoredItem {
    static func sample(
        _ kind: ItemKind,
        uid: UID = .sample(1),
        version: Int64 = 5,
        updatedAt: Int64 = 1_772_359_200_000,
        deletedAt: Int64? = nil,
        payload: String
    ) -> StoredItem {
        StoredItem(
            item: Item(
                uid: uid,
                kind: kind,
                version: version,
                updatedAt: Timestamp(milliseconds: updatedAt),
                deletedAt: deletedAt.map { Timestamp(milliseconds: $0) },
                payload: Array(payload.utf8)
            ),
            sequence: 1,
            parent: nil,
            createdAt: Timestamp(milliseconds: updatedAt)
        )
    }
}

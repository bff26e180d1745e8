package import JSON

/// One item of a push, as the client sent it.
package struct Change: Sendable, Equatable {
    package let uid: UID
    package let kind: ItemKind
    /// The client's time, or `nil` if it gave none.
    package let updatedAt: Timestamp?
    package let isDeletion: Bool
    /// The client's time of deletion, if it gave one.
    package let deletedAt: Timestamp?
    /// The version that the item starts with if it is new, from 1.
    package let firstVersion: Int64
    package let parent: NamedParent
    package let payload: [UInt8]
    /// Read out of the payload.
    package let facets: ItemFacets

    /// - Parameter facets: `nil` has the payload read.
    package init(
        uid: UID,
        kind: ItemKind,
        updatedAt: Timestamp?,
        isDeletion: Bool = false,
        deletedAt: Timestamp? = nil,
        firstVersion: Int64 = 1,
        parent: NamedParent = .none,
        payload: [UInt8],
        facets: ItemFacets? = nil
    ) {
        self.uid = uid
        self.kind = kind
        self.updatedAt = updatedAt
        self.isDeletion = isDeletion
        self.deletedAt = deletedAt
        self.firstVersion = firstVersion
        self.parent = parent
        self.payload = payload
        self.facets = facets ?? ItemFacets(parsing: payload)
    }
}

extension Change {
    /// Reads a change out of a pushed payload.
    ///
    /// - Throws: `invalid_uid`, `invalid_payload`, `invalid_parent`: the error of this item alone.
    package init(reading payload: Payload, _ kind: ItemKind) throws(ItemError) {
        let object = payload.object
        guard let uid = object["uid"]?.string.flatMap({ UID($0) }), !uid.isNil else {
            throw ItemError(.invalidUID, "missing or invalid uid", [.init(.field, .string("/uid"))])
        }
        let sync = object["sync"]
        let isDeletion = sync?["isDeleted"]?.boolean == true
        self.init(
            uid: uid,
            kind: kind,
            updatedAt: Self.claimedTime(in: object),
            isDeletion: isDeletion,
            deletedAt: sync?.timestamp("deletedAt"),
            firstVersion: try Self.firstVersion(sync?["version"]),
            parent: isDeletion
                ? kind.parentRule.parentIfReadable(in: object).map { .loose($0) } ?? .none
                : try kind.parentRule.parent(in: object),
            payload: payload.bytes,
            facets: ItemFacets(reading: object)
        )
    }

    /// When a payload says that it was changed: the first usable time of three members, or `nil`.
    package static func claimedTime(in object: JSONValue) -> Timestamp? {
        ["updatedTs", "updatedAt", "updateTime"].lazy.compactMap { object.timestamp($0) }.first
    }

    private static func firstVersion(_ value: JSONValue?) throws(ItemError) -> Int64 {
        guard let value, value.kind == .number else { return 1 }
        guard let number = value.double, number <= Double(Limits.firstVersion),
            let version = Int64(exactly: max(number, 1).rounded(.towardZero))
        else { throw .invalidPayload(.outOfRange, field: "/sync/version") }
        return version
    }
}

extension JSONValue {
    fileprivate func timestamp(_ key: String) -> Timestamp? {
        self[key]?.string.flatMap { Timestamp(payloadText: $0) }
    }
}

import JSON

/// What an item route or a tool does to one item.
package enum Mutation: Sendable {
    /// Fails where the item exists, be it a tombstone.
    case create(Payload)
    /// The payload takes the place of the old one. A checked parent stays if the new payload has none of its members.
    case replace(Payload)
    /// The members take the place of the payload's; null is a value.
    case patch(Payload)
    /// An RFC 7396 patch: objects merge, null removes.
    case mergePatch(Payload)
    /// Makes a tombstone.
    case delete
    /// Makes a tombstone a live item again, with the payload that it was deleted with.
    ///
    /// It is a write like any other: the version goes on, and a checked parent must be alive.
    case restore
    case archive
    /// One of ``ItemKind/actions``.
    case process(ItemAction)
}

/// What is to be written, if the parent is alive.
package struct MutationOutcome: Sendable, Equatable {
    package let item: Item
    package let parent: NamedParent
    package let createdAt: Timestamp
    package let facets: ItemFacets
}

extension Mutation {
    /// What becomes of an item: the rule of every item route.
    ///
    /// - Parameters:
    ///   - stored: The item as it is, or `nil` if there is none.
    ///   - condition: The version that the caller means.
    ///   - now: The server's clock.
    /// - Throws: `not_found`, `deleted`, `already_exists` (restoring what isn't deleted, too), `version_mismatch`, `invalid_parent`,
    ///   `invalid_payload`, `payload_too_large`, in this order.
    package func applied(
        to stored: StoredItem?,
        _ kind: ItemKind,
        _ uid: UID,
        expecting condition: VersionCondition?,
        at now: Timestamp
    ) throws(ItemError) -> MutationOutcome {
        if case .create(let payload) = self {
            if let stored { throw stored.isDeleted ? .deleted(stored.item) : .alreadyExists(stored.item) }
            return try outcome(payload.object, kind, uid, version: 1, writtenAt: now, createdAt: now)
        }
        guard let stored else { throw .notFound(kind) }
        switch self {
        case .restore:
            guard stored.isDeleted else { throw .notDeleted(stored.item) }
        case .delete:
            guard !stored.isDeleted else { throw .alreadyDeleted(stored.item) }
        default:
            guard !stored.isDeleted else { throw .deleted(stored.item) }
        }
        if let condition, !condition.admits(stored.item.version) { throw .versionMismatch(stored.item, expected: condition) }
        let (version, overflow) = stored.item.version.addingReportingOverflow(1)
        guard !overflow else { throw .invalidPayload(.outOfRange, field: "/sync/version") }
        let old = try stored.item.object()
        let changed = try changedPayload(old, kind)
        return try outcome(
            changed,
            kind,
            uid,
            version: version,
            writtenAt: stored.item.updatedAt.next(atLeast: now),
            createdAt: stored.createdAt
        )
    }

    /// The payload after the caller's change and before the server's fields.
    private func changedPayload(_ old: JSONValue, _ kind: ItemKind) throws(ItemError) -> JSONValue {
        switch self {
        case .create(let payload):
            return payload.object
        case .replace(let payload):
            let keys = kind.parentRule.checkedKeys
            guard keys.allSatisfy({ payload.object[$0] == nil }) else { return payload.object }
            var edit = PayloadEdit(payload.object)
            for key in keys {
                if let value = old[key] { edit.set(key, to: Array(value.bytes)) }
            }
            return try edit.object()
        case .patch(let patch):
            var edit = PayloadEdit(old)
            for member in patch.object.members { edit.set(member.key, to: Array(member.value.bytes)) }
            return try edit.checkedObject()
        case .mergePatch(let patch):
            return try old.mergePatched(with: patch.object)
        case .delete, .restore:
            return old
        case .archive:
            return try old.assigning(kind.archiving)
        case .process(let action):
            return try old.assigning(action.effects)
        }
    }

    private func outcome(
        _ payload: JSONValue,
        _ kind: ItemKind,
        _ uid: UID,
        version: Int64,
        writtenAt time: Timestamp,
        createdAt: Timestamp
    ) throws(ItemError) -> MutationOutcome {
        var (isDeletion, isRestoration) = (false, false)
        if case .delete = self { isDeletion = true }
        if case .restore = self { isRestoration = true }
        let parent: NamedParent
        if isDeletion {
            parent = kind.parentRule.parentIfReadable(in: payload).map { .loose($0) } ?? .none
        } else {
            parent = try kind.parentRule.parent(in: payload)
        }
        let bytes = payload.withServerFields(kind, uid, version: version, writtenAt: time, isDeleted: isDeletion)
        // What a push brought up to the limit can still be deleted and brought back, although the server's fields make it longer.
        guard isDeletion || isRestoration || bytes.count <= Limits.payloadBytes else { throw .payloadTooLarge(limit: Limits.payloadBytes) }
        let item = Item(
            uid: uid,
            kind: kind,
            version: version,
            updatedAt: time,
            deletedAt: isDeletion ? time : nil,
            payload: bytes
        )
        return MutationOutcome(item: item, parent: parent, createdAt: createdAt, facets: ItemFacets(reading: payload))
    }
}

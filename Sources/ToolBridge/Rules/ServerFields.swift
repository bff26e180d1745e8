package import JSON

/// The members of a payload that the server writes.
package enum ServerFields {
    /// Those of all kinds; notes alone have the flat ones, from `version` on.
    package static let names = [
        "uid", "updatedTs", "updateTime", "sync", "version", "isDirty", "isDeleted", "remoteUpdatedAt", "lastSyncedAt",
    ]
}

extension JSONValue {
    /// The payload's bytes with the members that the server writes on item routes.
    func withServerFields(_ kind: ItemKind, _ uid: UID, version: Int64, writtenAt time: Timestamp, isDeleted: Bool) -> [UInt8] {
        var edit = PayloadEdit(self)
        edit.set("uid", to: uid.description)
        edit.set("updatedTs", to: time)
        edit.set("updateTime", to: time)
        var sync = JSONWriter(reserving: 96)
        sync.object {
            $0.member("version", version)
            $0.member("isDeleted", isDeleted)
            if isDeleted { $0.member("deletedAt", time.description) }
        }
        edit.set("sync", to: sync.bytes)
        if kind.hasFlatSyncFields {
            edit.set("version", to: version)
            edit.set("isDirty", to: 0)
            edit.set("isDeleted", to: isDeleted ? 1 : 0)
            edit.set("remoteUpdatedAt", to: time)
            edit.set("lastSyncedAt", to: time)
        }
        return edit.bytes
    }

    func assigning(_ assignments: [Assignment]) throws(ItemError) -> JSONValue {
        var edit = PayloadEdit(self)
        for assignment in assignments {
            switch assignment.value {
            case .string(let text): edit.set(assignment.key, to: text)
            case .boolean(let flag): edit.set(assignment.key, to: Array((flag ? "true" : "false").utf8))
            }
        }
        return try edit.object()
    }
}

extension Item {
    /// The payload, read again.
    ///
    /// It was checked before it was stored.
    ///
    /// - Throws: `internal_error` if the store returned other bytes than it was given.
    package func object() throws(ItemError) -> JSONValue {
        do {
            return try JSONValue.parse(tolerating: payload, limits: .stored).value
        } catch {
            throw .internalError(error)
        }
    }
}

extension PayloadEdit {
    /// The changed object as a value.
    func object() throws(ItemError) -> JSONValue {
        do {
            return try JSONValue.parse(tolerating: bytes, limits: .stored).value
        } catch {
            throw .internalError(error)
        }
    }

    /// The same where a client's values were merged in, so that the whole may break a rule that its parts kept.
    ///
    /// - Throws: `invalid_payload`.
    func checkedObject() throws(ItemError) -> JSONValue {
        try Self.checked(bytes)
    }

    static func checked(_ bytes: [UInt8]) throws(ItemError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes, limits: .stored)
        } catch {
            throw .invalidPayload(error)
        }
    }
}

extension JSONLimits {
    /// The server's own fields may take a payload a little beyond what a client may send.
    package static var stored: JSONLimits {
        JSONLimits(depth: Limits.payloadDepth + 2, values: Limits.payloadValues + 32)
    }
}

import ToolBridge

/// Every statement, once.
///
/// Those on tables of owned rows bind tenant and subject; a test reads each. The exceptions are `housekeeping`.
package enum Statements {
    private static let itemColumns =
        "uid, version, updated_at, deleted_at, sequence, parent_kind, parent_uid, created_at, payload"

    package static let item = SQLStatement(
        #"""
        SELECT \#(itemColumns) FROM item
        WHERE tenant = $1 AND subject = $2 AND kind = $3 AND uid = $4
        """#
    )

    package static let putItem = SQLStatement(
        #"""
        INSERT INTO item (tenant, subject, kind, uid, version, updated_at, deleted_at, sequence, parent_kind, parent_uid, created_at, payload)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (tenant, subject, kind, uid) DO UPDATE SET
          version = excluded.version, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, sequence = excluded.sequence,
          parent_kind = excluded.parent_kind, parent_uid = excluded.parent_uid, created_at = excluded.created_at, payload = excluded.payload
        """#
    )

    package static let liveChildren = SQLStatement(
        #"""
        SELECT \#(itemColumns) FROM item
        WHERE tenant = $1 AND subject = $2 AND kind = $3 AND parent_uid = $4 AND parent_kind = $5 AND deleted_at IS NULL
        ORDER BY sequence
        """#
    )

    package static let countItems = SQLStatement(
        #"""
        SELECT kind, COUNT(*) FROM item WHERE tenant = $1 AND subject = $2 GROUP BY kind
        """#
    )

    package static let deleteItems = SQLStatement(
        #"""
        DELETE FROM item WHERE tenant = $1 AND subject = $2
        """#
    )

    package static let owner = SQLStatement(
        #"""
        SELECT id, epoch, sequence, last_wipe_at FROM owner WHERE tenant = $1 AND subject = $2
        """#
    )

    package static let lockOwner = SQLStatement(
        #"""
        INSERT INTO owner (tenant, subject, id, epoch, sequence) VALUES ($1, $2, $3, 1, $4)
        ON CONFLICT (tenant, subject) DO UPDATE SET sequence = owner.sequence + excluded.sequence
        RETURNING id, epoch, sequence, last_wipe_at
        """#
    )

    package static let raiseEpoch = SQLStatement(
        #"""
        UPDATE owner SET last_wipe_at = $1, epoch = epoch + 1 WHERE tenant = $2 AND subject = $3
        RETURNING id, epoch, sequence, last_wipe_at
        """#
    )

    package static let addSession = SQLStatement(
        #"""
        INSERT INTO session (tenant, subject, id, created_at, expires_at, epoch) VALUES ($1, $2, $3, $4, $5, $6)
        """#
    )

    package static let removeSession = SQLStatement(
        #"""
        DELETE FROM session WHERE tenant = $1 AND subject = $2 AND id = $3
        """#
    )

    package static let removeSessions = SQLStatement(
        #"""
        DELETE FROM session WHERE tenant = $1 AND subject = $2
        """#
    )

    /// Whoever's it is: a caller learns that a session is another's.
    package static let session = SQLStatement(
        #"""
        SELECT tenant, subject, created_at, expires_at, epoch FROM session WHERE id = $1
        """#
    )

    package static let removeExpiredSessions = SQLStatement(
        #"""
        DELETE FROM session WHERE expires_at <= $1
        """#
    )

    package static let stateKeys = SQLStatement(
        #"""
        SELECT id, secret FROM state_key ORDER BY number DESC
        """#
    )

    package static let addFirstStateKey = SQLStatement(
        #"""
        INSERT INTO state_key (number, id, secret) VALUES (1, $1, $2) ON CONFLICT (number) DO NOTHING
        """#
    )

    package static let latestStep = SQLStatement(
        #"""
        SELECT MAX(number) FROM schema_step
        """#
    )

    package static let recordStep = SQLStatement(
        #"""
        INSERT INTO schema_step (number) VALUES ($1)
        """#
    )
}

/// The statements that read a list: one for each combination of what a query may ask for, so that each has its own plan.
extension Statements {
    package static let lists: [SQLStatement] = (0..<8).map { combination in
        let newestFirst = combination & 1 != 0
        let includesDeleted = combination & 2 != 0
        let hasParent = combination & 4 != 0
        return SQLStatement(
            #"""
            SELECT \#(itemColumns) FROM item
            WHERE tenant = $1 AND subject = $2 AND kind = $3 AND sequence \#(newestFirst ? "<" : ">") $4
            \#(includesDeleted ? "" : "AND deleted_at IS NULL ")\#(hasParent ? "AND parent_uid = $5 AND parent_kind = $6 " : "")\#
            ORDER BY sequence\#(newestFirst ? " DESC" : "") LIMIT $\#(hasParent ? 7 : 5)
            """#
        )
    }

    static func list(_ query: ItemQuery) -> SQLStatement {
        let newestFirst = query.order == .newestChangeFirst ? 1 : 0
        let combination = newestFirst | (query.includesDeleted ? 2 : 0) | (query.parent == nil ? 0 : 4)
        return lists[combination]
    }
}

/// For the tests that read them.
extension Statements {
    /// Bind tenant and subject.
    package static let owned: [(name: String, statement: SQLStatement)] =
        [
            ("item", item), ("putItem", putItem), ("liveChildren", liveChildren), ("countItems", countItems), ("deleteItems", deleteItems),
            ("owner", owner), ("lockOwner", lockOwner), ("raiseEpoch", raiseEpoch), ("addSession", addSession),
            ("removeSession", removeSession), ("removeSessions", removeSessions),
        ] + lists.enumerated().map { ("list \($0.offset)", $0.element) }

    /// Serve the installation as a whole.
    package static let housekeeping: [(name: String, statement: SQLStatement)] = [
        ("session", session), ("removeExpiredSessions", removeExpiredSessions), ("stateKeys", stateKeys),
        ("addFirstStateKey", addFirstStateKey), ("latestStep", latestStep), ("recordStep", recordStep),
    ]
}

import ToolBridge

/// Every statement, once.
///
/// Those on tables of owned rows bind tenant and subject; a test reads each. The exceptions are `housekeeping`.
package enum Statements {
    static let itemColumns =
        "uid, version, updated_at, deleted_at, sequence, parent_kind, parent_uid, created_at, payload"

    package static let item = SQLStatement(
        #"""
        SELECT \#(itemColumns) FROM item
        WHERE tenant = $1 AND subject = $2 AND kind = $3 AND uid = $4
        """#
    )

    package static let putItem = SQLStatement(
        #"""
        INSERT INTO item (tenant, subject, kind, uid, version, updated_at, deleted_at, sequence, parent_kind, parent_uid, created_at, payload,
          status, is_deleted)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (tenant, subject, kind, uid) DO UPDATE SET
          version = excluded.version, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, sequence = excluded.sequence,
          parent_kind = excluded.parent_kind, parent_uid = excluded.parent_uid, created_at = excluded.created_at, payload = excluded.payload,
          status = excluded.status, is_deleted = excluded.is_deleted
        """#
    )

    package static let liveChildren = SQLStatement(
        #"""
        SELECT \#(itemColumns) FROM item
        WHERE tenant = $1 AND subject = $2 AND kind = $3 AND parent_uid = $4 AND parent_kind = $5 AND is_deleted = 0
        ORDER BY sequence
        """#
    )

    package static let removeTag = SQLStatement(
        #"""
        DELETE FROM item_tag WHERE tenant = $1 AND subject = $2 AND kind = $3 AND tag = $4 AND is_deleted = $5 AND sequence = $6
        """#
    )

    package static let addTag = SQLStatement(
        #"""
        INSERT INTO item_tag (tenant, subject, kind, tag, is_deleted, sequence, uid, parent_kind, parent_uid, status, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """#
    )

    package static let deleteTags = SQLStatement(
        #"""
        DELETE FROM item_tag WHERE tenant = $1 AND subject = $2
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

    static let savepoint = SQLStatement(#"SAVEPOINT attempt"#)
    static let rollbackToSavepoint = SQLStatement(#"ROLLBACK TO SAVEPOINT attempt"#)
    static let releaseSavepoint = SQLStatement(#"RELEASE SAVEPOINT attempt"#)

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

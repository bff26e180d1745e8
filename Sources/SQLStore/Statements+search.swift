/// The statements of full-text search that are the same in all databases; the others are a database's ``SQLSearch``.
extension Statements {
    package static let searchProgress = SQLStatement(
        #"""
        SELECT sequence FROM search_progress WHERE tenant = $1 AND subject = $2
        """#
    )

    package static let recordSearchProgress = SQLStatement(
        #"""
        INSERT INTO search_progress (tenant, subject, sequence) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, subject) DO UPDATE SET sequence = excluded.sequence
        """#
    )

    /// Whether any other owner has something that can be searched for.
    package static let otherSearchProgress = SQLStatement(
        #"""
        SELECT 1 FROM search_progress WHERE NOT (tenant = $1 AND subject = $2) LIMIT 1
        """#
    )

    package static let addDocument = SQLStatement(
        #"""
        INSERT INTO search_document (tenant, subject, kind, uid, scope, title, text) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """#
    )

    package static let removeDocument = SQLStatement(
        #"""
        DELETE FROM search_document WHERE tenant = $1 AND subject = $2 AND kind = $3 AND uid = $4
        """#
    )

    package static let removeDocuments = SQLStatement(
        #"""
        DELETE FROM search_document WHERE tenant = $1 AND subject = $2
        """#
    )

    package static let removeSearchProgress = SQLStatement(
        #"""
        DELETE FROM search_progress WHERE tenant = $1 AND subject = $2
        """#
    )

    /// The live item of a document.
    package static let foundItem = SQLStatement(
        #"""
        SELECT item.uid, version, updated_at, deleted_at, sequence, parent_kind, parent_uid, created_at, payload, item.kind
        FROM search_document JOIN item USING (tenant, subject, kind, uid)
        WHERE tenant = $1 AND subject = $2 AND id = $3 AND deleted_at IS NULL
        """#
    )

    /// Bind tenant and subject.
    package static let search: [(name: String, statement: SQLStatement)] = [
        ("searchProgress", searchProgress), ("recordSearchProgress", recordSearchProgress), ("addDocument", addDocument),
        ("otherSearchProgress", otherSearchProgress), ("removeDocument", removeDocument), ("removeDocuments", removeDocuments),
        ("removeSearchProgress", removeSearchProgress),
        ("foundItem", foundItem),
    ]
}

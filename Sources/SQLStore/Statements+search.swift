import ToolBridge

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

    /// Whether any other owner has something that is to be erased.
    package static let otherSearchErasure = SQLStatement(
        #"""
        SELECT 1 FROM search_erasure WHERE NOT (tenant = $1 AND subject = $2) LIMIT 1
        """#
    )

    /// Marks the owner's documents up to a number.
    package static let eraseDocuments = SQLStatement(
        #"""
        INSERT INTO search_erasure (tenant, subject, last_id) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, subject) DO UPDATE SET last_id = excluded.last_id
        """#
    )

    /// Up to which number the owner's documents are to be removed.
    package static let searchErasure = SQLStatement(
        #"""
        SELECT last_id FROM search_erasure WHERE tenant = $1 AND subject = $2
        """#
    )

    package static let removeSearchErasure = SQLStatement(
        #"""
        DELETE FROM search_erasure WHERE tenant = $1 AND subject = $2
        """#
    )

    /// Some of the owner's documents up to a number, with their sizes.
    package static let erasableDocuments = SQLStatement(
        #"""
        SELECT id, LENGTH(title) + LENGTH(text) FROM search_document WHERE tenant = $1 AND subject = $2 AND id <= $3 LIMIT $4
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

    /// The live item of a document, and the beginning of its title: as much as is shown, if each letter is a word of its own.
    package static let foundItem = SQLStatement(
        #"""
        SELECT item.kind, item.uid, version, updated_at, parent_kind, parent_uid, SUBSTR(title, 1, \#(2 * SearchHit.titleBytes + 2))
        FROM search_document JOIN item USING (tenant, subject, kind, uid)
        WHERE tenant = $1 AND subject = $2 AND id = $3 AND deleted_at IS NULL
        """#
    )

    /// The beginning of a live item's title, of a document beyond a number.
    package static let searchedTitle = SQLStatement(
        #"""
        SELECT SUBSTR(title, 1, \#(2 * SearchHit.titleBytes + 2)) FROM search_document JOIN item USING (tenant, subject, kind, uid)
        WHERE tenant = $1 AND subject = $2 AND kind = $3 AND uid = $4 AND id > $5 AND deleted_at IS NULL
        """#
    )

    /// Bind tenant and subject.
    package static let search: [Named] = [
        ("searchProgress", searchProgress), ("recordSearchProgress", recordSearchProgress), ("addDocument", addDocument),
        ("otherSearchProgress", otherSearchProgress), ("otherSearchErasure", otherSearchErasure),
        ("removeDocument", removeDocument), ("removeDocuments", removeDocuments),
        ("removeSearchProgress", removeSearchProgress), ("foundItem", foundItem), ("searchedTitle", searchedTitle),
        ("eraseDocuments", eraseDocuments), ("searchErasure", searchErasure), ("removeSearchErasure", removeSearchErasure),
        ("erasableDocuments", erasableDocuments),
    ]
}

extension Statements {
    /// Any owner some of whose documents are to be removed.
    package static let nextSearchErasure = SQLStatement(
        #"""
        SELECT tenant, subject FROM search_erasure LIMIT 1
        """#
    )

    package static let lastDocument = SQLStatement(
        #"""
        SELECT MAX(id) FROM search_document
        """#
    )

    package static let removeDocumentByNumber = SQLStatement(
        #"""
        DELETE FROM search_document WHERE id = $1
        """#
    )

    package static let planSearchMerge = SQLStatement(
        #"""
        INSERT INTO search_merge (number, has_begun) VALUES (1, 0) ON CONFLICT (number) DO UPDATE SET has_begun = 0
        """#
    )

    package static let searchMerge = SQLStatement(
        #"""
        SELECT has_begun FROM search_merge
        """#
    )

    package static let beginSearchMerge = SQLStatement(
        #"""
        UPDATE search_merge SET has_begun = 1
        """#
    )

    package static let endSearchMerge = SQLStatement(
        #"""
        DELETE FROM search_merge
        """#
    )

    /// The next owners, so many at most, and whether any of their changes can't be searched for yet.
    package static let ownersToIndex = SQLStatement(
        #"""
        SELECT owner.tenant, owner.subject, CASE WHEN owner.sequence > COALESCE(search_progress.sequence, 0) THEN 1 ELSE 0 END
        FROM owner LEFT JOIN search_progress ON search_progress.tenant = owner.tenant AND search_progress.subject = owner.subject
        WHERE (owner.tenant, owner.subject) > ($1, $2) ORDER BY owner.tenant, owner.subject LIMIT $3
        """#
    )

    /// Serve the installation as a whole.
    package static let searchHousekeeping: [Named] = [
        ("nextSearchErasure", nextSearchErasure), ("lastDocument", lastDocument),
        ("removeDocumentByNumber", removeDocumentByNumber), ("planSearchMerge", planSearchMerge),
        ("searchMerge", searchMerge), ("beginSearchMerge", beginSearchMerge), ("endSearchMerge", endSearchMerge),
        ("ownersToIndex", ownersToIndex),
    ]
}

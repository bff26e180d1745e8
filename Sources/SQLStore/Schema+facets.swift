import ToolBridge

/// What lists are filtered by, and where tombstones stand apart.
extension Schema {
    /// `is_deleted` is `deleted_at` in a form that leads the sequence in each index (no generated column: SQLite 3.40 takes an index with one for
    /// not covering), so that a list passes over no tombstones, and a feed merges both halves.
    ///
    /// What follows the sequence is what the other conditions of a filter are checked with, without visiting the item. `item_tag` has copies of it.
    /// It has no index of uids, which would cost more than all else of a tag: an item's earlier tags are found by its earlier payload.
    static func facets(_ words: SQLDialect) -> [String] {
        [
            #"ALTER TABLE item ADD COLUMN status \#(words.text)"#,
            #"ALTER TABLE item ADD COLUMN is_deleted \#(words.integer) NOT NULL DEFAULT 0"#,
            #"UPDATE item SET is_deleted = 1 WHERE deleted_at IS NOT NULL"#,
            #"DROP INDEX item_kind_sequence"#,
            #"DROP INDEX item_parent"#,
            #"CREATE INDEX item_kind ON item (tenant, subject, kind, is_deleted, sequence, updated_at)"#,
            #"""
            CREATE INDEX item_parent
            ON item (tenant, subject, kind, parent_uid, is_deleted, sequence, parent_kind, status, updated_at)
            WHERE parent_uid IS NOT NULL
            """#,
            #"""
            CREATE INDEX item_status ON item (tenant, subject, kind, status, is_deleted, sequence, updated_at)
            WHERE status IS NOT NULL
            """#,
            #"""
            CREATE TABLE item_tag (
              tenant \#(words.text) NOT NULL,
              subject \#(words.text) NOT NULL,
              kind \#(words.text) NOT NULL,
              tag \#(words.text) NOT NULL,
              is_deleted \#(words.integer) NOT NULL,
              sequence \#(words.integer) NOT NULL,
              uid \#(words.text) NOT NULL,
              parent_kind \#(words.text),
              parent_uid \#(words.text),
              status \#(words.text),
              updated_at \#(words.integer) NOT NULL,
              PRIMARY KEY (tenant, subject, kind, tag, is_deleted, sequence)
            )\#(words.keyTableOptions)
            """#,
        ]
    }

    /// Reads the facets of items that were kept before there were any.
    ///
    /// Done here and not by a statement, so that they are read in one way only.
    static func fillFacets(_ connection: some SQLConnection) throws(StoreError) {
        var last: [SQLValue] = [.text(""), .text(""), .text(""), .text("")]
        while true {
            var statuses: [[SQLValue]] = []
            var tags: [[SQLValue]] = []
            var count: Int64 = 0
            let slice: Int64 = 256
            try connection.run(Statements.facetlessItems, last + [.integer(slice)]) { row throws(StoreError) in
                guard let tenant = row.text(0), let subject = row.text(1), let kind = row.text(2), let uid = row.text(3),
                    let updatedAt = row.integer(4), let sequence = row.integer(6), let payload = row.bytes(9)
                else { throw .rejected(underlying: SchemaError.unreadableRow(table: "item")) }
                count += 1
                let key: [SQLValue] = [.text(tenant), .text(subject), .text(kind)]
                last = key + [.text(uid)]
                let facets = ItemFacets(parsing: payload)
                let status: SQLValue = facets.status.map { .text($0) } ?? .null
                if facets.status != nil { statuses.append([status] + last) }
                let isDeleted: SQLValue = .integer(row.integer(5) == nil ? 0 : 1)
                let parent: [SQLValue] = [row.text(7).map { .text($0) } ?? .null, row.text(8).map { .text($0) } ?? .null]
                for tag in facets.tags {
                    tags.append(key + [.text(tag), isDeleted, .integer(sequence), .text(uid)] + parent + [status, .integer(updatedAt)])
                }
                return true
            }
            try connection.run(Statements.setStatus, each: statuses) { _ throws(StoreError) in true }
            try connection.run(Statements.addTag, each: tags) { _ throws(StoreError) in true }
            guard count == slice else { return }
        }
    }
}

extension Statements {
    package static let facetlessItems = SQLStatement(
        #"""
        SELECT tenant, subject, kind, uid, updated_at, deleted_at, sequence, parent_kind, parent_uid, payload FROM item
        WHERE (tenant, subject, kind, uid) > ($1, $2, $3, $4)
        ORDER BY tenant, subject, kind, uid LIMIT $5
        """#
    )

    package static let setStatus = SQLStatement(
        #"""
        UPDATE item SET status = $1 WHERE tenant = $2 AND subject = $3 AND kind = $4 AND uid = $5
        """#
    )
}

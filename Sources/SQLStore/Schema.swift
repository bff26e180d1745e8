/// The tables and how they came about.
package enum Schema {
    /// One step from a schema to the next.
    ///
    /// A step that has been released is never changed.
    package struct Step: Sendable {
        /// From 1, without gaps.
        package let number: Int64
        package let statements: @Sendable (SQLDialect) -> [String]
        /// What no statement can say: run after them, in the same transaction.
        let filling: (@Sendable (any SQLConnection) throws -> Void)?

        package init(
            _ number: Int64,
            filling: (@Sendable (any SQLConnection) throws -> Void)? = nil,
            _ statements: @escaping @Sendable (SQLDialect) -> [String]
        ) {
            self.number = number
            self.statements = statements
            self.filling = filling
        }
    }

    package static let steps = [
        Step(1) { words in [owner(words), item(words)] + itemIndexes + [session(words)] + sessionIndexes + [stateKey(words)] },
        Step(2, filling: { try fillFacets($0) }) { words in facets(words) + answers(words) + search(words) },
        Step(3) { words in nonces(words) },
    ]

    /// Which steps have been taken.
    static func schemaStep(_ words: SQLDialect) -> String {
        #"""
        CREATE TABLE IF NOT EXISTS schema_step (
          number \#(words.integer) PRIMARY KEY
        )\#(words.tableOptions)
        """#
    }

    private static func owner(_ words: SQLDialect) -> String {
        #"""
        CREATE TABLE owner (
          tenant \#(words.text) NOT NULL CHECK (tenant <> ''),
          subject \#(words.text) NOT NULL CHECK (subject <> ''),
          id \#(words.text) NOT NULL,
          epoch \#(words.integer) NOT NULL,
          sequence \#(words.integer) NOT NULL,
          last_wipe_at \#(words.integer),
          PRIMARY KEY (tenant, subject)
        )\#(words.tableOptions)
        """#
    }

    private static func item(_ words: SQLDialect) -> String {
        #"""
        CREATE TABLE item (
          tenant \#(words.text) NOT NULL CHECK (tenant <> ''),
          subject \#(words.text) NOT NULL CHECK (subject <> ''),
          kind \#(words.text) NOT NULL,
          uid \#(words.text) NOT NULL,
          version \#(words.integer) NOT NULL,
          updated_at \#(words.integer) NOT NULL,
          deleted_at \#(words.integer),
          sequence \#(words.integer) NOT NULL,
          parent_kind \#(words.text),
          parent_uid \#(words.text),
          created_at \#(words.integer) NOT NULL,
          payload \#(words.json) NOT NULL,
          PRIMARY KEY (tenant, subject, kind, uid)
        )\#(words.tableOptions)
        """#
    }

    /// `item_sequence` serves feeds over all kinds; the others were replaced in step 2.
    private static let itemIndexes = [
        #"CREATE UNIQUE INDEX item_sequence ON item (tenant, subject, sequence)"#,
        #"CREATE INDEX item_kind_sequence ON item (tenant, subject, kind, sequence, deleted_at)"#,
        #"""
        CREATE INDEX item_parent ON item (tenant, subject, kind, parent_uid, parent_kind, sequence, deleted_at)
        WHERE parent_uid IS NOT NULL
        """#,
    ]

    private static func session(_ words: SQLDialect) -> String {
        #"""
        CREATE TABLE session (
          id \#(words.text) PRIMARY KEY,
          tenant \#(words.text) NOT NULL CHECK (tenant <> ''),
          subject \#(words.text) NOT NULL CHECK (subject <> ''),
          created_at \#(words.integer) NOT NULL,
          expires_at \#(words.integer) NOT NULL,
          epoch \#(words.integer) NOT NULL
        )\#(words.tableOptions)
        """#
    }

    private static let sessionIndexes = [
        #"CREATE INDEX session_owner ON session (tenant, subject)"#,
        #"CREATE INDEX session_expiry ON session (expires_at)"#,
    ]

    private static func stateKey(_ words: SQLDialect) -> String {
        #"""
        CREATE TABLE state_key (
          number \#(words.integer) PRIMARY KEY,
          id \#(words.text) NOT NULL UNIQUE,
          secret \#(words.bytes) NOT NULL
        )\#(words.tableOptions)
        """#
    }
}

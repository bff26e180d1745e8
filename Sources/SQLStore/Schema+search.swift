extension Schema {
    /// What can be searched for, and how far each owner's changes have come into it.
    static func search(_ words: SQLDialect) -> [String] {
        [searchDocument(words), searchProgress(words), searchErasure(words), searchMerge(words)] + words.search.schema
    }

    /// A document is never updated: its new row gets a number of its own, so that numbers follow the owner's changes.
    private static func searchDocument(_ words: SQLDialect) -> String {
        #"""
        CREATE TABLE search_document (
          id \#(words.search.number),
          tenant \#(words.text) NOT NULL CHECK (tenant <> ''),
          subject \#(words.text) NOT NULL CHECK (subject <> ''),
          kind \#(words.text) NOT NULL,
          uid \#(words.text) NOT NULL,
          scope \#(words.text) NOT NULL,
          title \#(words.text) NOT NULL,
          text \#(words.text) NOT NULL,
          UNIQUE (tenant, subject, kind, uid)
        )\#(words.tableOptions)
        """#
    }

    private static func searchProgress(_ words: SQLDialect) -> String {
        #"""
        CREATE TABLE search_progress (
          tenant \#(words.text) NOT NULL CHECK (tenant <> ''),
          subject \#(words.text) NOT NULL CHECK (subject <> ''),
          sequence \#(words.integer) NOT NULL,
          PRIMARY KEY (tenant, subject)
        )\#(words.tableOptions)
        """#
    }

    /// Whose documents were wiped, up to which number: they are removed piece by piece, and found no more.
    private static func searchErasure(_ words: SQLDialect) -> String {
        #"""
        CREATE TABLE search_erasure (
          tenant \#(words.text) NOT NULL CHECK (tenant <> ''),
          subject \#(words.text) NOT NULL CHECK (subject <> ''),
          last_id \#(words.integer) NOT NULL,
          PRIMARY KEY (tenant, subject)
        )\#(words.tableOptions)
        """#
    }

    /// One row while the index is to be merged: whether that has begun.
    private static func searchMerge(_ words: SQLDialect) -> String {
        #"""
        CREATE TABLE search_merge (
          number \#(words.integer) PRIMARY KEY CHECK (number = 1),
          has_begun \#(words.integer) NOT NULL
        )\#(words.tableOptions)
        """#
    }
}

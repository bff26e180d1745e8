extension Schema {
    /// What can be searched for, and how far each owner's changes have come into it.
    static func search(_ words: SQLDialect) -> [String] {
        [searchDocument(words), searchProgress(words)] + words.search.schema
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
}

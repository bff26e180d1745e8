package import ToolBridge

/// How a database finds documents by their words: the part of full-text search in which databases have nothing in common.
///
/// Documents are rows of `search_document` in all of them. Their column `scope` holds the words of ``SearchScope``.
package struct SQLSearch: Sendable {
    /// Type and constraint of a document's number: a new row gets a greater one than all that are there.
    package let number: String
    /// Makes the index over `search_document`.
    package let schema: [String]
    /// What a database is to look for.
    package let expression: @Sendable (SearchTerms, SearchScope) -> String
    /// The numbers of the documents that fit the expression `$1`, best first.
    package let matches: SQLStatement
    /// The best statement for excerpts where so many documents fit.
    ///
    /// It reads, of the documents whose numbers are in the JSON array `$1` and that fit the expression `$2`, the number, and the excerpts of the title and
    /// of the text, with the marks of ``ToolBridge/StoredHit``.
    package let excerpts: @Sendable (_ terms: SearchTerms, _ matches: Int) -> SQLStatement
    /// Takes a document into the index, after its row was added: its tenant, subject, kind and uid are `$1` to `$4`.
    package let adding: SQLStatement
    /// Takes a document out of the index, before its row is removed: as ``adding``.
    package let removing: SQLStatement
    /// The same for all of an owner's: tenant and subject are `$1` and `$2`.
    package let removingAll: SQLStatement
    /// Overwrites what deleted documents have left in the index.
    package let erase: SQLStatement

    package init(
        number: String,
        schema: [String],
        expression: @escaping @Sendable (SearchTerms, SearchScope) -> String,
        matches: SQLStatement,
        excerpts: @escaping @Sendable (_ terms: SearchTerms, _ matches: Int) -> SQLStatement,
        adding: SQLStatement,
        removing: SQLStatement,
        removingAll: SQLStatement,
        erase: SQLStatement
    ) {
        self.number = number
        self.schema = schema
        self.expression = expression
        self.matches = matches
        self.excerpts = excerpts
        self.adding = adding
        self.removing = removing
        self.removingAll = removingAll
        self.erase = erase
    }
}

/// Words that name an owner and a kind in a full-text index, so that the index itself passes over what others keep.
package struct SearchScope: Sendable, Equatable {
    /// On all of the owner's documents.
    package let owner: String

    /// - Parameter id: The owner's stable identifier.
    package init(owner id: UID) {
        owner = "o" + id.description.filter { $0 != "-" }
    }

    /// On all of the owner's documents of one kind.
    package func kind(_ kind: ItemKind) -> String {
        owner + kind.rawValue.filter { $0 != "_" }
    }

    /// What the column `scope` holds.
    package func words(_ kind: ItemKind) -> String {
        owner + " " + self.kind(kind)
    }
}

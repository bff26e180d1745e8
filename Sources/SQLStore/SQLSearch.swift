package import ToolBridge

/// How a database finds documents by their words: the part of full-text search in which databases have nothing in common.
///
/// Documents are rows of `search_document` in all of them. Their column `scope` holds the words of ``SearchScope``.
package struct SQLSearch: Sendable {
    /// How a merge of the whole index is made in small steps, in a database where a document's words stay in the index until it is merged.
    package struct Merge: Sendable {
        /// The first step.
        package let begin: SQLStatement
        /// The next step of a merge that has begun.
        package let goOn: SQLStatement
        /// A number that grows by the work of a step.
        package let work: SQLStatement
        /// By how much it grows at most where nothing was left to do.
        package let idleWork: Int64

        package init(begin: SQLStatement, goOn: SQLStatement, work: SQLStatement, idleWork: Int64) {
            self.begin = begin
            self.goOn = goOn
            self.work = work
            self.idleWork = idleWork
        }
    }

    /// Type and constraint of a document's number: a new row gets a greater one than any row ever had.
    package let number: String
    /// Makes the index over `search_document`.
    package let schema: [String]
    /// What a database is to look for.
    package let expression: @Sendable (SearchTerms, SearchScope) -> String
    /// The numbers of the documents that fit the expression `$1` and are beyond `$2`, newest first, each with how well it fits.
    package let matches: SQLStatement
    /// The best statement for excerpts where so many documents fit.
    ///
    /// It reads, of the documents whose numbers are in the JSON array `$1` and that fit the expression `$2`, the number, and the excerpt
    /// with the marks and of the size of ``ToolBridge/StoredHit``.
    package let excerpts: @Sendable (_ terms: SearchTerms, _ matches: Int) -> SQLStatement
    /// Takes a document into the index, after its row was added: its tenant, subject, kind and uid are `$1` to `$4`.
    package let adding: SQLStatement
    /// Takes a document out of the index, before its row is removed: as ``adding``.
    package let removing: SQLStatement
    /// The same for the document whose number is `$1`.
    package let removingOne: SQLStatement
    /// Empties the index.
    package let emptying: SQLStatement
    /// `nil` where a document that was taken out leaves nothing.
    package let merge: Merge?

    package init(
        number: String,
        schema: [String],
        expression: @escaping @Sendable (SearchTerms, SearchScope) -> String,
        matches: SQLStatement,
        excerpts: @escaping @Sendable (_ terms: SearchTerms, _ matches: Int) -> SQLStatement,
        adding: SQLStatement,
        removing: SQLStatement,
        removingOne: SQLStatement,
        emptying: SQLStatement,
        merge: Merge?
    ) {
        self.number = number
        self.schema = schema
        self.expression = expression
        self.matches = matches
        self.excerpts = excerpts
        self.adding = adding
        self.removing = removing
        self.removingOne = removingOne
        self.emptying = emptying
        self.merge = merge
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

package import SQLStore
import ToolBridge

/// Full-text search with SQLite's FTS5 (sqlite.org/fts5.html).
///
/// The index keeps no text of its own but reads `search_document`. Nothing but our statements keeps it in step: a schema that isn't trusted
/// (`PRAGMA trusted_schema`) has no triggers on virtual tables. It finds the newest ``candidates`` documents that
/// fit and ranks those: FTS5's own bm25() would visit every document of every owner that has one of the words.
extension SQLSearch {
    /// How many of the newest documents that fit are ranked.
    package static let candidates = 500
    /// How many pages of 4 kB one step of a merge writes: some milliseconds of work.
    private static let mergePages = 64

    package static let fts5 = SQLSearch(
        number: "INTEGER PRIMARY KEY AUTOINCREMENT",
        schema: schema,
        expression: expression,
        matches: SQLStatement(
            #"""
            SELECT rowid, search_rank(search_index) FROM search_index
            WHERE search_index MATCH $1 AND rowid > $2 ORDER BY rowid DESC LIMIT \#(candidates)
            """#
        ),
        excerpts: { isSparse($0, matches: $1) ? excerptsOneByOne : excerptsInOneWalk },
        adding: SQLStatement(
            #"""
            INSERT INTO search_index (rowid, scope, title, text) SELECT id, scope, title, text FROM search_document
            WHERE tenant = $1 AND subject = $2 AND kind = $3 AND uid = $4
            """#
        ),
        removing: SQLStatement(
            #"""
            INSERT INTO search_index (search_index, rowid, scope, title, text) SELECT 'delete', id, scope, title, text FROM search_document
            WHERE tenant = $1 AND subject = $2 AND kind = $3 AND uid = $4
            """#
        ),
        removingOne: SQLStatement(
            #"""
            INSERT INTO search_index (search_index, rowid, scope, title, text) SELECT 'delete', id, scope, title, text FROM search_document
            WHERE id = $1
            """#
        ),
        emptying: SQLStatement(#"INSERT INTO search_index (search_index) VALUES ('delete-all')"#),
        merge: SQLSearch.Merge(
            begin: SQLStatement(#"INSERT INTO search_index (search_index, rank) VALUES ('merge', -\#(mergePages))"#),
            goOn: SQLStatement(#"INSERT INTO search_index (search_index, rank) VALUES ('merge', \#(mergePages))"#),
            // One of them is the statement itself.
            work: SQLStatement(#"SELECT total_changes()"#),
            idleWork: 1
        )
    )

    /// The index and how it reads and merges.
    ///
    /// Marks are part of words, other than FTS5 has it by itself: else the scripts of India would fall to pieces. Prefixes of up to three letters
    /// have an index of their own.
    private static let schema = [
        #"""
        CREATE VIRTUAL TABLE search_index USING fts5(
          scope, title, text, content='search_document', content_rowid='id', prefix='1 2 3',
          tokenize="unicode61 remove_diacritics 2 categories 'L* N* M*'"
        )
        """#
    ]

    /// Whether much is passed over between one document that fits and the next, because words that are common seldom stand side by side.
    ///
    /// An unfinished word of more than three letters is set up by collecting all words that begin so, which must not be done for each document.
    @Sendable private static func isSparse(_ terms: SearchTerms, matches: Int) -> Bool {
        let isCollected = terms.phrases.last.map { $0.isPrefix && ($0.words.last?.unicodeScalars.count ?? 0) > 3 } ?? false
        return terms.phrases.contains { $0.words.count > 1 } && matches < candidates && !isCollected
    }

    /// Sets up the search for each document anew and goes straight to it.
    package static let excerptsOneByOne = SQLStatement(
        #"""
        SELECT search_index.rowid, search_excerpt(search_index) FROM json_each($1) AS wanted CROSS JOIN search_index
        WHERE search_index MATCH $2 AND search_index.rowid = wanted.value
        """#
    )

    /// Sets up the search once and passes all that fits, from the first document that is wanted to the last.
    ///
    /// The plus sign keeps SQLite from going to each.
    package static let excerptsInOneWalk = SQLStatement(
        #"""
        WITH wanted AS MATERIALIZED (SELECT value FROM json_each($1))
        SELECT search_index.rowid, search_excerpt(search_index) FROM search_index
        WHERE search_index MATCH $2 AND rowid BETWEEN (SELECT MIN(value) FROM wanted) AND (SELECT MAX(value) FROM wanted)
          AND +rowid IN (SELECT value FROM wanted)
        """#
    )

    /// An expression of FTS5 (§ 3): all that comes from a client stands in quotes, as words.
    @Sendable private static func expression(_ terms: SearchTerms, _ scope: SearchScope) -> String {
        let isEverything = terms.kinds.count == ItemKind.allCases.count
        let scopes = isEverything ? [scope.owner] : ItemKind.allCases.filter(terms.kinds.contains).map(scope.kind)
        let phrases = terms.phrases.map { phrase in
            quoted(phrase.words.joined(separator: " ")) + (phrase.isPrefix ? " *" : "")
        }
        return "scope : (\(scopes.map(quoted).joined(separator: " OR "))) AND {title text} : (\(phrases.joined(separator: " ")))"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { result += "\"" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}

extension SQLiteConnection {
    package static var search: SQLSearch { .fts5 }
}

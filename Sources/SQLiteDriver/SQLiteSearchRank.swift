import GRDBSQLite

/// `search_rank(search_index)`: how well a document fits, the more the better (sqlite.org/fts5.html, § 7, auxiliary functions).
///
/// It is BM25 over the parts of a document, in which a word of the title counts for ``titleWeight`` of the text. What BM25 has besides is how rare a word
/// is. Each document that is found has all of the words, so that would only weigh the words against each other, and to count it other owners'
/// documents would have to be visited.
enum SQLiteSearchRank {
    static let titleWeight = 8.0
    /// How soon more of the same word count no more, and how much a long document has to have.
    private static let saturation = 1.2
    private static let lengthWeight = 0.75
    /// In words.
    private static let usualLength = 128.0
    /// More of a word change nothing.
    private static let mostOccurrences = 100

    static func rank(_ api: Fts5ExtensionApi, _ context: OpaquePointer) -> Double {
        guard let phraseCount = api.xPhraseCount, let first = api.xPhraseFirst, let next = api.xPhraseNext, let size = api.xColumnSize
        else { return 0 }
        var length: Int32 = 0
        guard size(context, -1, &length) == SQLITE_OK else { return 0 }
        let norm = saturation * (1 - lengthWeight + lengthWeight * Double(length) / usualLength)
        var rank = 0.0
        for phrase in 0..<max(0, phraseCount(context)) {
            var position = Fts5PhraseIter()
            var column: Int32 = 0
            var offset: Int32 = 0
            guard first(context, phrase, &position, &column, &offset) == SQLITE_OK else { continue }
            var weight = 0.0
            var occurrences = 0
            // Column 0 is the scope; beyond the last occurrence the column is negative.
            while column >= 0, occurrences < mostOccurrences {
                if column == 1 { weight += titleWeight } else if column == 2 { weight += 1 }
                occurrences += 1
                next(context, &position, &column, &offset)
            }
            rank += weight * (saturation + 1) / (weight + norm)
        }
        return rank
    }
}

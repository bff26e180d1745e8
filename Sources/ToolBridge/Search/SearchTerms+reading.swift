extension SearchTerms {
    /// How much of a query counts; the rest is ignored.
    package static let mostPhrases = 32
    package static let mostWords = 64

    /// Takes a query apart.
    ///
    /// Every text is one; `nil` if it has no words, and so finds nothing.
    ///
    /// Words are runs of letters, digits and marks. What stands in double quotes, straight or typographic, is one phrase; a quote that isn't closed
    /// reaches to the end. The last word may be unfinished unless it is quoted, whatever follows it.
    package init?(_ text: String, kinds: Set<ItemKind>, limit: Int) {
        guard !kinds.isEmpty, limit > 0 else { return nil }
        var reading = QueryReading()
        for scalar in text.unicodeScalars {
            guard reading.take(scalar) else { break }
        }
        reading.finish()
        guard !reading.phrases.isEmpty else { return nil }
        self.init(phrases: reading.phrases, kinds: kinds, limit: limit)
    }
}

/// A query on its way into phrases.
private struct QueryReading {
    private(set) var phrases: [SearchTerms.Phrase] = []
    private var words: [String] = []
    private var word = String.UnicodeScalarView()
    /// The phrase that is being read has more than marks.
    private var hasLetters = false
    private var previous = ScalarRole.space
    private var isQuoted = false
    private var wordCount = 0
    private var isCutOff = false
    /// The phrase that was read last isn't quoted.
    private var isLastUnfinished = false

    /// - Returns: False once no more counts.
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}":
            endPhrase()
            isQuoted.toggle()
            previous = .space
            return !isCutOff
        default:
            break
        }
        let role = ScalarRole(scalar, after: previous)
        if role.isWord {
            if previous.isWord, role.startsAnew(after: previous, with: scalar) { endWord() }
            word.append(scalar)
            if !scalar.isMark { hasLetters = true }
        } else if isQuoted && role == .space {
            endWord()
        } else {
            // What the index may take for a word of its own breaks a phrase: its words are still found, if not side by side.
            endPhrase()
        }
        previous = role
        return !isCutOff
    }

    mutating func finish() {
        endPhrase()
        guard isLastUnfinished, !isCutOff, let last = phrases.popLast() else { return }
        phrases.append(SearchTerms.Phrase(words: last.words, isPrefix: true))
    }

    private mutating func endWord() {
        guard !word.isEmpty, !isCutOff else { return }
        words.append(String(word))
        word = String.UnicodeScalarView()
        wordCount += 1
        if wordCount == SearchTerms.mostWords { isCutOff = true }
    }

    private mutating func endPhrase() {
        endWord()
        if hasLetters, !words.isEmpty, phrases.count < SearchTerms.mostPhrases {
            phrases.append(SearchTerms.Phrase(words: words, isPrefix: false))
            isLastUnfinished = !isQuoted
            if phrases.count == SearchTerms.mostPhrases { isCutOff = true }
        }
        words = []
        hasLetters = false
    }
}

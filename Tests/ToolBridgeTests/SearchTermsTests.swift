import Testing
import ToolBridge

@Suite("Search terms")
struct SearchTermsTests {
    private func phrases(_ text: String) -> [SearchTerms.Phrase]? {
        SearchTerms(text, kinds: [.notes], limit: 1)?.phrases
    }

    private func phrase(_ words: String..., isPrefix: Bool = false) -> SearchTerms.Phrase {
        SearchTerms.Phrase(words: words, isPrefix: isPrefix)
    }

    @Test("words are runs of letters, digits and marks; the last may be unfinished")
    func words() {
        #expect(phrases("milk and bre") == [phrase("milk"), phrase("and"), phrase("bre", isPrefix: true)])
        #expect(phrases("  o'brien@example.com\t") == [phrase("o"), phrase("brien"), phrase("example"), phrase("com", isPrefix: true)])
        #expect(phrases("हिन्दी 2024-11 x²") == [phrase("हिन्दी"), phrase("2024"), phrase("11"), phrase("x²", isPrefix: true)])
        #expect(phrases("(a OR b) NOT* c:d ^e") == ["a", "OR", "b", "NOT", "c", "d"].map { phrase($0) } + [phrase("e", isPrefix: true)])
    }

    @Test("what is quoted is a phrase, and finished unless the quote is open")
    func quotes() {
        #expect(phrases(#""milk and" bread"#) == [phrase("milk", "and"), phrase("bread", isPrefix: true)])
        #expect(phrases(#"bread "milk and""#) == [phrase("bread"), phrase("milk", "and")])
        #expect(phrases("“milk and” „x y”") == [phrase("milk", "and"), phrase("x", "y")])
        #expect(phrases(#"a"b c"d"#) == [phrase("a"), phrase("b", "c"), phrase("d", isPrefix: true)])
        #expect(phrases(#""milk, (and)"#) == [phrase("milk", "and")])
        #expect(phrases(#""milk 🥰 and""#) == [phrase("milk"), phrase("and")])
    }

    @Test("each letter of a script without spaces is a word, a run of them a phrase")
    func unspaced() {
        #expect(phrases("東京 abc") == [phrase("東", "京"), phrase("abc", isPrefix: true)])
        #expect(phrases("はiPhoneを") == [phrase("は", "iPhone", "を", isPrefix: true)])
        #expect(phrases("ที่") == [phrase("ที่", isPrefix: true)])
        #expect(phrases("한국어 말") == [phrase("한국어"), phrase("말", isPrefix: true)])
    }

    @Test(
        "a text without letters and digits finds nothing",
        arguments: ["", " ", "\"\"", "*", "🥰", "\u{301}", "\u{0}", "—", "\u{E000}", "' -- ;"]
    )
    func nothing(text: String) {
        #expect(phrases(text) == nil)
    }

    @Test("no kinds and no room find nothing")
    func nowhere() {
        #expect(SearchTerms("a", kinds: [], limit: 1) == nil)
        #expect(SearchTerms("a", kinds: [.notes], limit: 0) == nil)
    }

    @Test("of a long query only the beginning counts")
    func limits() throws {
        let many = try #require(phrases(String(repeating: "a ", count: 1000)))
        #expect(many.count == SearchTerms.mostPhrases)
        #expect(!many.contains { $0.isPrefix })
        let long = try #require(phrases("\"" + String(repeating: "a ", count: 1000) + "\" b"))
        #expect(long == [SearchTerms.Phrase(words: Array(repeating: "a", count: SearchTerms.mostWords), isPrefix: false)])
        let japanese = try #require(phrases(String(repeating: "東", count: 1000)))
        #expect(japanese == [SearchTerms.Phrase(words: Array(repeating: "東", count: SearchTerms.mostWords), isPrefix: false)])
    }

    @Test("of any text the words hold letters, digits and marks alone, within the limits")
    func anyText() {
        var random = Seeded.generator()
        for _ in 0..<5000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let limit: UInt32 = [0x7f, 0x3ff, 0x3fff, 0x10ffff].randomElement(using: &random) ?? 0x7f
                if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)) { text.append(scalar) }
            }
            guard let terms = SearchTerms(String(text), kinds: [.notes], limit: 1) else { continue }
            #expect((1...SearchTerms.mostPhrases).contains(terms.phrases.count), "\(random)")
            #expect(terms.phrases.reduce(0) { $0 + $1.words.count } <= SearchTerms.mostWords, "\(random)")
            for phrase in terms.phrases {
                #expect(!phrase.words.isEmpty && !phrase.words.contains(""), "\(random)")
                let scalars = phrase.words.flatMap { Array($0.unicodeScalars) }
                #expect(scalars.allSatisfy(isOfWord) && scalars.contains { isOfWord($0) && !isMark($0) }, "\(random) \(scalars)")
            }
        }
    }

    private func isMark(_ scalar: Unicode.Scalar) -> Bool {
        [.nonspacingMark, .spacingMark, .enclosingMark].contains(scalar.properties.generalCategory)
    }

    private func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        let categories: [Unicode.GeneralCategory] = [
            .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber,
        ]
        return isMark(scalar) || categories.contains(scalar.properties.generalCategory)
    }
}

/// Texts whose words are as unevenly frequent as those of a language (Zipf's law), and queries in such words.
struct SearchTexts {
    struct Query {
        let shape: String
        let text: String
        /// The same in FTS5's language.
        let match: String
    }

    private var steps = Steps(start: 7)
    private let words: [String]
    /// Up to which number of `total` each word reaches.
    private let reach: [Int]

    init(vocabulary: Int = 60_000) {
        let syllables = [
            "ka", "to", "mi", "re", "sun", "lo", "der", "ing", "pra", "ste", "on", "al", "ver", "qui", "ne", "tas", "bo", "chi", "ra",
            "wen",
        ]
        var steps = Steps(start: 3)
        var known: Set<String> = []
        var words: [String] = []
        while words.count < vocabulary {
            // The commonest words are the shortest.
            let length = words.count < 20 ? 1 : words.count < 400 ? 2 : words.count < 6000 ? 3 : 4
            let word = (0..<(length + steps.next(below: 2))).map { _ in syllables[steps.next(below: syllables.count)] }.joined()
            if known.insert(word).inserted { words.append(word) }
        }
        self.words = words
        var sum = 0
        reach = (0..<vocabulary).map { rank in
            // Below 2³¹, which is how far the steps go.
            sum += 100_000_000 / (rank + 3)
            return sum
        }
    }

    private mutating func word() -> String {
        let target = steps.next(below: reach[reach.count - 1])
        var low = 0
        var high = reach.count - 1
        while low < high {
            let middle = (low + high) / 2
            if reach[middle] > target { high = middle } else { low = middle + 1 }
        }
        return words[low]
    }

    private mutating func words(_ count: Int) -> String {
        (0..<count).map { _ in word() }.joined(separator: " ")
    }

    /// About 1 kB.
    mutating func payload() -> [UInt8] {
        let title = words(4)
        let content = words(90 + steps.next(below: 80))
        return Array(#"{"title":"\#(title)","content":"\#(content)","tags":["\#(word())","\#(word())"]}"#.utf8)
    }

    /// Each full of one or two common words, as long as counts.
    func hostile() -> [[UInt8]] {
        (0..<40).map { number in
            let word = words[number % 4] + " " + (number % 2 == 0 ? "" : words[number % 5] + " ")
            return Array(#"{"title":"hostile","content":"\#(String(repeating: word, count: 131_072 / word.utf8.count))"}"#.utf8)
        }
    }

    /// In the words of the hostile texts.
    func hostileQueries() -> [String] {
        words.prefix(4).flatMap { word in
            [
                word, String(word.prefix(1)), String(repeating: word + " ", count: 32),
                "\"" + String(repeating: word + " ", count: 64) + "\"", String(repeating: "\"\(word) \(word)\" ", count: 32),
            ]
        }
    }

    /// Common words and rare ones, alone and together, unfinished ones of one to five letters, and phrases.
    mutating func query() -> Query {
        func common() -> String { words[steps.next(below: 50)] }
        func usual() -> String { words[50 + steps.next(below: 3000)] }
        func rare() -> String { words[3000 + steps.next(below: words.count - 3000)] }
        switch steps.next(below: 8) {
        case 0: return plain("one common word", [common()])
        case 1: return plain("one usual word", [usual()])
        case 2: return plain("one rare word", [rare()])
        case 3: return plain("two words", [common(), usual()])
        case 4: return plain("three common words", [common(), common(), common()])
        case 5: return plain("common and rare", [common(), rare()])
        case 6:
            let start = String(usual().prefix(1 + steps.next(below: 5)))
            let before = steps.next(below: 2) == 0 ? [common()] : []
            return Query(
                shape: "unfinished word",
                text: (before + [start]).joined(separator: " "),
                match: before.map { "\"\($0)\" " }.joined() + "\"\(start)\" *"
            )
        default:
            let phrase = "\"\(common()) \(common())\""
            return Query(shape: "phrase", text: phrase, match: phrase)
        }
    }

    private func plain(_ shape: String, _ words: [String]) -> Query {
        // A word in quotes is finished.
        let text = words.map { "\"\($0)\"" }.joined(separator: " ")
        return Query(shape: shape, text: text, match: text)
    }
}

import Testing
import ToolBridge

/// Random items and changes, searched by looking at each.
struct SearchModel {
    private struct Text {
        let title: [String]
        let text: [String]
    }

    private let store: any Store
    private let owner = freshOwner()
    private static let syllables = ["ka", "to", "mi", "re", "sun", "lo"]
    /// 252 words of two or three syllables; the first are the commonest.
    private static let vocabulary: [String] = {
        let pairs = syllables.flatMap { first in syllables.map { first + $0 } }
        return pairs + pairs.flatMap { pair in syllables.map { pair + $0 } }
    }()

    init(_ store: any Store) {
        self.store = store
    }

    func check() async throws {
        var random = SeededGenerator(for: "search model")
        var texts: [UID: Text] = [:]
        for round in 0..<5 {
            try await change(&texts, count: round == 0 ? 2000 : 200, &random)
            for _ in 0..<60 { try await compare(texts, &random) }
        }
    }

    private func change(_ texts: inout [UID: Text], count: Int, _ random: inout SeededGenerator) async throws {
        var uids = texts.keys.sorted()
        var items: [UID: StoredItem] = [:]
        let last = try await store.write(of: owner) { [count] in try $0.lockOwner(taking: count).sequence }
        for sequence in (last - Int64(count) + 1)...last {
            let uid =
                count < 2000 && Bool.random(using: &random) ? uids.randomElement(using: &random) ?? .random() : UID.random(using: &random)
            let text = Text(title: words(1...4, &random), text: words(1...30, &random))
            let isDeleted = Int.random(in: 0..<5, using: &random) == 0
            let payload = #"{"title":"\#(text.title.joined(separator: " "))","content":"\#(text.text.joined(separator: " "))"}"#
            if texts[uid] == nil { uids.append(uid) }
            texts[uid] = isDeleted ? nil : text
            items[uid] = sample(uid, sequence: sequence, deleted: isDeleted, payload: payload)
        }
        let changed = Array(items.values)
        try await store.write(of: owner) { try $0.put(changed) }
    }

    private func words(_ count: ClosedRange<Int>, _ random: inout SeededGenerator) -> [String] {
        (0..<Int.random(in: count, using: &random)).map { _ in
            let span = [20, 60, Self.vocabulary.count].randomElement(using: &random) ?? 20
            return Self.vocabulary[Int.random(in: 0..<span, using: &random)]
        }
    }

    private func compare(_ texts: [UID: Text], _ random: inout SeededGenerator) async throws {
        let last = Int.random(in: 0...2, using: &random)
        var phrases: [SearchTerms.Phrase] = []
        for index in 0...last {
            let length = Int.random(in: 0..<3, using: &random) == 0 ? 2 : 1
            var words = words(length...length, &random)
            let isPrefix = index == last && Bool.random(using: &random)
            if isPrefix, let word = words.popLast() { words.append(String(word.prefix(Int.random(in: 1...4, using: &random)))) }
            phrases.append(SearchTerms.Phrase(words: words, isPrefix: isPrefix))
        }
        let expected = Set(texts.filter { fits($0.value, phrases) }.keys)
        let terms = SearchTerms(phrases: phrases, kinds: [.notes], limit: 5000)
        try await LocalItemService(store: store).index(owner)
        let hits = try await store.read(of: owner) { try $0.search(terms) }.hits
        let found = Set(hits.map(\.item.uid))
        #expect(found.count == hits.count, "seed \(random.seed): \(phrases)")
        // A store may rank the newest only, where many fit.
        if expected.count < 500 {
            #expect(found == expected, "seed \(random.seed): \(phrases)")
        } else {
            #expect(found.count >= 500 && found.isSubset(of: expected), "seed \(random.seed): \(phrases)")
        }
        for (place, hit) in hits.enumerated() {
            // There may be no time for those that nobody asks for.
            if place >= Limits.searchHits, hit.excerpt.isEmpty { continue }
            #expect(hit.excerpt.unicodeScalars.contains(StoredHit.opening), "seed \(random.seed): \(phrases) \(hit.excerpt)")
        }
    }

    private func fits(_ text: Text, _ phrases: [SearchTerms.Phrase]) -> Bool {
        phrases.allSatisfy { phrase in contains(text.title, phrase) || contains(text.text, phrase) }
    }

    private func contains(_ words: [String], _ phrase: SearchTerms.Phrase) -> Bool {
        guard words.count >= phrase.words.count else { return false }
        return (0...(words.count - phrase.words.count)).contains { start in
            zip(words[start...], phrase.words).enumerated().allSatisfy { offset, pair in
                phrase.isPrefix && offset == phrase.words.count - 1 ? pair.0.hasPrefix(pair.1) : pair.0 == pair.1
            }
        }
    }
}

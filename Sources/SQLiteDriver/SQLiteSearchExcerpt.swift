import GRDBSQLite
import ToolBridge

/// `search_excerpt(search_index)`: the part of a document that has the most of what was looked for, with ``ToolBridge/StoredHit``'s marks.
///
/// FTS5's own snippet() takes time with the square of the occurrences in a document, and copies all that stands between two words. This looks at
/// the first occurrences, reads the text no further than the excerpt, and cuts it to ``ToolBridge/StoredHit/excerptBytes``.
///
/// It is of the text; of the title only where the text has no occurrence.
enum SQLiteSearchExcerpt {
    /// In words.
    private static let length: Int32 = 24
    /// How much may stand before the first occurrence, in bytes.
    private static let bytesBefore = 200
    /// How many occurrences of each phrase the best place is chosen by.
    private static let mostOccurrences = 100
    private static let title: Int32 = 1
    private static let text: Int32 = 2

    static func excerpt(_ api: Fts5ExtensionApi, _ context: OpaquePointer) -> String {
        var column = text
        var found = occurrences(api, context, column, in: 0..<Int32.max, atMost: mostOccurrences)
        if found.isEmpty {
            let inTitle = occurrences(api, context, title, in: 0..<Int32.max, atMost: mostOccurrences)
            var size: Int32 = 0
            // What is marked in neither is shown from its beginning.
            if !inTitle.isEmpty || api.xColumnSize?(context, text, &size) != SQLITE_OK || size == 0 {
                column = title
                found = inTitle
            }
        }
        var size: Int32 = 0
        _ = api.xColumnSize?(context, column, &size)
        let window = bestWindow(found, size: size)
        let marked = joined(occurrences(api, context, column, in: window, atMost: Int(length)))
        var characters: UnsafePointer<CChar>?
        var count: Int32 = 0
        guard api.xColumnText?(context, column, &characters, &count) == SQLITE_OK, let characters, count > 0 else { return "" }
        let words = SQLiteSearchWords(api, context, UnsafeBufferPointer(start: characters, count: Int(count)), window)
        let bytes = UnsafeRawBufferPointer(start: characters, count: Int(count))
        return SQLiteSearchCut(words: words, marked: marked, window: window, bytesBefore: bytesBefore).excerpt(of: bytes)
    }

    struct Occurrence {
        let phrase: Int
        /// In words from the start of the column.
        let words: Range<Int32>
    }

    /// Those that begin in a part of a column, by their place.
    ///
    /// - Parameter count: How many of each phrase.
    private static func occurrences(
        _ api: Fts5ExtensionApi,
        _ context: OpaquePointer,
        _ wanted: Int32,
        in window: Range<Int32>,
        atMost count: Int
    ) -> [Occurrence] {
        guard let phraseCount = api.xPhraseCount, let phraseSize = api.xPhraseSize, let first = api.xPhraseFirst,
            let next = api.xPhraseNext
        else { return [] }
        var all: [Occurrence] = []
        for phrase in 0..<max(0, phraseCount(context)) {
            var position = Fts5PhraseIter()
            var column: Int32 = 0
            var offset: Int32 = 0
            var left = count
            let size = max(1, phraseSize(context, phrase))
            guard first(context, phrase, &position, &column, &offset) == SQLITE_OK else { continue }
            // Beyond the last occurrence the column is negative.
            while column >= 0, column <= wanted, left > 0 {
                if column == wanted {
                    guard offset < window.upperBound else { break }
                    if offset >= window.lowerBound {
                        let end = offset.addingReportingOverflow(size)
                        all.append(Occurrence(phrase: Int(phrase), words: offset..<(end.overflow ? Int32.max : end.partialValue)))
                        left -= 1
                    }
                }
                next(context, &position, &column, &offset)
            }
        }
        return all.sorted { $0.words.lowerBound < $1.words.lowerBound }
    }

    /// Where most of the phrases are, and most often; with words on both sides, as many as there is room for.
    ///
    /// - Parameters:
    ///   - found: By place.
    ///   - size: Of the column, in words.
    private static func bestWindow(_ found: [Occurrence], size: Int32) -> Range<Int32> {
        var counts: [Int: Int] = [:]
        var start = 0
        var best: (score: Int, words: Range<Int32>) = (0, 0..<0)
        for (end, occurrence) in found.enumerated() {
            counts[occurrence.phrase, default: 0] += 1
            while start < end, occurrence.words.upperBound - found[start].words.lowerBound > length {
                let phrase = found[start].phrase
                counts[phrase] = counts[phrase].flatMap { $0 > 1 ? $0 - 1 : nil }
                start += 1
            }
            let score = counts.count * 1000 + end - start
            if score > best.score { best = (score, found[start].words.lowerBound..<occurrence.words.upperBound) }
        }
        let room = max(0, length - Int32(best.words.count)) / 2
        let first = max(0, min(best.words.lowerBound - room, size - length))
        return first..<(first + length)
    }

    /// Those that overlap as one.
    private static func joined(_ found: [Occurrence]) -> [Range<Int32>] {
        var all: [Range<Int32>] = []
        for occurrence in found {
            if let last = all.last, occurrence.words.lowerBound < last.upperBound {
                all[all.count - 1] = last.lowerBound..<max(last.upperBound, occurrence.words.upperBound)
            } else {
                all.append(occurrence.words)
            }
        }
        return all
    }
}

/// Where the words of a part of a text begin and end, in bytes: the text is read no further than the word behind it.
struct SQLiteSearchWords {
    private(set) var ranges: [Range<Int>] = []
    /// Whether any word comes behind the part.
    private(set) var hasMore = false
    private var next: Int32 = 0
    private let window: Range<Int32>

    init(_ api: Fts5ExtensionApi, _ context: OpaquePointer, _ text: UnsafeBufferPointer<CChar>, _ window: Range<Int32>) {
        self.window = window
        guard let tokenize = api.xTokenize else { return }
        withUnsafeMutablePointer(to: &self) { words in
            _ = tokenize(context, text.baseAddress, Int32(truncatingIfNeeded: text.count), words) { words, _, _, _, start, end in
                guard let words = words?.assumingMemoryBound(to: SQLiteSearchWords.self) else { return SQLITE_ERROR }
                return words.pointee.take(Int(start), Int(end)) ? SQLITE_OK : SQLITE_DONE
            }
        }
    }

    private mutating func take(_ start: Int, _ end: Int) -> Bool {
        guard next < window.upperBound else {
            hasMore = true
            return false
        }
        if next >= window.lowerBound, start <= end { ranges.append(start..<end) }
        next += 1
        return true
    }
}

/// How an excerpt is cut from a text.
struct SQLiteSearchCut {
    let words: SQLiteSearchWords
    /// What is marked, in words from the start of the text, in order and without overlaps.
    let marked: [Range<Int32>]
    let window: Range<Int32>
    let bytesBefore: Int

    func excerpt(of text: UnsafeRawBufferPointer) -> String {
        let marks = marked.compactMap(bytes)
        // With what stands before the first word of the text, and behind its last.
        let first = window.lowerBound > 0 ? words.ranges.first?.lowerBound ?? 0 : 0
        let last = words.hasMore ? words.ranges.last?.upperBound ?? 0 : text.count
        let begin = boundary(max(first, (marks.first?.lowerBound ?? 0) - bytesBefore), in: text)
        let end = max(begin, boundary(min(last, begin + StoredHit.excerptBytes), in: text))
        var result = begin > 0 ? "…" : ""
        var position = begin
        for mark in marks where mark.lowerBound < end && mark.lowerBound >= position {
            result += String(decoding: text[position..<mark.lowerBound], as: UTF8.self)
            position = min(mark.upperBound, end)
            result.unicodeScalars.append(StoredHit.opening)
            result += String(decoding: text[mark.lowerBound..<position], as: UTF8.self)
            result.unicodeScalars.append(StoredHit.closing)
        }
        result += String(decoding: text[position..<end], as: UTF8.self)
        return end < text.count ? result + "…" : result
    }

    /// Of words, as far as they are in the excerpt.
    private func bytes(_ marked: Range<Int32>) -> Range<Int>? {
        let part = marked.clamped(to: window)
        let first = Int(part.lowerBound - window.lowerBound)
        let last = min(Int(part.upperBound - window.lowerBound), words.ranges.count) - 1
        guard first <= last, words.ranges.indices.contains(first), words.ranges.indices.contains(last) else { return nil }
        let (start, end) = (words.ranges[first].lowerBound, words.ranges[last].upperBound)
        return start < end ? start..<end : nil
    }

    /// The last place up to this one at which a character of UTF-8 begins.
    private func boundary(_ place: Int, in text: UnsafeRawBufferPointer) -> Int {
        var place = min(place, text.count)
        while place > 0, place < text.count, text[place] & 0xc0 == 0x80 { place -= 1 }
        return place
    }
}

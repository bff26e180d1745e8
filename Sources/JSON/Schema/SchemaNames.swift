/// A table of names that finds a key or string of a document by its unescaped bytes, with a binary search.
struct SchemaNames: Sendable {
    /// The names in the order in which they were given, without repetitions.
    let names: [String]
    private let sorted: [(bytes: [UInt8], position: Int)]

    /// Makes a table; a repeated name counts once.
    init(_ names: [String]) {
        var seen: Set<[UInt8]> = []
        let distinct = names.filter { seen.insert(Array($0.utf8)).inserted }
        self.names = distinct
        sorted = distinct.enumerated().map { (Array($1.utf8), $0) }.sorted { left, right in
            left.bytes.count == right.bytes.count ? left.bytes.lexicographicallyPrecedes(right.bytes) : left.bytes.count < right.bytes.count
        }
    }

    /// The place in `names` of a name.
    func position(of name: String) -> Int? {
        let bytes = Array(name.utf8)
        return position(bytes.span, 0..<bytes.count)
    }

    /// The place in `names` of what a string node of a document means.
    func position(ofNode index: Int, in document: JSONDocument) -> Int? {
        guard !sorted.isEmpty else {
            return nil
        }
        let bytes = document.bytes
        let range = document.content(of: index)
        if document.nodes[index].kind == .plain {
            return position(bytes.span, range)
        }
        var text: [UInt8] = []
        JSONText.unescape(bytes.span, range, into: &text)
        return position(text.span, 0..<text.count)
    }

    private func position(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            let order = Self.compare(sorted[middle].bytes, text, range)
            if order == 0 {
                return sorted[middle].position
            }
            if order < 0 {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return nil
    }

    /// Negative, zero or positive as the name stands before, at or behind the text: by length, then by bytes.
    private static func compare(_ name: [UInt8], _ text: Span<UInt8>, _ range: Range<Int>) -> Int {
        guard name.count == range.count else {
            return name.count - range.count
        }
        for offset in 0..<name.count where name[offset] != text[range.lowerBound + offset] {
            return Int(name[offset]) - Int(text[range.lowerBound + offset])
        }
        return 0
    }
}

/// How many bytes to change, add or drop to make one text of another (Levenshtein).
package enum EditDistance {
    /// - Returns: `nil` if it takes more than `limit`.
    package static func between(_ a: String, _ b: String, atMost limit: Int) -> Int? {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        guard abs(a.count - b.count) <= limit else { return nil }
        var row = Array(0...b.count)
        for (i, byte) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            var least = row[0]
            for (j, other) in b.enumerated() {
                let substituted = diagonal + (byte == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
                least = min(least, row[j + 1])
            }
            // A row's least never shrinks again.
            if least > limit { return nil }
        }
        return row[b.count] <= limit ? row[b.count] : nil
    }
}

extension Timestamp {
    /// Reads a time as servers write it into `Date`: `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// The two obsolete forms, which no server sends, are `nil` (RFC 9110, § 5.6.7). The name of the day isn't compared with the date.
    package init?(httpDate text: String) {
        let words = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 6, words[0].count == 4, words[0].last == UInt8(ascii: ","), words[5].elementsEqual("GMT".utf8) else { return nil }
        guard let month = Self.months.firstIndex(where: { words[2].elementsEqual($0.utf8) }) else { return nil }
        guard words[1].count == 2, words[3].count == 4, words[4].count == 8 else { return nil }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        let date = String(decoding: Array(words[3]), as: UTF8.self) + "-" + number + "-" + String(decoding: Array(words[1]), as: UTF8.self)
        self.init(payloadText: date + "T" + String(decoding: Array(words[4]), as: UTF8.self) + "Z")
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}

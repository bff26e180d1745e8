extension Timestamp {
    /// Reads a time as servers write it into `Date`: `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// The two obsolete forms, which no server sends, are `nil` (RFC 9110, § 5.6.7). The name of the day isn't compared with the date.
    package init?(httpDate text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 29, bytes[3...4].elementsEqual(", ".utf8), bytes[25...].elementsEqual(" GMT".utf8) else { return nil }
        guard [7, 11, 16].allSatisfy({ bytes[$0] == UInt8(ascii: " ") }) else { return nil }
        guard let month = Self.months.firstIndex(where: { bytes[8..<11].elementsEqual($0.utf8) }) else { return nil }
        let digits = [UInt8(ascii: "0") + UInt8((month + 1) / 10), UInt8(ascii: "0") + UInt8((month + 1) % 10)]
        let hyphen = [UInt8(ascii: "-")]
        var written: [UInt8] = []
        written.reserveCapacity(20)
        for part in [bytes[12..<16], hyphen[...], digits[...], hyphen[...], bytes[5..<7], [UInt8(ascii: "T")], bytes[17..<25]] {
            written += part
        }
        self.init(rfc3339: written + [UInt8(ascii: "Z")])
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}

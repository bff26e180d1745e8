/// What a client takes (RFC 9110 § 12.5.1).
package struct AcceptHeader: Sendable {
    private var ranges: [(type: String, isRefused: Bool)] = []

    /// From the raw values of all its field lines; none at all means everything.
    package init(_ values: [String]) {
        for value in values {
            for item in value.utf8.split(separator: UInt8(ascii: ",")) {
                var parts = item.split(separator: UInt8(ascii: ";")).map { Self.trimmed($0) }
                guard !parts.isEmpty else { continue }
                let type = parts.removeFirst()
                ranges.append((type, parts.contains { Self.isZeroQuality($0) }))
            }
        }
    }

    /// Whether one of these media types is taken: by name, by `type/*` or by `*/*`, the most specific range deciding.
    package func admits(_ types: [String]) -> Bool {
        ranges.isEmpty || types.contains(where: admits)
    }

    /// Whether this media type is asked for by its own name.
    package func names(_ type: String) -> Bool {
        ranges.contains { $0.type.utf8.elementsEqual(type.utf8) && !$0.isRefused }
    }

    package func admits(_ type: String) -> Bool {
        guard !ranges.isEmpty else { return true }
        let group = String(type.prefix { $0 != "/" })
        for candidate in [type, "\(group)/*", "*/*"] {
            if let range = ranges.first(where: { $0.type.utf8.elementsEqual(candidate.utf8) }) { return !range.isRefused }
        }
        return false
    }

    private static func trimmed(_ bytes: Substring.UTF8View) -> String {
        var slice = Array(bytes)[...]
        while let first = slice.first, first == 0x20 || first == 0x09 { slice.removeFirst() }
        while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
        return String(decoding: slice.map(\.asciiLowercased), as: UTF8.self)
    }

    /// `q=0`, `q=0.000`.
    private static func isZeroQuality(_ parameter: String) -> Bool {
        let bytes = parameter.utf8
        guard bytes.starts(with: "q=0".utf8) else { return false }
        return bytes.dropFirst(3).allSatisfy { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "0") }
    }
}

/// Which version of an item a write is meant for (RFC 9110, § 13.1.1).
package enum VersionCondition: Sendable, Equatable {
    /// Any item that the write is possible on: a live one, and for a restoration a tombstone.
    case any
    case exactly(Int64)
    /// One of a list, with the text that it was written as. Weak tags never match, so they are not in it.
    case oneOf([Int64], text: String)

    package func admits(_ version: Int64) -> Bool {
        switch self {
        case .any: true
        case .exactly(let expected): expected == version
        case .oneOf(let versions, _): versions.contains(version)
        }
    }
}

extension VersionCondition: CustomStringConvertible {
    package var description: String {
        switch self {
        case .any: "*"
        case .exactly(let version): "\(version)"
        case .oneOf(_, let text): text
        }
    }
}

extension VersionCondition {
    /// Reads the value of an `If-Match` header: `*`, `5`, `"5"`, or a list of quoted tags.
    ///
    /// - Throws: `invalid_if_match`.
    package init(ifMatch text: String) throws(ItemError) {
        let trimmed = text.utf8.trimmingSpaces
        if trimmed.elementsEqual("*".utf8) {
            self = .any
            return
        }
        if let version = Self.version(trimmed) {
            self = .exactly(version)
            return
        }
        var versions: [Int64] = []
        var tags = 0
        for part in trimmed.splitAtCommasOutsideQuotes {
            var tag = part.trimmingSpaces
            let isWeak = tag.starts(with: "W/".utf8)
            if isWeak { tag = tag.dropFirst(2) }
            guard tag.count >= 2, tag.first == UInt8(ascii: "\""), tag.last == UInt8(ascii: "\"") else { throw .invalidIfMatch }
            tag = tag.dropFirst().dropLast()
            guard tag.allSatisfy({ $0 >= 0x21 && $0 != UInt8(ascii: "\"") && $0 != 0x7f }) else { throw .invalidIfMatch }
            if !isWeak, let version = Self.version(tag) { versions.append(version) }
            tags += 1
        }
        if tags == 1, let version = versions.first {
            self = .exactly(version)
        } else {
            self = .oneOf(versions, text: text.boundedForText)
        }
    }

    private static func version(_ digits: Substring.UTF8View) -> Int64? {
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(Substring(digits))
    }
}

extension Collection where Element == UInt8, SubSequence == Substring.UTF8View {
    /// An opaque tag may hold a comma (RFC 9110, § 8.8.3).
    fileprivate var splitAtCommasOutsideQuotes: [Substring.UTF8View] {
        var parts: [Substring.UTF8View] = []
        var start = startIndex
        var isQuoted = false
        for index in indices {
            if self[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard self[index] == UInt8(ascii: ","), !isQuoted else { continue }
            parts.append(self[start..<index])
            start = self.index(after: index)
        }
        parts.append(self[start...])
        return parts
    }

    fileprivate var trimmingSpaces: Substring.UTF8View {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var slice = self[...]
        while let first = slice.first, isSpace(first) { slice = slice.dropFirst() }
        while let last = slice.last, isSpace(last) { slice = slice.dropLast() }
        return slice
    }
}

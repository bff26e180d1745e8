/// Stored text as it is shown: what can't be seen is written out.
///
/// For titles, summaries, Markdown and hints alone: payloads go out as they were stored.
package enum DisplayText {
    /// The text with characters that are invisible, control the terminal or turn the direction of writing as `\u{202E}`.
    ///
    /// Line feeds and tabs stay, CR LF becomes a line feed. A joiner (U+200C, U+200D) and a variation selector stay where they do their
    /// work, one at a time between or after what can be seen, so that families of emoji, Persian and the scripts of India look as they
    /// should.
    package static func escaped(_ text: String) -> String {
        var text = text
        guard text.withUTF8({ !$0.allSatisfy(isPlain) }) else { return text }
        let scalars = text.unicodeScalars
        return text.withUTF8 { escaped(scalars, $0) } ?? text
    }

    /// The same for a text and its bytes, which are copied in runs; `nil` if nothing is to be written out.
    private static func escaped(_ scalars: String.UnicodeScalarView, _ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var output: [UInt8] = []
        /// Where the run began that is to be copied, and where the scalar begins that is looked at.
        var (run, position) = (0, 0)
        var (before, previous) = (Unicode.Scalar(UInt8(ascii: " ")), Sight.ascii)
        var remaining = scalars.makeIterator()
        var upcoming = remaining.next()
        while let scalar = upcoming {
            upcoming = remaining.next()
            let end = position + UTF8.width(scalar)
            defer { position = end }
            let sight = Sight(scalar)
            let stays =
                switch sight {
                case .ascii, .visible: true
                case .joiner: previous.holdsJoiner && !before.isBlank && upcoming.map { Sight($0) == .visible && !$0.isBlank } ?? false
                case .selector: previous == .visible && !before.isBlank || previous == .ascii && before.isKeycap
                case .hidden: false
                }
            (before, previous) = (scalar, stays ? sight : .hidden)
            guard !stays else { continue }
            if output.isEmpty { output.reserveCapacity(bytes.count + bytes.count / 8 + 16) }
            output += bytes[run..<position]
            run = end
            // The line feed that follows says it.
            if scalar == "\r", upcoming == "\n" { continue }
            output += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".utf8
        }
        guard run > 0 else { return nil }
        output += bytes[run...]
        return String(decoding: output, as: UTF8.self)
    }

    /// The text on one line: white space and line breaks become single spaces, the rest is escaped.
    ///
    /// - Parameter bytes: How long it may be, in bytes of UTF-8; "…" at the end says that there is more.
    package static func line(_ text: String, bytes: Int) -> String {
        // White space collapses, so the line may begin late; behind this nobody looks for it.
        let (beginning, isWhole) = text.beginning(max(bytes, 64) * 16)
        var joined = String.UnicodeScalarView()
        var isSpacePending = false
        for scalar in beginning.unicodeScalars {
            if scalar.properties.isWhitespace {
                isSpacePending = true
                continue
            }
            if isSpacePending, !joined.isEmpty { joined.append(" ") }
            isSpacePending = false
            joined.append(scalar)
        }
        return shortened(escaped(String(joined)), bytes: bytes, isWhole: isWhole)
    }

    /// A shown text within quotes, which nothing in it can end.
    package static func quoted(_ shown: String) -> String {
        "\"" + String(decoding: shown.utf8.map { $0 == UInt8(ascii: "\"") ? UInt8(ascii: "'") : $0 }, as: UTF8.self) + "\""
    }

    /// JSON as it is shown within a text: on one line, and what can't be seen as JSON writes it out, so that it still means the same.
    package static func json(_ bytes: [UInt8]) -> String {
        // Between its values JSON may have line breaks; within them it has none.
        var text = String(decoding: bytes.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
        guard text.withUTF8({ !$0.allSatisfy(isPlain) }) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard Sight(scalar) == .hidden else {
                shown.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                let digits = String(unit, radix: 16)
                shown.append(contentsOf: ("\\u" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits).unicodeScalars)
            }
        }
        return String(shown)
    }

    /// A shown text cut between characters, never within an escape.
    ///
    /// - Parameters:
    ///   - bytes: How long it may be, the "…" at its end included.
    ///   - isWhole: False if something is missing already.
    static func shortened(_ text: String, bytes: Int, isWhole: Bool = true) -> String {
        guard text.utf8.count > bytes || !isWhole else { return text }
        let room = max(bytes - 3, 0)
        var end = text.startIndex
        var count = 0
        while end < text.endIndex {
            let next = text.index(after: end)
            count += text.utf8.distance(from: end, to: next)
            guard count <= room else { break }
            end = next
        }
        // One character can be as long as a page: then a part of it is all there is.
        var cut = end == text.startIndex ? Substring(text.beginning(room).0) : text[..<end]
        if let escape = cut.utf8.suffix(9).lastIndex(of: UInt8(ascii: "\\")), !cut.utf8[escape...].contains(UInt8(ascii: "}")) {
            cut = cut[..<escape]
        }
        return cut + "…"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7e).contains(byte) || byte == 0x0a || byte == 0x09
    }
}

extension String {
    /// As much of the beginning as fits into so many bytes of UTF-8, and whether that is all.
    func beginning(_ bytes: Int) -> (String, isWhole: Bool) {
        guard utf8.count > bytes else { return (self, true) }
        var end = utf8.index(utf8.startIndex, offsetBy: bytes)
        while end > utf8.startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return (String(self[..<end]), false)
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { properties.isWhitespace }
    /// Whether emoji are made of it.
    fileprivate var isKeycap: Bool { ("0"..."9").contains(self) || self == "#" || self == "*" }
}

/// What can be seen of a scalar.
private enum Sight {
    /// A character of ASCII: nothing joins it.
    case ascii
    case visible
    case joiner
    /// Chooses how the character before it looks.
    case selector
    case hidden

    init(_ scalar: Unicode.Scalar) {
        self =
            switch scalar.value {
            case 0x09, 0x0a, 0x20...0x7e: .ascii
            case ..<0xa0, 0xad: .hidden
            case 0xa1...0x34e: .visible
            case 0x200c, 0x200d: .joiner
            case 0xfe00...0xfe0f, 0x180b...0x180d, 0x180f: .selector
            // Line and paragraph separator, and what is blank without being white space: fillers of Hangul, vowels of Khmer that nobody
            // writes.
            case 0x2028, 0x2029, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x3164, 0xffa0: .hidden
            // Zero-width space, marks of direction, embeddings, overrides, isolates, invisible operators.
            case 0x200b, 0x200e, 0x200f, 0x202a...0x202e, 0x2060...0x206f: .hidden
            // Byte order mark, annotations, shorthand and music controls, tags and further variation selectors.
            case 0xfeff, 0xfff0...0xfffb, 0x1bca0...0x1bca3, 0x1d173...0x1d17a, 0xe0000...0xe0fff: .hidden
            case 0xfdd0...0xfdef: .hidden
            case let value where value & 0xfffe == 0xfffe: .hidden
            default: .visible
            }
    }

    var holdsJoiner: Bool { self == .visible || self == .selector }
}

/// The letters of URIs (RFC 3986).
enum URIText {
    /// Longer ones are refused before they are looked at; as long as a URI of the HTTP layer may be.
    private static let maximumBytes = 8_192

    /// Whether it is a URI with a scheme, written strictly (RS4; RFC 3986, § 3).
    static func isURI(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= maximumBytes, let colon = bytes.firstIndex(of: UInt8(ascii: ":")), isScheme(bytes[..<colon]) else {
            return false
        }
        let rest = bytes[(colon + 1)...]
        guard !rest.isEmpty else { return false }
        var (hasFragment, index) = (false, rest.startIndex)
        while index < rest.endIndex {
            let byte = rest[index]
            switch byte {
            case UInt8(ascii: "%"):
                guard isEscape(rest[index...]) else { return false }
                index += 2
            case UInt8(ascii: "#"):
                guard !hasFragment else { return false }
                hasFragment = true
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "]"): break
            default: guard isPathByte(byte) else { return false }
            }
            index += 1
        }
        return true
    }

    /// A letter, then letters, digits, `+`, `-`, `.` (§ 3.1).
    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }
    }

    /// Whether these begin with `%` and two hex digits (§ 2.1).
    static func isEscape(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.prefix(3).dropFirst()
        return bytes.first == UInt8(ascii: "%") && digits.count == 2 && digits.allSatisfy { hexValue($0) != nil }
    }

    /// `pchar` of § 3.3, without escapes: what may stand in one segment of a path.
    static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="): true
        case UInt8(ascii: ":"), UInt8(ascii: "@"): true
        default: isLetter(byte)
        }
    }

    /// The text that these letters stand for, after one decoding; nil if it isn't UTF-8, or holds a slash or U+0000 (RS9).
    static func decodedSegment(_ bytes: ArraySlice<UInt8>) -> String? {
        var decoded: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            var byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard isEscape(bytes[index...]), let high = hexValue(bytes[index + 1]), let low = hexValue(bytes[index + 2]) else {
                    return nil
                }
                byte = high << 4 | low
                index += 2
            } else if !isPathByte(byte) {
                return nil
            }
            // An encoded slash is refused as well: whoever makes a path of the value mustn't get two segments.
            guard byte != UInt8(ascii: "/"), byte != 0 else { return nil }
            decoded.append(byte)
            index += 1
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}

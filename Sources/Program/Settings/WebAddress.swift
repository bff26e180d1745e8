/// Addresses of the web, as settings have them: a text that can't be what is meant is a mistake.
package enum WebAddress {
    /// Whether it is `scheme://host` or `scheme://host:port`, and nothing after it.
    ///
    /// The scheme may be any, for extensions of browsers and web views of editors have their own. `null` is none.
    package static func isOrigin(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), isScheme(bytes[..<colon]) else { return false }
        guard bytes[colon...].starts(with: "://".utf8) else { return false }
        return isHost(Array(bytes[(colon + 3)...]))
    }

    /// Whether it is `host` or `host:port`: a name without wildcards, an IPv4 address, or an IPv6 address in brackets.
    package static func isHost(_ text: String) -> Bool {
        isHost(Array(text.utf8))
    }

    private static func isHost(_ bytes: [UInt8]) -> Bool {
        let end: Int
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")), bracket > 1 else { return false }
            guard bytes[1..<bracket].allSatisfy({ isHexDigit($0) || isOneOf($0, ":.") }) else { return false }
            end = bracket + 1
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
            guard end > 0, bytes[..<end].allSatisfy({ isLetter($0) || isDigit($0) || isOneOf($0, "._-") }) else { return false }
        }
        return end == bytes.count || isPort(bytes[end...])
    }

    /// A colon and 1 to 65535, as clients write it: without zeros before it.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.dropFirst()
        guard bytes.first == UInt8(ascii: ":"), digits.first != UInt8(ascii: "0"), digits.allSatisfy(isDigit) else { return false }
        return UInt16(String(decoding: digits, as: UTF8.self)) != nil
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || isDigit($0) || isOneOf($0, "+-.") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isOneOf(_ byte: UInt8, _ others: String) -> Bool {
        others.utf8.contains(byte)
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as JSON without white space between its tokens, for people: of a long one the beginning, at most 1,000 bytes, and "…".
    public var description: String {
        var (text, isInString, isEscaped) = ([UInt8](), false, false)
        for byte in bytes {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isInString: isEscaped = true
            case UInt8(ascii: "\""): isInString.toggle()
            case 0x20 where !isInString, 0x09 where !isInString, 0x0A where !isInString, 0x0D where !isInString: continue
            default: break
            }
            guard text.count < 1_000 else { return String(decoding: Self.wholeCharacters(text), as: UTF8.self) + "…" }
            text.append(byte)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes without a last scalar of which only the beginning is there, or may be.
    private static func wholeCharacters(_ text: [UInt8]) -> ArraySlice<UInt8> {
        guard let last = text.lastIndex(where: { $0 & 0xC0 != 0x80 }), text[last] >= 0x80 else { return text[...] }
        return text[..<last]
    }
}

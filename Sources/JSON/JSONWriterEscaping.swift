extension [UInt8] {
    /// Appends text with the escapes that RFC 8259, § 7 demands and no others.
    mutating func appendEscaping(_ text: UnsafeBufferPointer<UInt8>) {
        let input = text.span
        var copied = 0
        var position = input.afterUnescaped(from: 0)
        while position < input.count {
            append(contentsOf: UnsafeBufferPointer(rebasing: text[copied..<position]))
            appendEscape(of: input[position])
            copied = position + 1
            position = input.afterUnescaped(from: copied)
        }
        append(contentsOf: UnsafeBufferPointer(rebasing: text[copied..<position]))
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(JSONByte.backslash)
        switch byte {
        case JSONByte.quote, JSONByte.backslash: append(byte)
        case 0x08: append(JSONByte.b)
        case 0x0C: append(JSONByte.f)
        case JSONByte.newLine: append(JSONByte.n)
        case JSONByte.carriageReturn: append(JSONByte.r)
        case JSONByte.tab: append(JSONByte.t)
        default:
            append(contentsOf: "u00".utf8)
            append(JSONByte.zero + byte >> 4)
            append(byte & 0xF < 10 ? JSONByte.zero + byte & 0xF : UInt8(ascii: "a") + (byte & 0xF - 10))
        }
    }
}

extension Span<UInt8> {
    /// The first offset from `start` on that needs an escape, or `count`.
    @inline(__always)
    fileprivate func afterUnescaped(from start: Int) -> Int {
        var position = start
        while count - position >= 8 {
            let marks = JSONWord.escapes(word(at: position))
            if marks != 0 {
                return position + JSONWord.offset(of: marks)
            }
            position += 8
        }
        while position < count {
            let byte = self[position]
            if byte == JSONByte.quote || byte == JSONByte.backslash || byte < 0x20 {
                return position
            }
            position += 1
        }
        return position
    }
}

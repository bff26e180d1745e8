/// What strings mean: unescaping (RFC 8259, § 7).
enum JSONText {
    /// Appends the meaning of a string's content (without its quotation marks), which a scanner has found well-formed.
    ///
    /// Half a surrogate pair, which only a tolerated document has, becomes U+FFFD.
    static func unescape(_ input: Span<UInt8>, _ range: Range<Int>, into output: inout [UInt8]) {
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = input[position]
            guard byte == JSONByte.backslash, position + 1 < range.upperBound else {
                output.append(byte)
                position += 1
                continue
            }
            let letter = input[position + 1]
            position += 2
            switch letter {
            case JSONByte.b: output.append(0x08)
            case JSONByte.f: output.append(0x0C)
            case JSONByte.n: output.append(JSONByte.newLine)
            case JSONByte.r: output.append(JSONByte.carriageReturn)
            case JSONByte.t: output.append(JSONByte.tab)
            case JSONByte.u:
                let (scalar, next) = scalar(input, digitsAt: position, before: range.upperBound)
                output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                position = next
            default: output.append(letter)
            }
        }
    }

    /// The character of one escape or of a pair, and the offset after it.
    private static func scalar(_ input: Span<UInt8>, digitsAt start: Int, before end: Int) -> (Unicode.Scalar, Int) {
        let high = unit(input, at: start, before: end)
        let next = min(start + 4, end)
        if 0xD800...0xDBFF ~= high, next + 2 <= end, input[next] == JSONByte.backslash, input[next + 1] == JSONByte.u {
            let low = unit(input, at: next + 2, before: end)
            if 0xDC00...0xDFFF ~= low, let scalar = Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF) {
                return (scalar, min(next + 6, end))
            }
        }
        return (Unicode.Scalar(high) ?? "\u{FFFD}", next)
    }

    private static func unit(_ input: Span<UInt8>, at start: Int, before end: Int) -> UInt32 {
        guard start + 4 <= end else {
            return 0xFFFD
        }
        var unit: UInt32 = 0
        for position in start..<start + 4 {
            unit = unit << 4 | (JSONByte.hexadecimal(input[position]) ?? 0)
        }
        return unit
    }
}

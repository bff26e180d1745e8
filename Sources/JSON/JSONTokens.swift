// The tokens of RFC 8259: strings (§ 7), numbers (§ 6), literals (§ 3).

extension JSONScanner {
    /// Scans a string from its opening quotation mark.
    @inline(__always)
    mutating func string(_ input: Span<UInt8>, from start: Int) throws(JSONFault) -> JSONToken {
        let position = input.afterPlain(from: start + 1)
        if position < input.count, input[position] == JSONByte.quote {
            return JSONToken(end: position + 1, isPlain: true)
        }
        return try unusualString(input, from: position)
    }

    /// Scans the rest of a string that isn't plain ASCII.
    @inline(never)
    private mutating func unusualString(_ input: Span<UInt8>, from start: Int) throws(JSONFault) -> JSONToken {
        var position = start
        var isPlain = true
        while position < input.count {
            let byte = input[position]
            if byte >= 0x80 {
                let length = input.multibyteLength(at: position)
                guard length > 0 else {
                    throw JSONFault(.invalidUTF8, at: position)
                }
                position += length
            } else if byte == JSONByte.quote {
                return JSONToken(end: position + 1, isPlain: isPlain)
            } else if byte == JSONByte.backslash {
                isPlain = false
                position = try escape(input, at: position)
            } else if byte < 0x20 {
                throw JSONFault(.controlCharacter, at: position)
            } else {
                position = input.afterPlain(from: position + 1)
            }
        }
        throw JSONFault(.unexpectedEnd, at: input.count)
    }

    /// Scans one escape, or two that make a surrogate pair; returns the offset after it.
    private mutating func escape(_ input: Span<UInt8>, at start: Int) throws(JSONFault) -> Int {
        guard start + 1 < input.count else {
            throw JSONFault(.unexpectedEnd, at: input.count)
        }
        switch input[start + 1] {
        case JSONByte.quote, JSONByte.backslash, JSONByte.slash, JSONByte.b, JSONByte.f, JSONByte.n, JSONByte.r, JSONByte.t:
            return start + 2
        case JSONByte.u:
            let unit = try codeUnit(input, at: start)
            switch unit {
            case 0:
                note(.nul, at: start)
            case 0xD800...0xDBFF:
                // Only a low half right behind makes it a character; anything else there is looked at for itself.
                let second = start + 6
                if second + 1 < input.count, input[second] == JSONByte.backslash, input[second + 1] == JSONByte.u,
                    0xDC00...0xDFFF ~= (try codeUnit(input, at: second))
                {
                    return second + 6
                }
                note(.loneSurrogate, at: start)
            case 0xDC00...0xDFFF:
                note(.loneSurrogate, at: start)
            default:
                break
            }
            return start + 6
        default:
            throw JSONFault(.invalidEscape, at: start)
        }
    }

    /// The four digits after `\u`.
    private func codeUnit(_ input: Span<UInt8>, at start: Int) throws(JSONFault) -> UInt32 {
        var unit: UInt32 = 0
        for position in start + 2..<start + 6 {
            guard position < input.count else {
                throw JSONFault(.unexpectedEnd, at: input.count)
            }
            guard let digit = JSONByte.hexadecimal(input[position]) else {
                throw JSONFault(.invalidEscape, at: start)
            }
            unit = unit << 4 | digit
        }
        return unit
    }
}

extension Span<UInt8> {
    /// The length of the UTF-8 sequence of two to four bytes at `position`, or 0 when it is none (Unicode 15, table 3-7).
    @inline(__always)
    func multibyteLength(at position: Int) -> Int {
        let left = count - position
        let lead = self[position]
        guard left >= 2, lead >= 0xC2 else {
            return 0
        }
        let second = self[position + 1]
        if lead < 0xE0 {
            return second & 0xC0 == 0x80 ? 2 : 0
        }
        guard left >= 3, self[position + 2] & 0xC0 == 0x80 else {
            return 0
        }
        if lead < 0xF0 {
            let lowest: UInt8 = lead == 0xE0 ? 0xA0 : 0x80
            let highest: UInt8 = lead == 0xED ? 0x9F : 0xBF
            return second >= lowest && second <= highest ? 3 : 0
        }
        guard left >= 4, lead <= 0xF4, self[position + 3] & 0xC0 == 0x80 else {
            return 0
        }
        let lowest: UInt8 = lead == 0xF0 ? 0x90 : 0x80
        let highest: UInt8 = lead == 0xF4 ? 0x8F : 0xBF
        return second >= lowest && second <= highest ? 4 : 0
    }

    /// Scans a number from its first byte, a minus or a digit.
    @inline(__always)
    func number(from start: Int) throws(JSONFault) -> JSONToken {
        var position = start
        if self[position] == JSONByte.minus {
            position += 1
        }
        if position < count, self[position] == JSONByte.zero {
            position += 1
            guard position == count || !JSONByte.isDigit(self[position]) else {
                throw JSONFault(.invalidNumber, at: position)
            }
        } else {
            position = try afterDigits(from: position)
        }
        var isPlain = true
        if position < count, self[position] == JSONByte.dot {
            isPlain = false
            position = try afterDigits(from: position + 1)
        }
        if position < count, self[position] == JSONByte.e || self[position] == JSONByte.capitalE {
            isPlain = false
            position += 1
            if position < count, self[position] == JSONByte.plus || self[position] == JSONByte.minus {
                position += 1
            }
            position = try afterDigits(from: position)
        }
        return JSONToken(end: position, isPlain: isPlain)
    }

    /// The offset after one digit or more.
    @inline(__always)
    private func afterDigits(from start: Int) throws(JSONFault) -> Int {
        var position = start
        while position < count, JSONByte.isDigit(self[position]) {
            position += 1
        }
        guard position > start else {
            throw position < count ? JSONFault(.invalidNumber, at: position) : JSONFault(.unexpectedEnd, at: count)
        }
        return position
    }

    /// The offset after a literal whose first byte is known to be right.
    @inline(__always)
    func literal(_ text: StaticString, from start: Int) throws(JSONFault) -> Int {
        let length = text.utf8CodeUnitCount
        // `utf8Start` has `length` bytes, and is read below that only.
        for offset in 1..<length {
            guard start + offset < count else {
                throw JSONFault(.unexpectedEnd, at: count)
            }
            guard self[start + offset] == text.utf8Start[offset] else {
                throw JSONFault(.unexpectedByte, at: start + offset)
            }
        }
        return start + length
    }
}

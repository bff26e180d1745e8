/// Reading eight bytes at a time (SWAR): each function says for all bytes of a word at once which ones are special.
///
/// In the results the top bit of a byte is set where the byte is special. A subtraction may carry a false mark into a byte *above* a true
/// one, never below; so the lowest mark is always right, and only that one is used.
enum JSONWord {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Quotation marks, backslashes and bytes below U+0020.
    @inline(__always)
    static func escapes(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* UInt64(JSONByte.quote))
        let backslash = word ^ (ones &* UInt64(JSONByte.backslash))
        let control = (word &- ones &* 0x20) & ~word
        return (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | control) & tops
    }

    /// The same, and all bytes that aren't ASCII.
    @inline(__always)
    static func specials(_ word: UInt64) -> UInt64 {
        escapes(word) | word & tops
    }

    /// How many bytes stand before the lowest mark.
    @inline(__always)
    static func offset(of marks: UInt64) -> Int {
        marks.trailingZeroBitCount >> 3
    }
}

extension Span<UInt8> {
    /// Eight bytes from `position`, the first in the lowest byte; `RawSpan` checks the bounds, also in release builds.
    @inline(__always)
    func word(at position: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    /// The first offset from `start` on that isn't white space, or `count`.
    @inline(__always)
    func afterSpace(from start: Int) -> Int {
        var position = start
        while position < count {
            let byte = self[position]
            if byte > JSONByte.space {
                return position
            }
            guard byte == JSONByte.space || byte == JSONByte.newLine || byte == JSONByte.carriageReturn || byte == JSONByte.tab else {
                return position
            }
            position += 1
        }
        return position
    }

    /// The first offset from `start` on that isn't plain: a quotation mark, a backslash, a control character or the start of a longer
    /// character; or `count`.
    @inline(__always)
    func afterPlain(from start: Int) -> Int {
        var position = start
        while count - position >= 8 {
            let marks = JSONWord.specials(word(at: position))
            if marks != 0 {
                return position + JSONWord.offset(of: marks)
            }
            position += 8
        }
        while position < count {
            let byte = self[position]
            if byte == JSONByte.quote || byte == JSONByte.backslash || byte < 0x20 || byte >= 0x80 {
                return position
            }
            position += 1
        }
        return position
    }

    /// Whether the bytes in the two places are the same; both ranges lie inside their spans.
    func equals(_ range: Range<Int>, _ other: Span<UInt8>, _ otherRange: Range<Int>) -> Bool {
        guard range.count == otherRange.count else {
            return false
        }
        var left = range.lowerBound
        var right = otherRange.lowerBound
        while range.upperBound - left >= 8 {
            guard word(at: left) == other.word(at: right) else {
                return false
            }
            left += 8
            right += 8
        }
        while left < range.upperBound {
            guard self[left] == other[right] else {
                return false
            }
            left += 1
            right += 1
        }
        return true
    }
}

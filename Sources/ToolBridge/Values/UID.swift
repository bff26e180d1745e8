/// The identifier of an item, a session or an owner: a UUID (RFC 9562).
///
/// Read in any usual spelling, written as 36 lower-case characters. Foundation's `UUID` is not used: on Linux it silently returns the same value
/// again and again when no file descriptor is left.
package struct UID: Sendable, Hashable, Comparable {
    private let high: UInt64
    private let low: UInt64

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A fresh random identifier (version 4) from the system's generator.
    package static func random() -> UID {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// A fresh random identifier (version 4) from the given generator.
    package static func random(using generator: inout some RandomNumberGenerator) -> UID {
        let high = generator.next() & 0xffff_ffff_ffff_0fff | 0x0000_0000_0000_4000
        let low = generator.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        return UID(high: high, low: low)
    }

    /// True for `00000000-0000-0000-0000-000000000000`, which names nothing.
    package var isNil: Bool { high == 0 && low == 0 }

    package static func < (left: UID, right: UID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension UID {
    /// Reads 36 characters, 32 hex digits, `{…}` or `urn:uuid:…`, in any letter case; anything else is `nil`.
    package init?(_ text: String) {
        var text = text
        let uid = text.withUTF8 { UID(utf8: $0) }
        guard let uid else { return nil }
        self = uid
    }

    /// The same, from UTF-8 bytes.
    package init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        var digits = text[...]
        let urn: StaticString = "urn:uuid:"
        if digits.count == 45 {
            let isURN = urn.withUTF8Buffer { prefix in zip(digits, prefix).allSatisfy { $0 | 0x20 == $1 | 0x20 } }
            guard isURN else { return nil }
            digits = digits.dropFirst(9)
        } else if digits.count == 38 {
            guard digits.first == UInt8(ascii: "{"), digits.last == UInt8(ascii: "}") else { return nil }
            digits = digits.dropFirst().dropLast()
        }
        let hasHyphens = digits.count == 36
        guard hasHyphens || (digits.count == 32 && text.count == 32) else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var nibbles = 0
        for (offset, byte) in digits.enumerated() {
            if hasHyphens, offset == 8 || offset == 13 || offset == 18 || offset == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            if nibbles < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            nibbles += 1
        }
        self.init(high: high, low: low)
    }
}

extension UID: CustomStringConvertible {
    /// 36 lower-case characters.
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            let digits: StaticString = "0123456789abcdef"
            var position = 0
            digits.withUTF8Buffer { digits in
                for nibble in 0..<32 {
                    if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                        buffer[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    let word = nibble < 16 ? high : low
                    buffer[position] = digits[Int(word >> UInt64(60 - nibble % 16 * 4) & 15)]
                    position += 1
                }
            }
            return position
        }
    }
}

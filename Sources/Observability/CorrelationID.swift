/// Names one request in the answer, the log and the traces.
///
/// A fresh one is kept as its 128 bits, so that a request costs no text unless somebody asks for it.
package struct CorrelationID: Sendable, CustomStringConvertible {
    private enum Source {
        case bits(UInt64, UInt64)
        /// And a random number: what else the request is known by, for many requests may bring one text.
        case text(String, seed: UInt64)
    }

    private let source: Source

    /// A fresh UUIDv4 (RFC 9562 § 5.4) from the system's random numbers.
    package init() {
        var generator = SystemRandomNumberGenerator()
        let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        source = .bits(high, low)
    }

    /// The one that a client gave; nil unless it matches `[A-Za-z0-9._-]{1,64}`.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else { return nil }
        source = .text(text, seed: .random(in: .min ... .max))
    }

    /// 128 bits that no other request has: what a trace that begins here is named by.
    var seed: (UInt64, UInt64) {
        switch source {
        case .bits(let high, let low): (high, low)
        case .text(_, let seed): (~seed &* 0x9E37_79B9_7F4A_7C15, seed)
        }
    }

    /// 36 characters for a fresh one, at most 64 for a given one.
    package var description: String {
        switch source {
        case .text(let text, _):
            text
        case .bits:
            String(unsafeUninitializedCapacity: 36) { buffer in
                var count = 0
                forEachByte { byte in
                    guard count < buffer.count else { return }
                    buffer[count] = byte
                    count += 1
                }
                return count
            }
        }
    }

    /// Hands the characters over one by one, all ASCII.
    @inline(__always)
    package func forEachByte(_ body: (UInt8) -> Void) {
        switch source {
        case .text(let text, _):
            for byte in text.utf8 { body(byte) }
        case .bits(let high, let low):
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 { body(0x2D) }
                let half = index < 8 ? high : low
                let byte = UInt8(truncatingIfNeeded: half &>> UInt64(56 &- 8 &* (index & 7)))
                body(Self.digit(byte &>> 4))
                body(Self.digit(byte & 0xF))
            }
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

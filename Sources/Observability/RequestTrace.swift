/// Where one request stands in a distributed trace (W3C Trace Context): its trace, and its own span.
///
/// It is worked out from what the request brought whenever somebody asks, and so costs a request nothing that nobody traces.
package struct RequestTrace: Sendable, Equatable {
    private let high: UInt64
    private let low: UInt64
    private let span: UInt64
    private let flags: UInt8

    /// - Parameters:
    ///   - parent: The caller's `traceparent`. One that is malformed counts as none: then a new trace begins.
    ///   - id: The request's; the same one gives the same span.
    package init(parent: String?, of id: CorrelationID) {
        let (first, second) = id.seed
        if let parent, let parent = TraceParent(parent) {
            (high, low, flags) = (parent.high, parent.low, parent.flags)
            span = Self.nonzero(Self.mixed(second ^ Self.mixed(parent.span)))
        } else {
            (high, low, flags) = (first, Self.nonzero(second), 0)
            span = Self.nonzero(Self.mixed(second))
        }
    }

    /// What goes to the next server: this request's span is the parent of what that does (§ 3.2).
    package var traceparent: String {
        "00-" + traceID + "-" + spanID + "-" + Self.hex(UInt64(flags), digits: 2)
    }

    /// 32 lower-case hex digits.
    package var traceID: String { Self.hex(high, digits: 16) + Self.hex(low, digits: 16) }

    /// 16 lower-case hex digits.
    package var spanID: String { Self.hex(span, digits: 16) }

    /// Ids of zeros only are invalid.
    private static func nonzero(_ number: UInt64) -> UInt64 { number == 0 ? 1 : number }

    /// The finaliser of SplitMix64: each bit of the result depends on each bit of the number.
    private static func mixed(_ number: UInt64) -> UInt64 {
        var number = number &+ 0x9E37_79B9_7F4A_7C15
        number = (number ^ number &>> 30) &* 0xBF58_476D_1CE4_E5B9
        number = (number ^ number &>> 27) &* 0x94D0_49BB_1331_11EB
        return number ^ number &>> 31
    }

    private static func hex(_ number: UInt64, digits: Int) -> String {
        String(unsafeUninitializedCapacity: digits) { buffer in
            for place in buffer.indices.prefix(digits) {
                let nibble = UInt8(truncatingIfNeeded: number &>> UInt64(4 &* (digits &- 1 &- place))) & 0xF
                buffer[place] = nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble
            }
            return digits
        }
    }
}

/// What a `traceparent` says (W3C Trace Context, § 3.2).
struct TraceParent: Equatable {
    let high: UInt64
    let low: UInt64
    let span: UInt64
    let flags: UInt8

    /// - Returns: nil for what is malformed. Of versions above 00 as much is read as version 00 has.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, bytes.count <= 256, bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash,
            let version = Self.number(bytes[0..<2]), version != 0xFF,
            bytes.count == 55 || version != 0 && bytes[55] == Self.dash,
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]), high | low != 0,
            let span = Self.number(bytes[36..<52]), span != 0,
            let flags = Self.number(bytes[53..<55])
        else { return nil }
        (self.high, self.low, self.span) = (high, low, span)
        // Of the flags only those that are defined go on: sampled, and random in newer versions.
        self.flags = UInt8(truncatingIfNeeded: flags) & 0x03
    }

    private static let dash = UInt8(ascii: "-")

    /// Lower-case hex digits alone.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: number = number &<< 4 | UInt64(digit &- 0x30)
            case 0x61...0x66: number = number &<< 4 | UInt64(digit &- 0x57)
            default: return nil
            }
        }
        return number
    }
}

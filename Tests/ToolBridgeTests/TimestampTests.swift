import Testing
import ToolBridge

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "reads a client's time",
        arguments: [
            ("2026-03-01T10:00:00Z", 1_772_359_200_000),
            ("2026-03-01T11:00:00+01:00", 1_772_359_200_000),
            ("2026-03-01T10:00:00.000000000Z", 1_772_359_200_000),
            ("1772359200000", 1_772_359_200_000),
            ("2026-03-01t10:00:00.1239z", 1_772_359_200_123),
            ("2024-02-29T23:59:60Z", 1_709_251_199_000),
            ("2026-03-01T09:30:00-00:30", 1_772_359_200_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("1", 1),
        ] as [(String, Int64)]
    )
    func reads(text: String, milliseconds: Int64) {
        #expect(Timestamp(payloadText: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(
        "takes everything else as not given",
        arguments: [
            "", "0", "-5", "2026-03-01", "yesterday", "1e12", "+5", " 5", "1234567890123456", "٣", "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z", "2026-00-01T10:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T10:60:00Z",
            "2026-03-01T10:00:61Z", "2026-03-01T10:00:00", "2026-03-01T10:00:00.Z", "2026-03-01T10:00:00+1:00", "2026-03-01T10:00:00+24:00",
            "2026-03-01T10:00:00Zx", "2026-03-01 10:00:00Z", "-9223372036854775808", "99999999999999999999999999999999",
        ]
    )
    func refuses(text: String) {
        #expect(Timestamp(payloadText: text) == nil)
    }

    @Test(
        "writes UTC with three fraction digits",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_730_635_200_120, "2024-11-03T12:00:00.120Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (Int64.max, "9999-12-31T23:59:59.999Z"),
            (Int64.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func writes(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test("reads back what it wrote, for random times of ten thousand years")
    func roundTrip() {
        var generator = Seeded.generator()
        for _ in 0..<20_000 {
            let moment = Timestamp(milliseconds: Int64.random(in: 1...253_402_300_799_999, using: &generator))
            #expect(Timestamp(payloadText: moment.description) == moment, "\(generator)")
        }
    }

    @Test("is never before the moment that follows an earlier write, and never overflows")
    func next() {
        let stored = Timestamp(milliseconds: 10)
        #expect(stored.next(atLeast: Timestamp(milliseconds: 5)) == Timestamp(milliseconds: 11))
        #expect(stored.next(atLeast: Timestamp(milliseconds: 50)) == Timestamp(milliseconds: 50))
        #expect(Timestamp(milliseconds: .max).next(atLeast: stored) == Timestamp(milliseconds: .max))
        #expect(Timestamp(milliseconds: .max).adding(milliseconds: 1) == Timestamp(milliseconds: .max))
        #expect(Timestamp(milliseconds: .min).adding(milliseconds: -1) == Timestamp(milliseconds: .min))
    }
}

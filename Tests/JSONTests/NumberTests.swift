import JSON
import Testing

@Suite("Numbers")
struct NumberTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        let integer: Int64?
        let integral: Int64?
        let double: Double?

        init(_ text: String, _ integer: Int64?, _ integral: Int64?, _ double: Double?) {
            self.text = text
            self.integer = integer
            self.integral = integral
            self.double = double
        }

        var testDescription: String { text }
    }

    static let cases: [Case] = [
        Case("0", 0, 0, 0), Case("-0", 0, 0, -0.0), Case("7", 7, 7, 7), Case("-12", -12, -12, -12),
        Case("9223372036854775807", .max, .max, 0x1p63), Case("-9223372036854775808", .min, .min, -0x1p63),
        Case("9223372036854775808", nil, nil, 0x1p63), Case("-9223372036854775809", nil, nil, -0x1p63),
        Case("123456789012345678901234567890", nil, nil, 1.2345678901234568e29),
        Case("9007199254740993", 9_007_199_254_740_993, 9_007_199_254_740_993, 0x1p53),
        Case("5.0", nil, 5, 5), Case("5e2", nil, 500, 500), Case("1.5e1", nil, 15, 15), Case("1.5", nil, nil, 1.5),
        Case("-0.0", nil, 0, -0.0),
        Case("0e999999999999999999999", nil, 0, 0), Case("100e-2", nil, 1, 1), Case("100e-3", nil, nil, 0.1),
        Case("9007199254740991.0", nil, 9_007_199_254_740_991, 0x1p53 - 1),
        Case("9007199254740992.0", nil, nil, 0x1p53), Case("-9007199254740991e0", nil, -9_007_199_254_740_991, 1 - 0x1p53),
        Case("90071992547409910e-1", nil, 9_007_199_254_740_991, 0x1p53 - 1),
        Case("1e15", nil, 1_000_000_000_000_000, 1e15), Case("1e16", nil, nil, 1e16), Case("0.00000000000000000000001e23", nil, 1, 1),
        Case("1e400", nil, nil, nil),
        Case("-1e400", nil, nil, nil), Case("1e-400", nil, nil, 0), Case("1e999999999999999999999", nil, nil, nil),
        Case("1e-999999999999999999999", nil, nil, 0),
        Case("1.7976931348623157e308", nil, nil, .greatestFiniteMagnitude), Case("5e-324", nil, nil, .leastNonzeroMagnitude),
        Case("0.1", nil, nil, 0.1), Case("123.456", nil, nil, 123.456), Case("1e22", nil, nil, 1e22), Case("1e23", nil, nil, 1e23),
        Case("-3.14159", nil, nil, -3.14159),
        Case("123456789012345e7", nil, nil, 123456789012345e7), Case("9007199254740993.0", nil, nil, 0x1p53),
        Case("8.41e21", nil, nil, 8.41e21),
        Case("2.2250738585072011e-308", nil, nil, .leastNormalMagnitude.nextDown), Case("9.5367431640625e-7", nil, nil, 0x1p-20),
    ]

    @Test("are read exactly, or nearest, or not at all", arguments: cases)
    func reads(number: Case) throws {
        let value = try JSONValue(parsing: number.text)
        #expect(value.integer == number.integer)
        #expect(value.integral == number.integral)
        #expect(value.double?.bitPattern == number.double?.bitPattern)
    }

    @Test("of a million digits cost little")
    func long() throws {
        let digits = String(repeating: "1234567890", count: 100_000)
        for text in [digits, "-" + digits, "0." + digits, digits + "e-1000000", "1e" + digits, "1e-" + digits] {
            let value = try JSONValue(parsing: text)
            let start = ContinuousClock.now
            #expect(value.integer == nil)
            #expect(value.integral == nil)
            _ = value.double
            #expect(try value == JSONValue(parsing: " " + text))
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test("that are doubles go through writer and reader bit by bit")
    func doubles() throws {
        var generator = SeededGenerator(for: "doubles")
        var writer = JSONWriter()
        for round in 0..<rounds(release: 300_000, debug: 10_000) {
            // Half of them with all bits random, half as people write them.
            let double =
                round.isMultiple(of: 2)
                ? Double(bitPattern: generator.next())
                : Double(Int.random(in: -1_000_000...1_000_000, using: &generator)) / [1, 10, 100, 1000, 1e9, 1e-9].randomElement(
                    using: &generator
                )!
            writer = JSONWriter()
            writer.double(double)
            let value = try JSONValue(parsing: writer.bytes)
            if double.isFinite {
                #expect(value.double?.bitPattern == double.bitPattern)
            } else {
                #expect(value.isNull)
            }
        }
    }

    @Test("that are integers go through writer and reader exactly")
    func integers() throws {
        var generator = SeededGenerator(for: "integers")
        for round in 0..<10_000 {
            let integer = Int64(truncatingIfNeeded: generator.next()) >> Int64(round % 64)
            for number in [integer, .min, .max, 0, -1] {
                var writer = JSONWriter()
                writer.integer(number)
                #expect(writer.bytes == Array(String(number).utf8))
                #expect(try JSONValue(parsing: writer.bytes).integer == number)
            }
        }
    }
}

import JSON
import Testing

@Suite("The writer")
struct WriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("puts commas and colons")
    func structure() {
        let text = written { writer in
            writer.object { writer in
                writer.member("s", "x")
                writer.member("i", 1)
                writer.member("d", 0.5)
                writer.member("b", true)
                writer.member("v", ["a": [1, .null]] as JSONValue)
                writer.member("r", raw: Array("[ ]".utf8))
                writer.key("a")
                writer.array { writer in
                    writer.array { _ in }
                    writer.object { _ in }
                    writer.null()
                    writer.boolean(false)
                    writer.string("y")
                    writer.raw("{}")
                    writer.raw(Array("1".utf8)[...])
                    writer.integer(-2 as Int8)
                }
                writer.key(escaping: "k\n")
                writer.beginObject()
                writer.key("o")
                writer.beginArray()
                writer.endArray()
                writer.endObject()
            }
        }
        #expect(
            text == #"{"s":"x","i":1,"d":0.5,"b":true,"v":{"a":[1,null]},"r":[ ],"a":[[],{},null,false,"y",{},1,-2],"k\n":{"o":[]}}"#
        )
    }

    @Test("writes null for what is absent")
    func optionals() {
        let text = written { writer in
            writer.object { writer in
                writer.member("a", nil as String?)
                writer.member("b", nil as Int?)
                writer.member("c", nil as Bool?)
                writer.member("d", nil as Double?)
                writer.member("e", nil as JSONValue?)
                writer.member("f", "x" as String?)
                writer.member("g", 1 as Int?)
                writer.member("h", false as Bool?)
                writer.member("i", 1.5 as Double?)
                writer.member("j", [] as JSONValue?)
            }
        }
        #expect(text == #"{"a":null,"b":null,"c":null,"d":null,"e":null,"f":"x","g":1,"h":false,"i":1.5,"j":[]}"#)
    }

    @Test("escapes what has to be, in the shortest form, and nothing else", arguments: 0...9)
    func escapes(before: Int) throws {
        let start = String(repeating: "a", count: before)
        for value in 0...0xFF as ClosedRange<UInt32> {
            let character = String(try #require(Unicode.Scalar(value)))
            let short = ["\"": #"\""#, "\\": #"\\"#, "\u{8}": #"\b"#, "\u{C}": #"\f"#, "\n": #"\n"#, "\r": #"\r"#, "\t": #"\t"#][character]
            let digits = String(value, radix: 16)
            let expected = short ?? (value < 0x20 ? #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits : character)
            for end in ["", "b", "bcdefghijk"] {
                #expect(written { $0.string(start + character + end) } == "\"\(start)\(expected)\(end)\"")
            }
        }
        #expect(written { $0.string("</script>&\u{2028}😀\u{FFFF}") } == "\"</script>&\u{2028}😀\u{FFFF}\"")
    }

    @Test(
        "writes doubles in the shortest form that is JSON",
        arguments: [
            (0.0, "0.0"), (-0.0, "-0.0"), (5, "5.0"), (0.1, "0.1"), (1e16, "1e+16"), (.leastNonzeroMagnitude, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (1e-5, "1e-05"), (123456.789, "123456.789"), (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
        ]
    )
    func doubles(number: Double, expected: String) throws {
        #expect(written { $0.double(number) } == expected)
        try JSON.check(Array(expected.utf8))
    }

    @Test("writes integers of every width")
    func integers() {
        #expect(written { $0.integer(UInt64.max) } == "18446744073709551615")
        #expect(written { $0.integer(Int64.min) } == "-9223372036854775808")
        #expect(written { $0.integer(UInt8.max) } == "255")
        #expect(written { $0.integer(Int128.max) } == "170141183460469231731687303715884105727")
    }

    @Test("passes an error of the body on")
    func errors() {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            var writer = JSONWriter(reserving: -1)
            try writer.object { _ in throw Failure() }
        }
    }
}

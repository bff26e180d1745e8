import JSON
import Testing

@Suite("The grammar of RFC 8259")
struct GrammarTests {
    @Test(
        "takes what is JSON",
        arguments: [
            "null", "true", "false", "0", "-0", "-1", "10", "1.0", "0.5e-7", "1E+2", "1e0", "123456789012345678901234567890", #""""#,
            #""a""#,
            "[]", "{}", "[[]]", "[{}]", #"{"":{}}"#, " [ ] ", "\t\r\n{\t\r\n}\t\r\n", #"[1,2 , 3]"#, #"{"a":1,"b":[true,false,null]}"#,
            #""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#, "\"\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFE}\u{FFFF}\u{10000}\u{10FFFF}\"",
            "\"\u{2028}\u{2029}\"", #""12345678""#, #""1234567é""#, #""1234567\n""#, #"[""]"#,
        ]
    )
    func accepts(text: String) throws {
        #expect(throws: Never.self) { try JSON.check(Array(text.utf8)) }
        #expect(throws: Never.self) { try JSONValue(parsing: text) }
    }

    @Test("refuses the rest, with reason, position and pointer", arguments: Refusal.syntax)
    func refuses(refusal: Refusal) {
        let error = refusal.error
        #expect(throws: error) { try JSON.check(refusal.bytes) }
        #expect(throws: error) { try JSONValue(parsing: refusal.bytes) }
        #expect(throws: error) { try JSONValue.parse(tolerating: refusal.bytes) }
        #expect(error.isSyntax)
    }

    @Test("refuses bytes that are not UTF-8 inside a string, at any distance from a word's edge", arguments: 0...9)
    func invalidUTF8(before: Int) {
        let sequences: [[UInt8]] = [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x20], [0xC2, 0xC2], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE1, 0x80],
            [0xE1, 0x80, 0x20], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF1, 0x80, 0x80],
            [0xF1, 0x80, 0x80, 0x20], [0xF1, 0x80, 0x20, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80],
            [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ]
        for sequence in sequences {
            let start = Array("[\"".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: before)
            for end in [Array("\"]".utf8), Array("bcdefghijkl\"]".utf8), []] {
                let error = JSONError(.invalidUTF8, start.count, "/0")
                #expect(throws: error, "\(sequence)") { try JSON.check(start + sequence + end) }
            }
        }
    }

    @Test("takes every Unicode scalar but U+0000 to U+001F as it is")
    func everyScalar() throws {
        var text = "\""
        for value in 0x20...0x10FFFF as ClosedRange<UInt32> {
            if let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" {
                text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
        let value = try JSONValue(parsing: text)
        #expect(Array(try #require(value.string).utf8) == Array(text.utf8.dropFirst().dropLast()))
    }

    @Test("refuses control characters inside strings, at any distance from a word's edge", arguments: 0...9)
    func controlCharacters(before: Int) {
        for control in 0..<0x20 as Range<UInt8> {
            let start = [UInt8(ascii: "\"")] + [UInt8](repeating: UInt8(ascii: "a"), count: before)
            #expect(throws: JSONError(.controlCharacter, before + 1, "")) { try JSON.check(start + [control] + Array("abcdefgh\"".utf8)) }
        }
    }

    @Test("counts positions from a slice's start")
    func slices() throws {
        let bytes = Array("xx[1,x]yy".utf8)
        #expect(throws: JSONError(.unexpectedByte, 3, "/1")) { try JSON.check(bytes[2..<7]) }
        try JSON.check(Array("xx[1,2]yy".utf8)[2..<7])
    }
}

/// A text that is refused, and how.
struct Refusal: CustomTestStringConvertible, Sendable {
    let bytes: [UInt8]
    let error: JSONError

    init(_ text: String, _ reason: JSONError.Reason, _ position: Int, _ path: String = "") {
        bytes = Array(text.utf8)
        error = JSONError(reason, position, path)
    }

    var testDescription: String { "\(String(decoding: bytes, as: UTF8.self)): \(error)" }

    static let syntax: [Refusal] = [
        Refusal("", .empty, 0), Refusal("  \n", .empty, 3), Refusal("\u{FEFF}{}", .unexpectedByte, 0),
        Refusal("\u{A0}1", .unexpectedByte, 0),
        Refusal("nul", .unexpectedEnd, 3), Refusal("nulL", .unexpectedByte, 3), Refusal("nullx", .trailingBytes, 4),
        Refusal("True", .unexpectedByte, 0),
        Refusal("NaN", .unexpectedByte, 0), Refusal("-Infinity", .invalidNumber, 1), Refusal("1 2", .trailingBytes, 2),
        Refusal("{}}", .trailingBytes, 2),
        Refusal("[]//", .trailingBytes, 2), Refusal("\u{0}", .unexpectedByte, 0), Refusal("1\u{0}", .trailingBytes, 1),
        Refusal("1\u{C}", .trailingBytes, 1),
        Refusal("01", .invalidNumber, 1), Refusal("-01", .invalidNumber, 2), Refusal("-", .unexpectedEnd, 1),
        Refusal("+1", .unexpectedByte, 0),
        Refusal(".5", .unexpectedByte, 0), Refusal("1.", .unexpectedEnd, 2), Refusal("[1.]", .invalidNumber, 3, "/0"),
        Refusal("1e", .unexpectedEnd, 2),
        Refusal("1e+", .unexpectedEnd, 3), Refusal("[1,1e-x]", .invalidNumber, 6, "/1"), Refusal("0x10", .trailingBytes, 1),
        Refusal("1_0", .trailingBytes, 1),
        Refusal("[", .unexpectedEnd, 1, "/0"), Refusal("[1", .unexpectedEnd, 2, "/0"), Refusal("[1,", .unexpectedEnd, 3, "/1"),
        Refusal("[1,]", .unexpectedByte, 3, "/1"), Refusal("[,1]", .unexpectedByte, 1, "/0"), Refusal("[1 2]", .unexpectedByte, 3, "/0"),
        Refusal("[1}", .unexpectedByte, 2, "/0"), Refusal("]", .unexpectedByte, 0), Refusal("{", .unexpectedEnd, 1),
        Refusal("{]", .unexpectedByte, 1),
        Refusal(#"{"a""#, .unexpectedEnd, 4, "/a"), Refusal(#"{"a":"#, .unexpectedEnd, 5, "/a"),
        Refusal(
            #"{"a":}"#,
            .unexpectedByte,
            5,
            "/a"
        ),
        Refusal(#"{"a" 1}"#, .unexpectedByte, 5, "/a"), Refusal(#"{"a":1,}"#, .unexpectedByte, 7),
        Refusal(
            #"{"a":1"#,
            .unexpectedEnd,
            6,
            "/a"
        ),
        Refusal(#"{a:1}"#, .unexpectedByte, 1), Refusal(#"{'a':1}"#, .unexpectedByte, 1), Refusal(#"{1:1}"#, .unexpectedByte, 1),
        Refusal(#"{"a":1 "b":2}"#, .unexpectedByte, 7, "/a"), Refusal(#"{"a":1]"#, .unexpectedByte, 6, "/a"),
        Refusal(#"{"a/b~c":[0,{"é":tru}]}"#, .unexpectedByte, 21, "/a~1b~0c/1/é"), Refusal(#"{"\u0061":x}"#, .unexpectedByte, 10, "/a"),
        Refusal(#"{"a":{"b":[]},"c":[[],[1,"\x"]]}"#, .invalidEscape, 26, "/c/1/1"), Refusal(#"{"k\q":1}"#, .invalidEscape, 3),
        Refusal("\"", .unexpectedEnd, 1), Refusal(#""\"#, .unexpectedEnd, 2), Refusal(#""\""#, .unexpectedEnd, 3),
        Refusal(#""\a""#, .invalidEscape, 1),
        Refusal(#""\U0041""#, .invalidEscape, 1), Refusal(#""\u004""#, .invalidEscape, 1), Refusal(#""\u004"#, .unexpectedEnd, 6),
        Refusal(#""\u00g0""#, .invalidEscape, 1), Refusal(#""\uD800\u12""#, .invalidEscape, 7), Refusal(#""\uD800\x""#, .invalidEscape, 7),
        Refusal("\"\t\"", .controlCharacter, 1), Refusal("[\"abcdefgh\n\"]", .controlCharacter, 10, "/0"),
        Refusal("'a'", .unexpectedByte, 0),
        Refusal(#""a"x"#, .trailingBytes, 3), Refusal("é", .unexpectedByte, 0), Refusal("[\u{2028}]", .unexpectedByte, 1, "/0"),
    ]
}

extension JSONError {
    init(_ reason: Reason, _ position: Int, _ path: String) {
        self.init(reason: reason, position: position, path: path)
    }
}

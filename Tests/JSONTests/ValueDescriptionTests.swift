import JSON
import Testing

@Suite("Values of the program")
struct ValueDescriptionTests {
    @Test(
        "a value describes itself as JSON without white space",
        arguments: [
            (#" { "a" : [ 1, 2.50 , null ] , "b c" : "d  \" e\\" } "#, #"{"a":[1,2.50,null],"b c":"d  \" e\\"}"#), ("null", "null"),
            ("\"\\\\\" ", "\"\\\\\""), ("[\n]", "[]"),
        ]
    )
    func description(json: String, expected: String) throws {
        #expect(try JSONValue(parsing: json).description == expected)
        #expect(try "\(JSONValue(parsing: json))" == expected)
    }

    @Test("of a long value it is the beginning, of whole characters", arguments: 0..<5)
    func long(shift: Int) {
        let text = String(repeating: "a", count: shift) + String(repeating: "é🙂", count: 500)
        let description = JSONValue(text).description
        #expect(description.utf8.count <= 1_003)
        #expect(description.utf8.count >= 990)
        #expect(description.hasSuffix("…"))
        #expect("\"\(text)\"".hasPrefix(description.dropLast()))
        #expect(!description.contains("\u{FFFD}"))
    }

    @Test("what isn't longer than the limit is whole")
    func atLimit() {
        let text = String(repeating: "a", count: 998)
        #expect(JSONValue(text).description == "\"\(text)\"")
        #expect(JSONValue(text + "b").description == "\"\(text)b…")
    }

    @Test("values are made of what a program has; a double that isn't finite is null")
    func made() {
        let (text, number, double, truth) = ("a\"\u{0}", 5, 0.5, true)
        #expect(JSONValue(text) == #"a"\#u{0}"#)
        #expect(JSONValue(text).string == text)
        #expect(JSONValue(number) == 5)
        #expect(JSONValue(UInt64.max).description == "18446744073709551615")
        #expect(JSONValue(double) == 0.5)
        #expect(JSONValue(truth) == true)
        #expect(JSONValue(Double.nan).isNull)
        #expect(JSONValue(-Double.infinity).isNull)
    }

    @Test("members with keys of run time are escaped")
    func members() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member(escaping: "\"", "text")
            writer.member(escaping: "n", 5)
            writer.member(escaping: "b", true)
            writer.member(escaping: "d", 0.5)
            writer.member(escaping: "v", ["x": 1] as JSONValue)
            writer.member(escaping: "r", raw: Array("[]".utf8))
            writer.member(escaping: "none", String?.none)
        }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"\"":"text","n":5,"b":true,"d":0.5,"v":{"x":1},"r":[],"none":null}"#)
    }
}

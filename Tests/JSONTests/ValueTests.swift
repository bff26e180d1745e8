import JSON
import Testing

@Suite("Values")
struct ValueTests {
    private static let document = #" { "s" : "a\n\u00e9" , "a" : [ 1 , [ ] , {"x/y~":null} ], "o":{}, "t":true,"f":false,"":-1.50e1 } "#

    private func document() throws -> JSONValue {
        try JSONValue(parsing: Self.document)
    }

    @Test("know their kind, count and bytes")
    func kinds() throws {
        let value = try document()
        #expect(value.kind == .object)
        #expect(value.count == 6)
        #expect(value.members.map(\.value.kind) == [.string, .array, .object, .boolean, .boolean, .number])
        #expect(value.members.map(\.value.count) == [0, 3, 0, 0, 0, 0])
        #expect(value.members.map(\.key) == ["s", "a", "o", "t", "f", ""])
        #expect(
            value.members.map { String(decoding: $0.value.bytes, as: UTF8.self) }.joined(separator: ";")
                == #""a\n\u00e9";[ 1 , [ ] , {"x/y~":null} ];{};true;false;-1.50e1"#
        )
        #expect(Array(value.bytes) == Array(Self.document.utf8.dropFirst().dropLast()))
        #expect(value.range == 1..<Self.document.utf8.count - 1)
    }

    @Test("give the member's range from the key's quotation mark to the value's end")
    func memberRange() throws {
        let member = try #require(Array(document().members).first)
        #expect(String(decoding: Array(Self.document.utf8)[member.range], as: UTF8.self) == #""s" : "a\n\u00e9""#)
        #expect(member.keyEquals("s"))
        #expect(member.keyEquals("s" as StaticString))
        #expect(!member.keyEquals("t"))
        #expect(!member.keyEquals(""))
    }

    @Test("are nil as anything that they are not")
    func otherKinds() throws {
        let values: [JSONValue] = [.null, true, 1, 1.5, "x", [1], ["a": 1]]
        #expect(values.map(\.isNull) == [true, false, false, false, false, false, false])
        #expect(values.map(\.boolean) == [nil, true, nil, nil, nil, nil, nil])
        #expect(values.map(\.string) == [nil, nil, nil, nil, "x", nil, nil])
        #expect(values.map(\.integer) == [nil, nil, 1, nil, nil, nil, nil])
        #expect(values.map(\.integral) == [nil, nil, 1, nil, nil, nil, nil])
        #expect(values.map(\.double) == [nil, nil, 1, 1.5, nil, nil, nil])
        #expect(values.map(\.count) == [0, 0, 0, 0, 0, 1, 1])
        #expect(values.map { Array($0.elements).count } == [0, 0, 0, 0, 0, 1, 0])
        #expect(values.map { Array($0.members).count } == [0, 0, 0, 0, 0, 0, 1])
        #expect(values.map { $0["a"]?.integer } == [nil, nil, nil, nil, nil, nil, 1])
    }

    @Test("find members by the bytes of the unescaped key")
    func subscripts() throws {
        let value = try JSONValue(parsing: #"{"\u0061":1,"é":2,"a b c d e f g":3,"\\":4,"\uD83D\uDE00":5,"":6}"#)
        #expect(value["a"] == 1)
        #expect(value["\u{E9}"] == 2)
        #expect(value["e\u{301}"] == nil)
        #expect(value["a b c d e f g"] == 3)
        #expect(value["a b c d e f h"] == nil)
        #expect(value["\\"] == 4)
        #expect(value["😀"] == 5)
        #expect(value[""] == 6)
        #expect(value[#"\u0061"#] == nil)
    }

    @Test(
        "unescape strings",
        arguments: [
            (#""""#, ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u00E9é""#, "ééé"), (#""\uD834\uDD1E""#, "𝄞"),
            (#""\ud834\udd1e!""#, "𝄞!"), (#""\uFFFF\uFFFE""#, "\u{FFFF}\u{FFFE}"), (#""\u0001\u007f""#, "\u{1}\u{7F}"),
            (
                #""x\u2028y""#,
                "x\u{2028}y"
            ),
            (#""\\u0041""#, "\\u0041"),
        ]
    )
    func strings(text: String, expected: String) throws {
        #expect(Array(try #require(JSONValue(parsing: text).string).utf8) == Array(expected.utf8))
    }

    @Test("read half a surrogate pair, where it is tolerated, as U+FFFD")
    func tolerated() throws {
        let value = try JSONValue.parse(tolerating: Array(#"["a\uD800b","\uDC00\u0000",{"k\uD800":1,"d":1,"d":2}]"#.utf8)).value
        let elements = Array(value.elements)
        #expect(elements[0].string == "a\u{FFFD}b")
        #expect(elements[1].string == "\u{FFFD}\u{0}")
        #expect(elements[2]["k\u{FFFD}"] == 1)
        #expect(elements[2]["d"] == 1)
    }

    @Test("know their pointers")
    func pointers() throws {
        let value = try document()
        #expect(value.pointer == "")
        let array = try #require(value["a"])
        #expect(array.pointer == "/a")
        #expect(array.elements.map(\.pointer) == ["/a/0", "/a/1", "/a/2"])
        #expect(Array(array.elements)[2]["x/y~"]?.pointer == "/a/2/x~1y~0")
        #expect(value[""]?.pointer == "/")
    }

    @Test("copied stand alone and are the same")
    func copies() throws {
        let value = try document()
        for member in value.members {
            let copy = member.value.copied()
            #expect(copy == member.value)
            #expect(Array(copy.bytes) == Array(member.value.bytes))
            #expect(copy.range == 0..<member.value.bytes.count)
            #expect(copy.pointer == "")
            #expect(copy.count == member.value.count)
        }
        let inner = try #require(value["a"]).copied()
        #expect(Array(inner.elements)[2].copied()["x/y~"]?.isNull == true)
        #expect(Array(inner.elements)[2].pointer == "/2")
    }

    @Test("come from literals")
    func literals() {
        let value: JSONValue = ["b": 1, "a": [.null, true, -2, 2.5, "x\n", [:], []]]
        #expect(String(decoding: value.bytes, as: UTF8.self) == #"{"b":1,"a":[null,true,-2,2.5,"x\n",{},[]]}"#)
        #expect(JSONValue(floatLiteral: .nan).isNull)
        #expect(JSONValue(integerLiteral: .min).integer == .min)
    }
}

@Suite("Equality of values")
struct EqualityTests {
    @Test(
        "sees through order, spelling and white space",
        arguments: [
            ("1", "1.0"), ("1", "1e0"), ("100", "1E+2"), ("0", "-0.0e5"), ("0", "0e99999999999999999999"), ("0.001", "1e-3"),
            (
                "120",
                "0.00012e6"
            ),
            ("1e99999999999999999999", "1.0e099999999999999999999"), ("123456789012345678901", "1.23456789012345678901e20"),
            (
                #""a\/b""#,
                #""\u0061/b""#
            ),
            (#"{"a":1,"b":2}"#, #"{ "b":2, "a":1.0}"#), (#"{"a":{"b":[1,{"c":null}]}}"#, #"{"\u0061":{"b":[1,{"c":null}]}}"#),
            (#"{"a":1,"b":2,"c":3}"#, #"{"a":1,"c":3,"b":2}"#), ("[]", "[ ]"), ("true", "true"), (#"{"":{}}"#, #"{"":{}}"#),
        ]
    )
    func equal(left: String, right: String) throws {
        #expect(try JSONValue(parsing: left) == JSONValue(parsing: right))
        #expect(try JSONValue(parsing: right) == JSONValue(parsing: left))
    }

    @Test(
        "sees every difference",
        arguments: [
            ("1", "2"), ("1", "-1"), ("1", "10"), ("1", "0.1"), ("1", "\"1\""), ("0", "false"), ("null", "false"), ("true", "false"),
            (
                "[]",
                "{}"
            ),
            ("[1,2]", "[2,1]"), ("[1]", "[1,1]"), (#"{"a":1}"#, #"{"a":2}"#), (#"{"a":1}"#, #"{"b":1}"#), (#"{"a":1}"#, #"{"a":1,"b":1}"#),
            (#"{"a":1,"b":2}"#, #"{"b":1,"a":2}"#), ("\"\u{E9}\"", "\"e\u{301}\""), ("{\"\u{E9}\":1}", "{\"e\u{301}\":1}"),
            (
                "1e99",
                "1e98"
            ),
            ("1e99999999999999999999", "1e99999999999999999998"), ("9007199254740993", "9007199254740992"), ("12", "120"), ("1e5", "1e-5"),
            (#""a""#, #""b""#),
            (#"{"a":{"b":[1,{"c":null}]}}"#, #"{"a":{"b":[1,{"c":0}]}}"#), ("1e99999999999999999999", "1e-99999999999999999999"),
        ]
    )
    func different(left: String, right: String) throws {
        #expect(try JSONValue(parsing: left) != JSONValue(parsing: right))
        #expect(try JSONValue(parsing: right) != JSONValue(parsing: left))
    }

    @Test("takes linear time for big objects in opposite orders")
    func bigObjects() throws {
        let members = (0..<90_000).map { #""key number \#($0)":\#($0)"# }
        let forward = try JSONValue(parsing: "{" + members.joined(separator: ",") + "}")
        let backward = try JSONValue(parsing: "{" + members.reversed().joined(separator: ",") + "}")
        let start = ContinuousClock.now
        #expect(forward == backward)
        #expect(ContinuousClock.now - start < .seconds(20))
        let other = try JSONValue(parsing: "{" + members.reversed().dropLast().joined(separator: ",") + #","key number 0":1}"#)
        #expect(forward != other)
    }

    @Test("is symmetric for tolerated objects with the same key twice")
    func duplicates() throws {
        let twice = try JSONValue.parse(tolerating: Array(#"{"a":1,"a":1}"#.utf8)).value
        let once = try JSONValue(parsing: #"{"b":1,"a":1}"#)
        #expect(twice != once)
        #expect(once != twice)
        #expect(twice == twice.copied())
    }
}

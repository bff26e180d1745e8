import JSON
import MCP
import Testing

@Suite("Parameters of tools")
struct ParameterTests {
    /// What one parameter makes of `arguments`: a description of the value, or the error's text.
    private func read<Value>(_ parameter: Parameter<Value>, _ arguments: String) async throws -> String {
        let tool = Tool<Void>("t", title: "T", "T.", annotations: .reading, parameter) { _, value in .text("\(value)") }
        do {
            let result = try await tool.call(RequestContext(caller: ()), arguments: try JSONValue(parsing: arguments))
            guard case .text(let text) = result.content[0] else { return "?" }
            return text
        } catch let error as ArgumentError {
            return "! " + error.message
        }
    }

    @Test(
        "T9 a required string takes strings, also empty ones",
        arguments: [
            (#"{"s":"a"}"#, "a"), (#"{"s":""}"#, ""), (#"{"s":"\u00e9"}"#, "é"), ("{}", "! s is missing, but required"),
            (#"{"s":null}"#, "! s must be a string, not null"), (#"{"s":5}"#, "! s must be a string, not a number"),
            (#"{"s":[]}"#, "! s must be a string, not an array"), (#"{"s":true}"#, "! s must be a string, not a boolean"),
        ]
    )
    func string(arguments: String, expected: String) async throws {
        #expect(try await read(.string("s", ""), arguments) == expected)
    }

    @Test(
        "an enumerated string takes only its values, byte for byte",
        arguments: [
            (#"{"s":"K"}"#, "K"), (#"{"s":"k"}"#, "! s must be one of K, é, not 'k'"),
            (#"{"s":"\u212a"}"#, "! s must be one of K, é, not '\u{212A}'"),
            (#"{"s":"e\u0301"}"#, "! s must be one of K, é, not 'e\u{301}'"), (#"{"s":"\u00e9"}"#, "é"),
        ]
    )
    func allowed(arguments: String, expected: String) async throws {
        let text = try await read(.string("s", "", allowed: ["K", "é"]), arguments)
        #expect(Array(text.utf8) == Array(expected.utf8))
    }

    @Test(
        "an optional string counts null and the empty one as not given",
        arguments: [
            (#"{"s":"a"}"#, #"Optional("a")"#), (#"{"s":""}"#, "nil"), (#"{"s":null}"#, "nil"), ("{}", "nil"),
            (#"{"s":5}"#, "! s must be a string, not a number"), (#"{"s":{}}"#, "! s must be a string, not an object"),
        ]
    )
    func optionalString(arguments: String, expected: String) async throws {
        #expect(try await read(.optionalString("s", ""), arguments) == expected)
    }

    @Test(
        "a number may also be one in a string, but only as JSON writes it",
        arguments: [
            (#"{"x":0.5}"#, "0.5"), (#"{"x":"0.5"}"#, "0.5"), (#"{"x":2}"#, "2.0"), (#"{"x":0}"#, "0.0"), (#"{"x":12e1}"#, "120.0"),
            ("{}", "1.5"),
            (#"{"x":120.5}"#, "! x must be a number from 0 to 120, not 120.5"),
            (#"{"x":"nan"}"#, "! x must be a number from 0 to 120, not \"nan\""),
            (#"{"x":"0x1"}"#, "! x must be a number from 0 to 120, not \"0x1\""),
            (#"{"x":1e999}"#, "! x must be a number from 0 to 120, not 1e999"),
            (#"{"x":null}"#, "! x must be a number from 0 to 120, not null"),
            (#"{"x":[]}"#, "! x must be a number from 0 to 120, not an array"),
        ]
    )
    func number(arguments: String, expected: String) async throws {
        #expect(try await read(.number("x", "", in: 0...120, default: 1.5), arguments) == expected)
    }

    @Test("a number's schema has its bounds, and a number that may be left out is null as well")
    func numberSchemas() async throws {
        let bounded = try JSONValue(parsing: #"{"type":"number","minimum":0.5,"maximum":2,"default":1}"#)
        #expect(Parameter.number("x", "", in: 0.5...2, default: 1).schema == bounded)
        #expect(Parameter.number("x", "").schema == ["type": "number"])
        #expect(Parameter.optionalNumber("x", "").schema == ["type": ["number", "null"]])
        #expect(try await read(.optionalNumber("x", ""), #"{"x":null}"#) == "nil")
        #expect(try await read(.optionalNumber("x", ""), #"{"x":-1}"#) == "Optional(-1.0)")
    }

    @Test(
        "an integer may also be a decimal string or an integral float",
        arguments: [
            (#"{"n":5}"#, "5"), (#"{"n":"5"}"#, "5"), (#"{"n":5.0}"#, "5"), (#"{"n":5e2}"#, "500"),
            (#"{"n":"-5"}"#, "! n must be an integer from 1 to 1000, not \"-5\""),
            ("{}", "50"), (#"{"n":0}"#, "! n must be an integer from 1 to 1000, not 0"),
            (#"{"n":1001}"#, "! n must be an integer from 1 to 1000, not 1001"),
            (#"{"n":5.5}"#, "! n must be an integer from 1 to 1000, not 5.5"),
            (#"{"n":1e400}"#, "! n must be an integer from 1 to 1000, not 1e400"),
            (#"{"n":"5.0"}"#, "! n must be an integer from 1 to 1000, not \"5.0\""),
            (#"{"n":"+5"}"#, "! n must be an integer from 1 to 1000, not \"+5\""),
            (#"{"n":" 5"}"#, "! n must be an integer from 1 to 1000, not \" 5\""),
            (#"{"n":"٥"}"#, "! n must be an integer from 1 to 1000, not \"٥\""),
            (#"{"n":99999999999999999999}"#, "! n must be an integer from 1 to 1000, not 99999999999999999999"),
            (#"{"n":null}"#, "! n must be an integer from 1 to 1000, not null"),
            (#"{"n":true}"#, "! n must be an integer from 1 to 1000, not a boolean"),
        ]
    )
    func integer(arguments: String, expected: String) async throws {
        #expect(try await read(.integer("n", "", in: 1...1000, default: 50), arguments) == expected)
    }

    @Test("an integer without a default is required; bounds may be open")
    func integerBounds() async throws {
        #expect(try await read(.integer("n", ""), "{}") == "! n is missing, but required")
        #expect(try await read(.integer("n", ""), #"{"n":-7}"#) == "-7")
        #expect(try await read(.integer("n", "", in: 1...Int.max), #"{"n":0}"#) == "! n must be an integer of at least 1, not 0")
        #expect(try await read(.integer("n", "", in: Int.min...1), #"{"n":2}"#) == "! n must be an integer of at most 1, not 2")
        #expect(try await read(.optionalInteger("n", "", in: 1...Int.max), #"{"n":null}"#) == "nil")
        #expect(try await read(.optionalInteger("n", "", in: 1...Int.max), #"{"n":"2"}"#) == "Optional(2)")
        #expect(try await read(.optionalInteger("n", "", in: 1...Int.max), "{}") == "nil")
    }

    @Test(
        "a boolean may also be a string",
        arguments: [
            (#"{"b":true}"#, "true"), (#"{"b":"true"}"#, "true"), (#"{"b":"false"}"#, "false"), ("{}", "true"),
            (#"{"b":"True"}"#, "! b must be true or false, not 'True'"), (#"{"b":1}"#, "! b must be true or false, not a number"),
            (#"{"b":null}"#, "! b must be true or false, not null"),
        ]
    )
    func boolean(arguments: String, expected: String) async throws {
        #expect(try await read(.boolean("b", "", default: true), arguments) == expected)
    }

    @Test(
        "a list of strings may also be JSON in a string",
        arguments: [
            (#"{"l":["a","b"]}"#, #"Optional(["a", "b"])"#), (#"{"l":"[\"a\"]"}"#, #"Optional(["a"])"#), (#"{"l":[]}"#, "nil"),
            (#"{"l":"[]"}"#, "nil"),
            (#"{"l":""}"#, "nil"), (#"{"l":null}"#, "nil"), ("{}", "nil"), (#"{"l":[1]}"#, "! l must hold only strings, not a number"),
            (#"{"l":{}}"#, "! l must be an array of strings, not an object"),
            (#"{"l":5}"#, "! l must be an array of strings, not a number"),
            (#"{"l":"{}"}"#, "! Invalid JSON string for l: it must hold an array of strings, not an object"),
            (#"{"l":"[1]"}"#, "! Invalid JSON string for l: it must hold only strings, not a number"),
        ]
    )
    func strings(arguments: String, expected: String) async throws {
        #expect(try await read(.optionalStrings("l", ""), arguments) == expected)
    }

    @Test(
        "what a string holds instead of JSON is an error that begins with fixed words",
        arguments: [#"{"l":"a, b"}"#, #"{"l":"[\"a\""}"#, #"{"l":"["}"#]
    )
    func brokenJSON(arguments: String) async throws {
        #expect(try await read(.optionalStrings("l", ""), arguments).hasPrefix("! Invalid JSON string for l: "))
        #expect(try await read(.optionalObject("l", ""), arguments).hasPrefix("! Invalid JSON string for l: "))
        #expect(try await read(.object("l", ""), arguments).hasPrefix("! Invalid JSON string for l: "))
    }

    @Test("an object may also be JSON in a string, and keeps its bytes")
    func object() async throws {
        func text(_ parameter: Parameter<JSONValue?>, _ arguments: String) async throws -> String? {
            let tool = Tool<Void>("t", title: "T", "T.", annotations: .reading, parameter) { _, value in
                .text(value.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "nil")
            }
            let result = try await tool.call(RequestContext(caller: ()), arguments: try JSONValue(parsing: arguments))
            guard case .text(let text) = result.content[0] else { return nil }
            return text
        }
        #expect(try await text(.optionalObject("o", ""), #"{"o":{ "a":1.50 }}"#) == #"{ "a":1.50 }"#)
        #expect(try await text(.optionalObject("o", ""), #"{"o":"{\"a\":1.50}"}"#) == #"{"a":1.50}"#)
        for nothing in [#"{"o":{}}"#, #"{"o":"{}"}"#, #"{"o":""}"#, #"{"o":null}"#, "{}"] {
            #expect(try await text(.optionalObject("o", ""), nothing) == "nil")
        }
        #expect(try await read(.optionalObject("o", ""), #"{"o":[]}"#) == "! o must be an object, not an array")
        #expect(try await read(.object("o", ""), "{}") == "! o is missing, but required")
        #expect(try await read(.object("o", ""), #"{"o":null}"#) == "! o must be an object, not null")
        #expect(try await read(.object("o", ""), #"{"o":""}"#).hasPrefix("! Invalid JSON string for o: "))
        #expect(try await read(.object("o", ""), #"{"o":"[]"}"#) == "! Invalid JSON string for o: it must hold an object, not an array")
    }

    @Test("an unknown parameter is refused with the nearest known one and the list")
    func unknown() async throws {
        #expect(
            try await read(.integer("limit", "", default: 1), #"{"limt":3}"#)
                == "! unknown parameter 'limt'; did you mean 'limit'? known are: limit"
        )
        #expect(try await read(.integer("limit", "", default: 1), #"{"zebra":3}"#) == "! unknown parameter 'zebra'; known are: limit")
        #expect(try await read(.integer("k", "", default: 1), "{\"\u{212A}\":3}").hasPrefix("! unknown parameter"))
        // What was sent can't pass for words of ours, or hide.
        #expect(
            try await read(.integer("limit", "", default: 1), #"{"a\n\nDo\u202E\u200B this":3}"#)
                == #"! unknown parameter 'a\u{A}\u{A}Do\u{202E}\u{200B} this'; known are: limit"#
        )
        let none = Tool<Void>("t", title: "T", "T.", annotations: .reading) { _ in .text("") }
        await #expect(throws: ArgumentError(parameter: "a", message: "unknown parameter 'a'; this tool takes none")) {
            try await none.call(RequestContext(caller: ()), arguments: ["a": 1])
        }
    }

    @Test("T15 missing arguments are an empty object")
    func absent() async throws {
        let tool = Tool<Void>("t", title: "T", "T.", annotations: .reading, .optionalString("a", ""), .integer("b", "", default: 4)) {
            _,
            a,
            b in
            .text("\(a ?? "-") \(b)")
        }
        #expect(try await tool.call(RequestContext(caller: ()), arguments: nil) == .text("- 4"))
    }

    @Test("arguments arrive typed and in order, up to seven of them")
    func seven() async throws {
        let tool = Tool<Int>(
            "t",
            title: "T",
            "T.",
            annotations: .reading,
            .string("a", ""),
            .optionalString("b", ""),
            .integer("c", "", default: 1),
            .boolean("d", "", default: false),
            .optionalStrings("e", ""),
            .optionalObject("f", ""),
            .optionalInteger("g", "")
        ) { context, a, b, c, d, e, f, g in
            .text("\(context.caller) \(a) \(b ?? "-") \(c) \(d) \(e?.count ?? -1) \(f?.count ?? -1) \(g ?? -1)")
        }
        let arguments: JSONValue = ["g": 7, "f": ["x": 1, "y": 2], "e": ["p"], "d": true, "c": 2, "b": "B", "a": "A"]
        #expect(try await tool.call(RequestContext(caller: 9), arguments: arguments) == .text("9 A B 2 true 1 2 7"))
    }

    @Test("T5 the schema says types, descriptions, bounds and what is required, in order")
    func schema() {
        let tool = Tool<Void>(
            "t",
            title: "T",
            "T.",
            annotations: .reading,
            .string("uid", "Which.", format: "uuid"),
            .string("action", "What.", allowed: ["pin", "unpin"]),
            .integer("limit", "How many.", in: 1...1000, default: 50),
            .optionalInteger("if_match", "Version.", in: 1...Int.max),
            .boolean("all", "All?", default: false),
            .optionalStrings("tags", "Tags."),
            .optionalObject("more", "More."),
            .object("updates", "Updates.")
        ) { _, _, _, _, _, _, _, _, _ in .text("") }
        let expected =
            #"{"type":"object","properties":{"uid":{"type":"string","description":"Which.","format":"uuid"},"#
            + #""action":{"type":"string","description":"What.","enum":["pin","unpin"]},"#
            + #""limit":{"type":"integer","description":"How many.","minimum":1,"maximum":1000,"default":50},"#
            + #""if_match":{"type":["integer","null"],"description":"Version.","minimum":1},"#
            + #""all":{"type":"boolean","description":"All?","default":false},"#
            + #""tags":{"type":["array","string","null"],"description":"Tags.","items":{"type":"string"}},"#
            + #""more":{"type":["object","string","null"],"description":"More."},"#
            + #""updates":{"type":["object","string"],"description":"Updates."}},"#
            + #""required":["uid","action","updates"],"additionalProperties":false}"#
        #expect(String(decoding: tool.inputSchema.bytes, as: UTF8.self) == expected)
        let none = Tool<Void>("t", title: "T", "T.", annotations: .reading) { _ in .text("") }
        #expect(String(decoding: none.inputSchema.bytes, as: UTF8.self) == #"{"type":"object","additionalProperties":false}"#)
    }

    @Test("a product's own parameter reads what it likes")
    func own() async throws {
        let even = Parameter<Int>("n", schema: ["type": "integer"], isRequired: true) { argument throws(ArgumentError) in
            guard let number = argument?.integer, number.isMultiple(of: 2) else { throw ArgumentError("n", "must be even") }
            return Int(truncatingIfNeeded: number)
        }
        #expect(try await read(even, #"{"n":4}"#) == "4")
        #expect(try await read(even, #"{"n":5}"#) == "! n must be even")
    }
}

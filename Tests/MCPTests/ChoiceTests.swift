import JSON
import MCP
import Testing

@Suite("Choices, lists and defaults of parameters")
struct ChoiceTests {
    enum Unit: String, CaseIterable, Sendable {
        case celsius, fahrenheit
        case kelvin = "K"
    }

    /// What one parameter makes of `arguments`: a description of the value, or the error's text.
    private func read<Value>(_ parameter: Parameter<Value>, _ arguments: String) async throws -> String {
        let tool = Tool<Void>("t", "T.", annotations: .reading, parameter) { _, value in .text("\(value)") }
        do {
            return try await tool.call(RequestContext(caller: ()), arguments: try JSONValue(parsing: arguments)).text
        } catch let error as ArgumentError {
            return "! " + error.message
        }
    }

    /// What an argument of a prompt makes of a text.
    private func read<Value>(_ argument: TextArgument<Void, Value>, _ text: String?) -> String {
        do throws(ArgumentError) {
            return "\(try argument.read(text))"
        } catch {
            return "! " + error.message
        }
    }

    @Test(
        "T9 a choice takes the raw values of an enumeration, byte for byte",
        arguments: [
            (#"{"u":"celsius"}"#, "celsius", "Optional(ChoiceTests.Unit.celsius)", "celsius"),
            (#"{"u":"K"}"#, "kelvin", "Optional(ChoiceTests.Unit.kelvin)", "kelvin"),
            ("{}", "! u is missing, but required", "nil", "fahrenheit"),
            (
                #"{"u":""}"#, "! u must be one of celsius, fahrenheit, K, not ''", "nil",
                "! u must be one of celsius, fahrenheit, K, not ''"
            ),
            (#"{"u":null}"#, "! u must be a string, not null", "nil", "! u must be a string, not null"),
            (
                #"{"u":"\u212a"}"#, "! u must be one of celsius, fahrenheit, K, not '\u{212A}'",
                "! u must be one of celsius, fahrenheit, K, not '\u{212A}'", "! u must be one of celsius, fahrenheit, K, not '\u{212A}'"
            ),
        ]
    )
    func choice(arguments: String, required: String, optional: String, fallback: String) async throws {
        #expect(try await read(.choice("u", of: Unit.self), arguments) == required)
        let found = try await read(.optionalChoice("u", of: Unit.self), arguments)
        #expect(found == optional || found == optional.replacing("ChoiceTests", with: "MCPTests.ChoiceTests"))
        #expect(try await read(.choice("u", of: Unit.self, default: .fahrenheit), arguments) == fallback)
    }

    @Test("T5 the schema lists the choices and the default")
    func schema() {
        #expect(
            Parameter.choice("u", "Of it.", of: Unit.self, default: .kelvin).schema
                == ["type": "string", "description": "Of it.", "default": "K", "enum": ["celsius", "fahrenheit", "K"]]
        )
        #expect(Parameter.choice("u", of: Unit.self).isRequired)
        #expect(!Parameter.choice("u", of: Unit.self, default: .kelvin).isRequired)
        #expect(
            Parameter.optionalChoice("u", of: Unit.self).schema
                == ["type": ["string", "null"], "enum": ["celsius", "fahrenheit", "K", .null]]
        )
        #expect(Parameter.choice("u", of: ["a", "b"]).schema == ["type": "string", "enum": ["a", "b"]])
        #expect(Parameter.string("u", "", default: "a").schema == ["type": "string", "default": "a"])
    }

    @Test("in a tool the types follow from the choices, also by the handler")
    func inTool() async throws {
        let tool = Tool<Void>(
            "t",
            "T.",
            annotations: .reading,
            .choice("u", of: Unit.self),
            .optionalChoice("w", of: Unit.self),
            .choice("x", of: ["a", "b"], default: "b"),
            .optionalChoice("y", of: ["a"])
        ) { _, u, w, x, y in .text("\(u.rawValue) \(w == nil) \(x) \(y ?? "-")") }
        #expect(try await tool.call(RequestContext(caller: ()), arguments: ["u": "K"]).text == "K true b -")
    }

    @Test("P2 the same of prompts, with proposals", arguments: [("K", "kelvin", "kelvin"), ("k", "!", "!"), ("", "!", "celsius")])
    func texts(text: String, required: String, fallback: String) {
        #expect(read(.choice("u", of: Unit.self), text).hasPrefix(required))
        #expect(read(.choice("u", of: Unit.self, default: .celsius), text).hasPrefix(fallback))
        #expect(read(.optionalChoice("u", of: Unit.self), nil) == "nil")
        #expect(read(.optionalChoice("u", of: ["a"]), "") == "nil")
        #expect(read(.optionalChoice("u", of: ["a"]), "b") == "! u must be one of a")
        #expect(read(.choice("u", of: ["a"], default: "a"), nil) == "a")
        #expect(read(.choice("u", of: ["a"]), nil) == "! u is missing, but required")
    }

    @Test("an integer of a prompt may be left out", arguments: [(nil, "nil"), ("", "nil"), ("5", "Optional(5)"), ("x", "!"), ("11", "!")])
    func integers(text: String?, expected: String) {
        #expect(read(.optionalInteger("n", in: 0...10), text).hasPrefix(expected))
    }

    @Test(
        "a required list of strings may be empty, and may be JSON in a string",
        arguments: [
            (#"{"l":["a","b"]}"#, #"["a", "b"]"#), (#"{"l":[]}"#, "[]"), (#"{"l":"[\"a\"]"}"#, #"["a"]"#),
            ("{}", "! l is missing, but required"), (#"{"l":null}"#, "! l must be an array of strings, not null"),
            (#"{"l":""}"#, "! Invalid JSON string for l: it is empty, but must hold an array of strings"),
            (#"{"l":[1]}"#, "! l must hold only strings, not a number"), (#"{"l":{}}"#, "! l must be an array of strings, not an object"),
        ]
    )
    func strings(arguments: String, expected: String) async throws {
        #expect(try await read(.strings("l", ""), arguments) == expected)
    }

    @Test(
        "a boolean may be left out, a string may have a default",
        arguments: [
            (#"{"x":true}"#, "Optional(true)", "! x must be a string, not a boolean"), ("{}", "nil", "d"),
            (#"{"x":null}"#, "nil", "! x must be a string, not null"), (#"{"x":"false"}"#, "Optional(false)", "false"),
            (#"{"x":"a"}"#, "! x must be true or false, not 'a'", "a"),
        ]
    )
    func defaults(arguments: String, boolean: String, string: String) async throws {
        #expect(try await read(.optionalBoolean("x", ""), arguments) == boolean)
        #expect(try await read(.string("x", "", default: "d"), arguments) == string)
    }

    @Test("a mapped parameter can refuse what it was given")
    func map() async throws {
        let even = Parameter<Int>.integer("n", "").map { n throws(ArgumentError) in
            guard n % 2 == 0 else { throw ArgumentError("n", "must be even") }
            return n / 2
        }
        #expect(try await read(even, #"{"n":8}"#) == "4")
        #expect(try await read(even, #"{"n":7}"#) == "! n must be even")
    }

    @Test("M11 numbers and booleans are remembered too")
    func remember() async throws {
        let context = RequestContext(caller: ())
        #expect(try await context.remember("n") { Int.max } == Int.max)
        #expect(try await context.remember("b") { true } == true)
        let two: Int = try await context.remember("two") { 2 }
        #expect(two == 2)
    }
}

import Foundation
import JSON
import Testing

@Suite("JSON Schema: hostile schemas and values")
struct SchemaHostileTests {
    /// What no check may take, even in a debug build on a busy machine; an exponential one would take years.
    private static let patience: Duration = .seconds(5)

    private func nested(_ depth: Int, _ open: String, _ close: String, _ core: String = "") throws -> JSONValue {
        let text = String(repeating: open, count: depth) + core + String(repeating: close, count: depth)
        return try JSONValue(parsing: text, limits: JSONLimits(depth: 500, maximumDepth: 500, values: 1_000_000))
    }

    /// A schema and a value that together would need more than the steps allow.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let schema: String
        let value: String
        var testDescription: String { name }
    }

    private static func list(_ count: Int, _ element: (Int) -> String) -> String {
        (0..<count).map(element).joined(separator: ",")
    }

    /// Each level doubles the work: 2^30 without a budget.
    private static func doubling(_ level: Int) -> String {
        let next = ##"{"$ref":"#/$defs/d\##(level + 1)"}"##
        return ##""d\##(level)":{"anyOf":[\##(next),{"allOf":[\##(next)]}]}"##
    }

    /// One of 5,040 permutations of the same seven elements; they have the same hash, because one is an object.
    private static func permutation(_ number: Int) -> String {
        var rest = ["{}", "1", "2", "3", "4", "5", "6"]
        var number = number
        let order = (1...7).reversed().map { count in
            defer { number /= count }
            return rest.remove(at: number % count)
        }
        return "[\(order.joined(separator: ","))]"
    }

    private static func text(_ count: Int) -> String {
        "\"" + String(repeating: "a", count: count) + "\""
    }

    static let cases = [
        Case(name: "doubling", schema: ##"{"$defs":{\##(list(30, doubling)),"d30":false},"$ref":"#/$defs/d0"}"##, value: "1"),
        Case(
            name: "doubling by depth",
            schema: ##"{"items":{"allOf":[{"$ref":"#"},{"$ref":"#"}]}}"##,
            value: String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        ),
        Case(name: "many elements", schema: #"{"items":{}}"#, value: "[\(list(20_000) { _ in "0" })]"),
        Case(name: "many negations", schema: #"{"items":{"not":{"not":{}}}}"#, value: "[\(list(20_000) { _ in "0" })]"),
        Case(name: "many in contains", schema: #"{"contains":false}"#, value: "[\(list(20_000) { _ in "0" })]"),
        Case(name: "many members", schema: #"{"additionalProperties":{}}"#, value: "{\(list(20_000) { #""k\#($0)":1"# })}"),
        Case(name: "many unevaluated", schema: #"{"unevaluatedProperties":{}}"#, value: "{\(list(20_000) { #""k\#($0)":1"# })}"),
        Case(name: "nested repetition", schema: #"{"pattern":"(a*)*b"}"#, value: text(900_000)),
        Case(name: "nested groups", schema: #"{"pattern":"^(([a-z]+.)+[A-Z]([a-z])+)+$"}"#, value: text(200_000)),
        Case(name: "optional repetition", schema: #"{"pattern":"(a?){500}a{500}b"}"#, value: text(100_000)),
        Case(name: "equal hashes", schema: #"{"uniqueItems":true}"#, value: "[\(list(3_000, permutation))]"),
        Case(
            name: "many choices",
            schema: #"{"items":{"enum":[\#(list(900) { "[\($0)]" })]}}"#,
            value: "[\(list(3_000) { _ in "[899]" })]"
        ),
        Case(name: "giant number", schema: #"{"minimum":1}"#, value: "1" + String(repeating: "0", count: 900_000)),
    ]

    @Test("work beyond the steps is refused as a violation, in bounded time", arguments: cases)
    func exhausting(example: Case) throws {
        let schema = try schema(example.schema)
        let value = try JSONValue(parsing: example.value)
        var violation: JSONSchemaViolation?
        let time = ContinuousClock().measure { violation = schema.validate(value) }
        #expect(violation?.exceedsLimits == true, "\(violation?.description ?? "fits")")
        #expect(violation?.description == "The value must be smaller or less deeply nested: checking it takes too many steps")
        #expect(time < Self.patience)
    }

    @Test("large but plain values fit within the standard steps")
    func large() throws {
        let rows = (0..<1_000).map { #"{"id":\#($0),"name":"row \#($0)","done":false}"# }.joined(separator: ",")
        let table = try schema(
            """
            {"items":{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"},"done":{"type":"boolean"}},
            "required":["id"]},"uniqueItems":true}
            """
        )
        #expect(table.validate(try JSONValue(parsing: "[\(rows)]")) == nil)
        let note = try schema(#"{"type":"string","maxLength":1000000,"minLength":1}"#)
        #expect(note.validate(try JSONValue(parsing: "\"" + String(repeating: "x", count: 1_000_000) + "\"")) == nil)
        let numbers = try schema(#"{"uniqueItems":true}"#)
        #expect(numbers.validate(try JSONValue(parsing: "[" + (0..<50_000).map(String.init).joined(separator: ",") + "]")) == nil)
    }

    @Test("deep values are checked, or refused, on a stack of 512 KiB (in debug builds 2 MiB)")
    func deep() throws {
        let recursive = try schema(##"{"anyOf":[{"allOf":[{"items":{"$ref":"#"}}]}],"properties":{"a":{"$ref":"#"}}}"##)
        let shallow = try nested(30, "[", "]")
        let values = try [nested(500, "[", "]"), nested(500, #"{"a":"#, "}", "1")]
        let finished = DispatchSemaphore(value: 0)
        let thread = Thread {
            #expect(recursive.validate(shallow) == nil)
            for value in values {
                #expect(recursive.validate(value)?.exceedsLimits == true)
            }
            // Neither uniqueness nor equality recurses.
            #expect((try? schema(#"{"uniqueItems":true,"enum":[]}"#))?.validate(values[0])?.keyword == "enum")
            finished.signal()
        }
        thread.stackSize = rounds(release: 512, debug: 2_048) << 10
        thread.start()
        finished.wait()
    }

    @Test("schemas beyond the limits are refused when compiled")
    func limits() throws {
        let deep = String(repeating: #"{"not":"#, count: 32) + "{}" + String(repeating: "}", count: 32)
        #expect(throws: JSONSchemaError.self) { try schema(deep) }
        #expect((try? schema(deep, limits: JSONSchemaLimits(depth: 33))) != nil)
        let wide = "{\"allOf\":[" + Array(repeating: "{}", count: 1_000).joined(separator: ",") + "]}"
        let error = #expect(throws: JSONSchemaError.self) { try schema(wide) }
        #expect(error?.reason == .tooManySubschemas)
        #expect((try? schema(wide, limits: JSONSchemaLimits(subschemas: 1_001))) != nil)
        // A chain of references is no nesting of the schema; it is bounded when it's walked.
        let chain = (0..<600).map { ##""d\##($0)":{"$ref":"#/$defs/d\##($0 + 1)"}"## }.joined(separator: ",")
        let long = try schema(##"{"$ref":"#/$defs/d0","$defs":{\##(chain),"d600":{}}}"##)
        #expect(long.validate(1)?.exceedsLimits == true)
    }

    @Test(
        "patterns that are too big are refused when compiled",
        arguments: [
            "((a{100}){100}){100}", "(a{1000}){5}", "((((a?){1000}){1000}){1000}){1000}", "a{1001}", "a{99999999999999999999}",
            String(repeating: "(", count: 40) + String(repeating: ")", count: 40),
        ]
    )
    func patterns(pattern: String) throws {
        let error = #expect(throws: JSONSchemaError.self) { try schema(#"{"pattern":"\#(pattern)"}"#) }
        #expect(error?.reason == .unsupportedPattern)
    }

    @Test("mutated schemas and values never stop the process")
    func mutations() throws {
        var generator = SeededGenerator(for: "mutated schemas")
        let texts = [
            SchemaTests.tool,
            """
            {"$defs":{"a":{"$anchor":"x","items":{"$ref":"#x"},"prefixItems":[{}]}},"$ref":"#/$defs/a","if":{"minimum":1},
            "then":{"multipleOf":3},"else":false}
            """,
            #"""
            {"patternProperties":{"^\\p{L}+[^a-c\\d]{2,3}$":{"contains":{"const":1},"minContains":2}},
            "unevaluatedProperties":{"oneOf":[{"type":"null"},true]}}
            """#,
        ].map { Array($0.utf8) }
        var compiled = 0
        for round in 0..<rounds(release: 100_000, debug: 5_000) {
            var bytes = texts[round % texts.count]
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[position] = UInt8.random(in: 0x20...0x7E, using: &generator)
                case 1: bytes.remove(at: position)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: position)
                }
            }
            guard let value = try? JSONValue(parsing: bytes), let schema = try? JSONSchema(value) else {
                continue
            }
            compiled += 1
            for text in texts {
                _ = schema.validate(try JSONValue(parsing: text))?.description
            }
        }
        #expect(compiled > 100)
    }
}

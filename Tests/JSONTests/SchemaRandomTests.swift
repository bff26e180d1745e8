import Foundation
import JSON
import Testing

@Suite("JSON Schema: random schemas, patterns and numbers")
struct SchemaRandomTests {
    @Test("a plain reading of the specification gives the same verdicts")
    func schemas() throws {
        var generator = SeededGenerator(for: "schemas")
        var fitting = 0
        let total = rounds(release: 30_000, debug: 1_000)
        for _ in 0..<total {
            let text = Self.randomSchema(depth: 3, &generator)
            let value = try JSONValue(parsing: text)
            let schema = try JSONSchema(value)
            for _ in 0..<4 {
                let instance = try JSONValue(parsing: Self.instance(depth: 3, &generator))
                let violation = schema.validate(instance)
                fitting += violation == nil ? 1 : 0
                let expected = Self.fits(instance, value)
                #expect((violation == nil) == expected, "\(text) with \(String(decoding: instance.bytes, as: UTF8.self))")
                if let violation {
                    // Both pointers lead to where something is, or to where the schema is false.
                    #expect(Self.resolve(violation.instancePointer, in: instance) != nil, "\(violation)")
                    #expect(Self.resolve(violation.schemaPointer, in: value) != nil, "\(violation) \(text)")
                }
            }
        }
        #expect(fitting > total / 4)
        #expect(fitting < total * 4 - total / 4)
    }

    @Test("patterns match as Foundation's regular expressions do")
    func patterns() throws {
        var generator = SeededGenerator(for: "patterns")
        for _ in 0..<rounds(release: 10_000, debug: 1_000) {
            let pattern = Self.pattern(depth: 3, &generator)
            var writer = JSONWriter()
            writer.object { $0.member("pattern", pattern) }
            let schema = try JSONSchema(try JSONValue(parsing: writer.bytes))
            // To Foundation é is a letter of words, to ECMA-262 it is not.
            let theirs = try NSRegularExpression(pattern: pattern.replacingOccurrences(of: "\\W", with: "[^a-zA-Z0-9_]"))
            for _ in 0..<5 {
                let text = String(
                    (0..<Int.random(in: 0...6, using: &generator)).map { _ in Array("abé1 ")[Int.random(in: 0..<5, using: &generator)] }
                )
                let expected = theirs.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
                #expect((schema.validate(JSONValue(stringLiteral: text)) == nil) == expected, "\(pattern) in \"\(text)\"")
            }
        }
    }

    @Test(
        "patterns that tempt to backtrack, and spellings of their own",
        arguments: [
            ("^(a*)*$", "aaa", true), ("^(a*)*$", "aab", false), ("(?:([^a])*)+?\\s", "b b1", true), ("^((a?)+b?)*c$", "aabbc", true),
            ("^(a|aa)+$", String(repeating: "a", count: 200) + "b", false), ("^(){5}(){2,}a$", "a", true), ("^[^]$", "\n", true),
            ("a[]", "a", false), ("^[\\w-]+$", "a-b_1", true), ("^[a\\-z]+$", "a-z", true), ("^[\\D5]$", "5", true),
            ("^\\u{1F600}\\uD83D\\uDE00$", "😀😀", true), ("^.$", "😀", true), ("^.$", "\u{2028}", false), ("\\bcat\\b", "a cat", true),
            ("\\bcat\\B", "a cat", false), ("^\\P{Lu}\\p{gc=Nd}$", "a٣", true), ("^\\/\\.\\@\\_$", "/.@_", true), ("(^a)+b", "ab", true),
            ("^$", "", true), ("", "", true), ("^(?<year>\\d{4})-(0[1-9]|1[0-2])$", "2026-11", true),
            ("^\\cJ\\0\\v$", "\n\u{1}\u{B}", false),
        ]
    )
    func pattern(source: String, text: String, matches: Bool) throws {
        var writer = JSONWriter()
        writer.object { $0.member("pattern", source) }
        let schema = try JSONSchema(try JSONValue(parsing: writer.bytes))
        #expect((schema.validate(JSONValue(stringLiteral: text)) == nil) == matches)
    }

    @Test("bounds and divisors are exact for decimal fractions and numbers of any size")
    func numbers() throws {
        var generator = SeededGenerator(for: "numbers")
        for _ in 0..<rounds(release: 20_000, debug: 1_000) {
            let number = Int.random(in: -2_000...2_000, using: &generator)
            let other = Int.random(in: -2_000...2_000, using: &generator)
            let divisor = Int.random(in: 1...60, using: &generator)
            let shift = Int.random(in: -400...400, using: &generator)
            let value = try JSONValue(parsing: Self.written(number, shift, &generator))
            let limit = Self.written(other, shift, &generator)
            for (keyword, fits) in [
                ("minimum", number >= other), ("maximum", number <= other), ("exclusiveMinimum", number > other),
                ("exclusiveMaximum", number < other), ("const", number == other),
            ] {
                #expect((try schema(#"{"\#(keyword)":\#(limit)}"#).validate(value) == nil) == fits, "\(keyword) \(limit) \(value.bytes)")
            }
            let multiple = try schema(#"{"multipleOf":\#(Self.written(divisor, shift, &generator))}"#)
            #expect((multiple.validate(value) == nil) == (number % divisor == 0), "\(number) of \(divisor), shifted by \(shift)")
        }
        #expect(try schema(#"{"multipleOf":0.0001}"#).validate(0.0075) == nil)
        #expect(try schema(#"{"multipleOf":7}"#).validate(try JSONValue(parsing: "7e999999999999")) == nil)
        #expect(try schema(#"{"multipleOf":7}"#).validate(try JSONValue(parsing: "1e999999999999")) != nil)
        #expect(try schema(#"{"type":"integer"}"#).validate(try JSONValue(parsing: "1e-99999999999999999999999")) != nil)
        #expect(try schema(#"{"maximum":9007199254740992}"#).validate(try JSONValue(parsing: "9007199254740993")) != nil)
    }

    /// A number times a power of ten, in one of its many spellings.
    private static func written(_ number: Int, _ shift: Int, _ generator: inout SeededGenerator) -> String {
        let digits = String(number.magnitude)
        let sign = number < 0 ? "-" : ""
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return "\(sign)\(digits)e\(shift)"
        case 1: return "\(sign)\(digits).000E+\(shift)".replacingOccurrences(of: "+-", with: "-")
        case 2: return "\(sign)0.\(digits)e\(shift + digits.count)"
        default: return number == 0 ? "-0e\(shift)" : "\(sign)\(digits)00e\(shift - 2)"
        }
    }

    /// A pattern whose repetitions hold no others that may be empty, with which backtracking engines have trouble of their own.
    private static func pattern(depth: Int, _ generator: inout SeededGenerator) -> String {
        if depth == 0 || generator.once(in: 4) {
            return atom(&generator)
        }
        let body = "(\(atom(&generator))\(["", "|", "{2}"].randomElement(using: &generator) ?? "")\(atom(&generator)))"
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: return "\(body)*"
        case 1: return "\(body)+?"
        case 2: return "\(body)?"
        case 3: return "\(body){\(Int.random(in: 0...2, using: &generator)),\(Int.random(in: 2...3, using: &generator))}"
        case 4: return "^\(pattern(depth: depth - 1, &generator))"
        case 5: return "(?:\(pattern(depth: depth - 1, &generator))$)"
        case 6: return "(\(pattern(depth: depth - 1, &generator))|\(pattern(depth: depth - 1, &generator)))"
        default: return pattern(depth: depth - 1, &generator) + pattern(depth: depth - 1, &generator)
        }
    }

    private static func atom(_ generator: inout SeededGenerator) -> String {
        let atoms = ["a", "b", "é", ".", "\\d", "\\W", "[ab]", "[^a]", "[a-z1]", "\\s", "[\\d ]", "\\x61", "\\u0062"]
        return atoms.randomElement(using: &generator) ?? "a"
    }

    private static func randomSchema(depth: Int, _ generator: inout SeededGenerator) -> String {
        if generator.once(in: 8) {
            return generator.once(in: 3) ? "false" : "true"
        }
        var parts: [String] = []
        let types = ["null", "boolean", "integer", "number", "string", "array", "object"]
        func sub() -> String { depth > 0 ? randomSchema(depth: depth - 1, &generator) : "{}" }
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            switch Int.random(in: 0..<15, using: &generator) {
            case 0:
                parts.append(
                    #""type":"\#(types.randomElement(using: &generator) ?? "null")""#
                )
            case 1: parts.append(#""type":["array","object","string"]"#)
            case 2: parts.append(#""enum":[1,"a",[],null,{"a":1}]"#)
            case 3: parts.append(#""minimum":1"#)
            case 4: parts.append(#""maxLength":1"#)
            case 5: parts.append(#""required":["a"]"#)
            case 6: parts.append(#""properties":{"a":\#(sub()),"b":\#(sub())}"#)
            case 7: parts.append(#""additionalProperties":\#(sub())"#)
            case 8: parts.append(#""items":\#(sub())"#)
            case 9: parts.append(#""prefixItems":[\#(sub())]"#)
            case 10: parts.append(#""contains":\#(sub())"#)
            case 11: parts.append(#""allOf":[\#(sub()),\#(sub())]"#)
            case 12: parts.append(#""anyOf":[\#(sub()),\#(sub())]"#)
            case 13: parts.append(#""oneOf":[\#(sub()),\#(sub())]"#)
            default: parts.append(#""uniqueItems":true,"if":\#(sub()),"then":\#(sub()),"else":{"not":\#(sub())}"#)
            }
        }
        // The same keyword twice is no valid document.
        var names: Set<Substring> = []
        return "{" + parts.filter { names.insert($0.prefix { $0 != ":" }).inserted }.joined(separator: ",") + "}"
    }

    private static func instance(depth: Int, _ generator: inout SeededGenerator) -> String {
        let scalars = ["null", "true", "0", "1", "1.0", "2.5", "-3", #""""#, #""a""#, #""\u0061b""#, #""😀""#]
        guard depth > 0, !generator.once(in: 3) else {
            return scalars.randomElement(using: &generator) ?? "null"
        }
        let parts = (0..<Int.random(in: 0...3, using: &generator)).map { _ in instance(depth: depth - 1, &generator) }
        guard generator.once(in: 2) else {
            return "[\(parts.joined(separator: ","))]"
        }
        return "{" + zip(["a", "\\u0062", "c"], parts).map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    /// The specification, as plainly as it goes.
    private static func fits(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        if let verdict = schema.boolean {
            return verdict
        }
        let elements = Array(value.elements)
        let prefix = schema["prefixItems"]?.count ?? 0
        return schema.members.allSatisfy { keyword in
            let rule = keyword.value
            let rules = Array(rule.elements)
            switch keyword.key {
            case "type":
                let names = rule.kind == .array ? rules.compactMap(\.string) : [rule.string ?? ""]
                let isInteger = value.double.map { $0 == $0.rounded() } ?? false
                return names.contains(value.kind.rawValue) || names.contains("integer") && isInteger
            case "enum": return rules.contains(value)
            case "minimum": return value.double.map { $0 >= 1 } ?? true
            case "maxLength": return value.string.map { $0.unicodeScalars.count <= 1 } ?? true
            case "required": return value.kind != .object || value["a"] != nil
            case "properties": return rule.members.allSatisfy { member in value[member.key].map { fits($0, member.value) } ?? true }
            case "additionalProperties":
                return value.members.allSatisfy { schema["properties"]?[$0.key] != nil || fits($0.value, rule) }
            case "items": return elements.dropFirst(prefix).allSatisfy { fits($0, rule) }
            case "prefixItems": return zip(elements, rules).allSatisfy { fits($0, $1) }
            case "contains": return value.kind != .array || elements.contains { fits($0, rule) }
            case "allOf": return rules.allSatisfy { fits(value, $0) }
            case "anyOf": return rules.contains { fits(value, $0) }
            case "oneOf": return rules.filter { fits(value, $0) }.count == 1
            case "not": return !fits(value, rule)
            case "uniqueItems": return elements.indices.allSatisfy { !elements[..<$0].contains(elements[$0]) }
            case "if": return schema[fits(value, rule) ? "then" : "else"].map { fits(value, $0) } ?? true
            default: return true
            }
        }
    }

    private static func resolve(_ pointer: String, in value: JSONValue) -> JSONValue? {
        pointer.split(separator: "/").reduce(value) { place, step in
            place.flatMap { place in
                Int(step).flatMap { place.elements.dropFirst($0).first { _ in true } } ?? place[String(step)]
            }
        }
    }
}

import JSON
import Testing

/// Makes a schema of a literal.
func schema(_ text: String, limits: JSONSchemaLimits = .standard) throws -> JSONSchema {
    try JSONSchema(try JSONValue(parsing: text), limits: limits)
}

@Suite("JSON Schema: violations and refusals")
struct SchemaTests {
    static let tool = """
        {"type":"object","properties":{"title":{"type":"string","minLength":1,"maxLength":5},"tags":{"type":"array","items":{"type":"string",
        "pattern":"^[a-z]+$"},"maxItems":3,"uniqueItems":true},"priority":{"enum":["low","high",null]},"amount":{"type":"number",
        "multipleOf":0.01,"exclusiveMaximum":10},"until":{"anyOf":[{"type":"string"},{"type":"null"}]},"a/b~":{"type":"integer"}},
        "required":["title"],"additionalProperties":false,"dependentRequired":{"amount":["until"]}}
        """

    @Test(
        "says where, which keyword, and what would be right",
        arguments: [
            ("[]", "", "/type", "must be an object, not an array"),
            ("{}", "", "/required", #"must have the member "title""#),
            (#"{"title":7}"#, "/title", "/properties/title/type", "must be a string, not an integer"),
            (#"{"title":""}"#, "/title", "/properties/title/minLength", "must have at least 1 characters, not 0"),
            (#"{"title":"😀😀😀😀😀😀"}"#, "/title", "/properties/title/maxLength", "must have at most 5 characters, not 6"),
            (
                #"{"title":"a","titel":1}"#, "/titel", "/additionalProperties",
                #"must not be there; known members are "title", "tags", "priority", "amount", "until", "a/b~""#
            ),
            (#"{"title":"a","tags":["a","B"]}"#, "/tags/1", "/properties/tags/items/pattern", #"must match the pattern "^[a-z]+$""#),
            (
                #"{"title":"a","tags":["a","b","a"]}"#, "/tags", "/properties/tags/uniqueItems",
                "must not have equal elements; 0 and 2 are equal"
            ),
            (#"{"title":"a","priority":"mid"}"#, "/priority", "/properties/priority/enum", #"must be one of "low", "high", null"#),
            (#"{"title":"a","amount":1.005}"#, "/amount", "/properties/amount/multipleOf", "must be a multiple of 0.01"),
            (#"{"title":"a","amount":10.00}"#, "/amount", "/properties/amount/exclusiveMaximum", "must be less than 10"),
            (#"{"title":"a","amount":1}"#, "", "/dependentRequired", #"must have the member "until", because it has "amount""#),
            (#"{"title":"a","until":5}"#, "/until", "/properties/until/anyOf", "must be a string or null, not an integer"),
            (#"{"title":"a","a/b~":1.5}"#, "/a~1b~0", "/properties/a~1b~0/type", "must be an integer, not a number"),
        ]
    )
    func violations(text: String, pointer: String, place: String, message: String) throws {
        let violation = try #require(try schema(Self.tool).validate(try JSONValue(parsing: text)))
        #expect(violation.instancePointer == pointer)
        #expect(violation.schemaPointer == place)
        #expect(violation.keyword == (place.split(separator: "/").last.map(String.init) ?? ""))
        #expect(violation.message == message)
        #expect(!violation.exceedsLimits)
        // What is checked may be part of a longer message; pointers count from it.
        let wrapped = try JSONValue(parsing: #"{"params":[{"arguments":\#(text)}]}"#)
        let part = try #require(wrapped["params"]?.elements.first { _ in true }?["arguments"])
        #expect(try schema(Self.tool).validate(part) == violation)
    }

    @Test(
        "takes what fits",
        arguments: [
            #"{"title":"😀😀😀😀😀"}"#, #"{"title":"a","tags":[],"priority":null,"amount":9.99,"until":null,"a/b~":5.0}"#,
            #"{"\u0074itle":"\u0061","amount":-1e1,"until":"x","a/b~":1e2}"#,
        ]
    )
    func fitting(text: String) throws {
        #expect(try schema(Self.tool).validate(try JSONValue(parsing: text)) == nil)
    }

    @Test("names the alternative that came nearest, and alternatives that both fit")
    func alternatives() throws {
        let shapes = try schema(
            """
            {"oneOf":[{"properties":{"kind":{"const":"a"}},"required":["kind"]},
            {"properties":{"size":{"maximum":3}},"required":["size"]}]}
            """
        )
        #expect(
            shapes.validate(["kind": "b", "size": 4])?.message == "must fit one of 2 alternatives; for the nearest, /size must be at most 3"
        )
        #expect(
            shapes.validate(["kind": "a", "size": 3])?.message == "must fit exactly one alternative, but fits number 1 and number 2"
        )
        let names = try schema(#"{"propertyNames":{"maxLength":3}}"#)
        #expect(
            names.validate(["long name": 1])?.description == "/long name must have another name: it must have at most 3 characters, not 9"
        )
    }

    @Test(
        "refuses schemas that can't be used",
        arguments: [
            ("7", .notASchema, ""), (#"{"properties":{"a":7}}"#, .notASchema, "/properties/a"), (#"{"items":[{}]}"#, .notASchema, "/items"),
            (#"{"$schema":"http://json-schema.org/draft-04/schema#"}"#, .unknownDialect, "/$schema"),
            (#"{"properties":{"a":{"typ":"string"}}}"#, .unsupportedKeyword, "/properties/a/typ"),
            (##"{"$dynamicRef":"#a"}"##, .unsupportedKeyword, "/$dynamicRef"), (#"{"not":{"$id":"b"}}"#, .unsupportedKeyword, "/not/$id"),
            (#"{"additionalItems":false}"#, .unsupportedKeyword, "/additionalItems"),
            (#"{"$schema":"http://json-schema.org/draft-07/schema#","prefixItems":[{}]}"#, .unsupportedKeyword, "/prefixItems"),
            (#"{"type":"text"}"#, .invalidValue, "/type"), (#"{"type":[]}"#, .invalidValue, "/type"),
            (#"{"enum":1}"#, .invalidValue, "/enum"),
            (#"{"minLength":-1}"#, .invalidValue, "/minLength"), (#"{"maxItems":1.5}"#, .invalidValue, "/maxItems"),
            (#"{"minimum":"1"}"#, .invalidValue, "/minimum"), (#"{"multipleOf":0}"#, .invalidValue, "/multipleOf"),
            (#"{"multipleOf":0.1234567890123456789}"#, .invalidValue, "/multipleOf"), (#"{"required":"a"}"#, .invalidValue, "/required"),
            (#"{"required":[1]}"#, .invalidValue, "/required"), (#"{"uniqueItems":1}"#, .invalidValue, "/uniqueItems"),
            (#"{"allOf":[]}"#, .invalidValue, "/allOf"), (#"{"properties":[]}"#, .invalidValue, "/properties"),
            (##"{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}"##, .invalidValue, "/$defs/b/$anchor"),
            (#"{"pattern":"(a"}"#, .unsupportedPattern, "/pattern"),
            (#"{"patternProperties":{"(?=a)":{}}}"#, .unsupportedPattern, "/patternProperties/(?=a)"),
            (#"{"$ref":"https://example.com/a"}"#, .remoteReference, "/$ref"), (#"{"$ref":"other.json#/a"}"#, .remoteReference, "/$ref"),
            (##"{"$ref":"#/$defs/a"}"##, .unresolvedReference, "/$ref"), (##"{"$ref":"#a"}"##, .unresolvedReference, "/$ref"),
            (##"{"$ref":"#/type","type":"object"}"##, .unresolvedReference, "/$ref"), (##"{"$ref":"#/%zz"}"##, .invalidValue, "/$ref"),
            (##"{"$ref":"#"}"##, .referenceCycle, ""), (##"{"allOf":[{"not":{"$ref":"#"}}]}"##, .referenceCycle, "/allOf/0/not"),
            (
                ##"{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"if":{"$ref":"#/$defs/a"}}}}"##, .referenceCycle,
                "/$defs/b/if"
            ),
        ] as [(String, JSONSchemaError.Reason, String)]
    )
    func refusals(text: String, reason: JSONSchemaError.Reason, pointer: String) throws {
        let error = #expect(throws: JSONSchemaError.self) { try schema(text) }
        #expect(error?.reason == reason, "\(error?.description ?? "")")
        #expect(error?.pointer == pointer)
    }

    @Test("knows annotations and the keywords of applications, and keeps the bytes of the schema")
    func annotations() throws {
        let text = """
            {"title":"t", "description":"d","default":1,"examples":[1],"deprecated":true,"readOnly":true,"writeOnly":true,"$comment":"c",
            "format":"email","contentMediaType":"a/b","contentEncoding":"base64","contentSchema":{"typ":1},"x-mcp-header":"Region",
            "$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.com/a",
            "properties":{"b":{"$ref":"https://example.com/a#/$defs/c"}},"$defs":{"c":{"type":"null"}}}
            """
        let schema = try schema(text)
        #expect(Array(schema.value.bytes) == Array(text.utf8))
        #expect(schema.validate("not an address") == nil)
        #expect(schema.validate(["b": 1])?.schemaPointer == "/$defs/c/type")
    }

    @Test("understands draft-07: tuples, dependencies, identifiers as anchors, and nothing beside a reference")
    func draft07() throws {
        let schema = try schema(
            ##"{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}],"additionalItems":{"type":"null"},"##
                + ##""dependencies":{"a":["b"],"c":{"required":["d"]}},"definitions":{"n":{"$id":"#n","type":"number"}},"##
                + ##""properties":{"n":{"$ref":"#n","maximum":1}}}"##
        )
        #expect(schema.validate(try JSONValue(parsing: #"["x",null]"#)) == nil)
        #expect(schema.validate(["x", 1])?.schemaPointer == "/additionalItems/type")
        #expect(schema.validate([1])?.schemaPointer == "/items/0/type")
        #expect(schema.validate(["a": 1])?.message == #"must have the member "b", because it has "a""#)
        #expect(schema.validate(["c": 1])?.schemaPointer == "/dependencies/c/required")
        #expect(schema.validate(["n": 2]) == nil)
        #expect(schema.validate(["n": "2"])?.schemaPointer == "/definitions/n/type")
    }

    @Test("a subschema is a schema of its own with the same definitions")
    func subschemas() throws {
        let whole = try schema(##"{"$defs":{"a":{"items":{"$ref":"#/$defs/b"}},"b":{"type":"integer"}}}"##)
        let part = try #require(whole.subschema(at: "/$defs/a"))
        #expect(part.validate([1]) == nil)
        #expect(part.validate(["1"])?.schemaPointer == "/$defs/b/type")
        #expect(String(decoding: part.value.bytes, as: UTF8.self) == ##"{"items":{"$ref":"#/$defs/b"}}"##)
        #expect(whole.subschema(at: "/$defs/c") == nil)
        #expect(whole.subschema(at: "/$defs") == nil)
        #expect(whole.subschema(at: "$defs/a") == nil)
    }

    @Test("compares keys and choices as bytes: canonically equivalent is not equal")
    func bytes() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let schema = try schema(#"{"properties":{"\#(composed)":{"enum":["\#(composed)"]}},"additionalProperties":false}"#)
        #expect(schema.validate(try JSONValue(parsing: #"{"\#(composed)":"\#(composed)"}"#)) == nil)
        #expect(schema.validate(try JSONValue(parsing: #"{"\#(composed)":"\#(decomposed)"}"#))?.keyword == "enum")
        #expect(schema.validate(try JSONValue(parsing: #"{"\#(decomposed)":"\#(composed)"}"#))?.keyword == "additionalProperties")
    }

    @Test("a 2026-07-28 example fits the definition it is named after", .enabled(if: SharedData.isDue))
    func examples() throws {
        let limits = JSONSchemaLimits(subschemas: 10_000, steps: 100_000)
        for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] {
            _ = try JSONSchema(try JSONValue(parsing: SharedData.file("../mcp-schema/\(revision)/schema.json")), limits: limits)
        }
        let root = "../mcp-schema/2026-07-28"
        let schema = try JSONSchema(try JSONValue(parsing: SharedData.file("\(root)/schema.json")), limits: limits)
        var count = 0
        for type in try SharedData.folders(in: "\(root)/examples") {
            let definition = try #require(schema.subschema(at: "/$defs/\(type)"), "\(type)")
            for name in try SharedData.jsonNames(in: "\(root)/examples/\(type)") {
                let violation = definition.validate(try JSONValue(parsing: SharedData.file("\(root)/examples/\(type)/\(name)")))
                #expect(violation == nil, "\(type)/\(name): \(violation?.description ?? "")")
                #expect(definition.validate("no example is a string") != nil || type.hasSuffix("Token"))
                count += 1
            }
        }
        #expect(count == 129)
    }
}

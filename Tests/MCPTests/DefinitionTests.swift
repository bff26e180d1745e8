import JSON
import MCP
import Testing

@Suite("What may be registered")
struct DefinitionTests {
    private func fault(_ tools: Tool<Void>...) -> String? {
        do {
            _ = try ServerDefinition(info: Implementation(name: "s", version: "1"), tools: tools)
            return nil
        } catch {
            return error.description
        }
    }

    private func tool(_ name: String = "t", title: String = "T", _ description: String = "T.", schema: String = #"{"type":"object"}"#)
        throws -> Tool<Void>
    {
        Tool(name, title: title, description, annotations: .reading, inputSchema: try JSONValue(parsing: schema)) { _, _ in .text("") }
    }

    @Test("T4 names are 1 to 64 of a small alphabet", arguments: ["", "a b", "a/b", "ä", "K\u{212A}", String(repeating: "a", count: 65)])
    func names(name: String) throws {
        #expect(fault(try tool(name))?.contains("a name is 1 to 64") == true)
    }

    @Test("T4 names are unique, descriptions and titles there")
    func unique() throws {
        #expect(fault(try tool("a"), try tool("a")) == "two tools have the name a")
        #expect(fault(try tool("a"), try tool("A")) == nil)
        #expect(fault(try tool("a", "")) == "tool a: it needs a title and a description")
        #expect(fault(try tool("a", title: "")) == "tool a: it needs a title and a description")
        #expect(fault(try tool(String(repeating: "a.-_", count: 16))) == nil)
    }

    @Test(
        "T5 J1 J2 J3 R9 schemas that break a rule are refused with the tool's name",
        arguments: [
            (#"{}"#, "must have \"type\": \"object\""), (#"{"type":"array"}"#, "must have \"type\": \"object\""),
            (#"{"type":"object","properties":{"a":true}}"#, "must have an object as the schema of a"),
            (##"{"type":"object","$schema":"http://json-schema.org/draft-04/schema#"}"##, "dialect"),
            (##"{"type":"object","properties":{"a":{"$ref":"https://example.com/a"}}}"##, "reference https://example.com/a"),
            (##"{"type":"object","properties":{"a":{"$ref":"#/$defs/b"}}}"##, "reference #/$defs/b"),
            (##"{"type":"object","properties":{"a":{"$ref":"#b"}}}"##, "reference #b"),
            (
                #"{"type":"object","properties":{"a":"# + String(repeating: #"{"not":"#, count: 40) + "{}"
                    + String(repeating: "}", count: 42), "nested deeper"
            ),
            (#"{"type":"object","anyOf":["# + String(repeating: "{},", count: 1000) + "{}]}", "more than 1000"),
        ]
    )
    func schemas(schema: String, expected: String) throws {
        let fault = try #require(fault(try tool("x", schema: schema)))
        #expect(fault.hasPrefix("tool x: its input schema"))
        #expect(fault.contains(expected))
    }

    @Test(
        "J1 J2 both dialects and local references are fine",
        arguments: [
            #"{"type":"object","$schema":"https://json-schema.org/draft/2020-12/schema"}"#,
            ##"{"type":"object","$schema":"http://json-schema.org/draft-07/schema#"}"##,
            ##"{"type":"object","properties":{"a":{"$ref":"#/$defs/b~1c"}},"$defs":{"b/c":{"type":"string"}}}"##,
            ##"{"type":"object","properties":{"a":{"$ref":"#here"}},"$defs":{"b":{"$anchor":"here"}}}"##,
            ##"{"type":"object","properties":{"a":{"$ref":"#/anyOf/1"},"$ref":{"type":"string"}},"anyOf":[{},{"required":["a"]}]}"##,
            ##"{"type":"object","properties":{"a":{"$ref":"#"}}}"##,
        ]
    )
    func references(schema: String) throws {
        #expect(fault(try tool(schema: schema)) == nil)
    }

    @Test("two parameters with one name are refused")
    func twice() {
        let tool = Tool<Void>("t", title: "T", "T.", annotations: .reading, .string("a", ""), .string("a", "")) { _, _, _ in .text("") }
        #expect(fault(tool) == "tool t: two of its parameters have the same name")
    }

    @Test("a server has a name and a version")
    func info() {
        #expect(throws: DefinitionError.self) { try ServerDefinition<Void>(info: Implementation(name: "", version: "1"), tools: []) }
        #expect(throws: DefinitionError.self) { try ServerDefinition<Void>(info: Implementation(name: "a", version: ""), tools: []) }
    }
}

import JSON
import MCP
import Testing

@Suite("Schemas of tools")
struct ToolSchemaTests {
    private func server(
        input: String = #"{"type":"object"}"#,
        output: String? = nil,
        checksResults: Bool = true,
        result: @escaping @Sendable (JSONValue) -> ToolResult = { .text(String(decoding: $0.bytes, as: UTF8.self)) }
    ) throws -> TestServer {
        let tool = Tool<String>(
            "t",
            title: "T",
            "T.",
            annotations: .reading,
            inputSchema: try JSONValue(parsing: input),
            output: try output.map { try JSONValue(parsing: $0) }
        ) { _, arguments in result(arguments) }
        return TestServer(try ServerDefinition(info: CatalogueServer.info, tools: [tool], checksResults: checksResults))
    }

    private func fault(input: String = #"{"type":"object"}"#, output: String? = nil) -> String? {
        do {
            _ = try server(input: input, output: output)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "J1 J2 J3 what a schema has that isn't supported fails registration, with tool and place",
        arguments: [
            (#"{"type":"object","nope":1}"#, " can't be used: /nope is a keyword that is not supported"),
            (#"{"type":"object","properties":{"a":{"minLength":-1}}}"#, "/properties/a/minLength"),
            (#"{"type":"object","properties":{"a":{"pattern":"(?=a)"}}}"#, "/properties/a/pattern"),
            (#"{"type":"object","properties":{"a":{"pattern":"(a)\\1"}}}"#, "/properties/a/pattern"),
            (##"{"type":"object","properties":{"a":{"$dynamicRef":"#a"}}}"##, "/properties/a/$dynamicRef"),
            (#"{"type":"object","$schema":"https://json-schema.org/draft/2019-09/schema"}"#, "neither 2020-12 nor draft-07 at /$schema"),
            (#"{"type":"object","properties":{"a":{"$ref":"other.json"}}}"#, "has the reference other.json at /properties/a/$ref"),
            (##"{"type":"object","allOf":[{"$ref":"#"}]}"##, "must not apply itself"),
        ]
    )
    func unsupported(schema: String, expected: String) {
        let message = fault(input: schema)
        #expect(message?.hasPrefix("tool t: its input schema ") == true)
        #expect(message?.contains(expected) == true, "\(message ?? "")")
        #expect(fault(output: schema)?.contains(expected) == true)
    }

    @Test("T5 KI21 property schemas are objects, of results too")
    func properties() {
        #expect(
            fault(output: #"{"type":"object","properties":{"a":true}}"#)
                == "tool t: its output schema must have an object as the schema of a"
        )
        #expect(fault(output: "true") == "tool t: its output schema must be an object")
        #expect(fault(output: #"{"type":"array","items":true}"#) == nil)
    }

    @Test("J3 a typed tool's schema is looked at as well")
    func typed() {
        let parameter = Parameter<String>("a", schema: ["type": "string", "nope": 1], isRequired: true) { _ in "" }
        let tool = Tool<String>("t", title: "T", "T.", annotations: .reading, parameter) { _, _ in .text("") }
        #expect(throws: DefinitionError.self) { try TestServer(tools: [tool]) }
    }

    @Test(
        "T9 W29 KI3 arguments that don't fit a schema are a result that names the argument and what would be right",
        arguments: [
            ("{}", #"the arguments must have the member "name""#),
            (#"{"name":5}"#, "name must be a string, not an integer"),
            (#"{"name":"abcdef"}"#, "name must have at most 5 characters, not 6"),
            (#"{"name":"a","size":{"width":"wide"}}"#, "size/width must be a number, not a string"),
            (#"{"name":"a","colour":"red"}"#, #"colour must not be there; known members are "name", "size""#),
            (#"{"name":"a\u0000"}"#, "name must not hold the character U+0000"),
        ]
    )
    func arguments(arguments: String, text: String) async throws {
        let schema =
            ##"{"type":"object","properties":{"name":{"type":"string","maxLength":5},"size":{"$ref":"#/$defs/size"}},"required":["name"],"##
            + #""additionalProperties":false,"$defs":{"size":{"properties":{"width":{"type":"number"}}}}}"#
        let server = try server(input: schema)
        for revision in Revision.allCases {
            let message: HTTPMessage =
                revision.isLegacy
                ? .post(call("t", arguments), session: [try await server.session(revision)]) : .modernCall("t", arguments)
            let reply = try await server.send(message)
            #expect(reply.status == 200)
            #expect(reply.isToolError)
            #expect(reply.text == text)
        }
        #expect(try await server.send(.modernCall("t", #"{"name":"a"}"#)).text == #"{"name":"a"}"#)
    }

    @Test("T15 absent arguments are held against the schema as {}")
    func absent() async throws {
        let server = try server(input: #"{"type":"object","required":["a"]}"#)
        #expect(try await server.send(.modern("tools/call", #""name":"t""#, name: "t")).isToolError)
    }

    @Test("J1 the dialect of the schema decides")
    func dialect() async throws {
        let rest = #""type":"object","properties":{"a":{"type":"array","items":[{"type":"string"}],"additionalItems":false}}}"#
        let server = try server(input: #"{"$schema":"http://json-schema.org/draft-07/schema#","# + rest)
        #expect(try await server.send(.modernCall("t", #"{"a":["x"]}"#)).isToolError == false)
        #expect(try await server.send(.modernCall("t", #"{"a":["x","y"]}"#)).isToolError)
        #expect(fault(input: "{" + rest) != nil)
    }

    @Test("J3 arguments that take too many steps are refused as invalid")
    func steps() async throws {
        let server = try server(input: #"{"type":"object","properties":{"a":{"items":{"type":"integer"}}}}"#)
        let many = "[" + Array(repeating: "1", count: 20_000).joined(separator: ",") + "]"
        let reply = try await server.send(.modernCall("t", #"{"a":\#(many)}"#))
        #expect(reply.isToolError)
        #expect(reply.text?.hasPrefix("the arguments must be smaller") == true)
    }

    @Test("a typed tool's leniencies are not held against its schema")
    func lenient() async throws {
        let tool = Tool<String>("t", title: "T", "T.", annotations: .reading, .integer("n", "")) { _, n in .text("\(n)") }
        let listed = Tool<String>("l", title: "L", "L.", annotations: .reading, parameters: [.integer("n", "")]) { _, n in .text("\(n)") }
        let server = try TestServer(tools: [tool, listed])
        #expect(try await server.send(.modernCall("t", #"{"n":"5"}"#)).text == "5")
        #expect(try await server.send(.modernCall("l", #"{"n":"5"}"#)).text == "[5]")
    }

    static let results: [(String, @Sendable () -> ToolResult, Bool)] = [
        ("fits", { .structured(Array(#"{"n":1}"#.utf8)) }, true),
        ("fits beside blocks", { .content([.text("a")], structured: Array(#"{"n":1,"more":[]}"#.utf8)) }, true),
        ("a failure has none", { .failure("no") }, true),
        ("J5 wrong type", { .structured(Array(#"{"n":"1"}"#.utf8)) }, false),
        ("J5 missing member", { .structured(Array("{}".utf8)) }, false),
        ("J5 beside blocks", { .content([.text("a")], structured: Array("[]".utf8)) }, false),
        ("J5 no JSON", { .structured(Array("{".utf8)) }, false),
    ]

    @Test("J5 T6 a result that doesn't fit is our fault, and the client learns nothing of it", arguments: results.indices)
    func result(index: Int) async throws {
        let (name, result, fits) = Self.results[index]
        let schema = #"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"#
        let server = try server(output: schema) { _ in result() }
        let reply = try await server.send(.modernCall("t"))
        #expect((reply.code == nil) == fits, "\(name)")
        guard case .run(let invocation) = server.endpoint.receive(.modernCall("t")).action else {
            Issue.record("not run")
            return
        }
        #expect((await server.perform(invocation).fault == nil) == fits, "\(name)")
        if !fits { #expect(reply.message?["error"] == ["code": -32603, "message": "internal error", "data": ["correlation_id": "c-1"]]) }
        let trusting = try self.server(output: schema, checksResults: false) { _ in result() }
        let isJSON = name != "J5 no JSON"
        #expect((try await trusting.send(.modernCall("t"), checked: false).code == nil) == isJSON, "\(name), not held against the schema")
    }

    @Test("T6 a tool with an output schema and a result without structured content is our fault, checked or not", arguments: [true, false])
    func noStructure(checks: Bool) async throws {
        let server = try server(output: #"{"type":"object"}"#, checksResults: checks) { _ in .text("a") }
        #expect(try await server.send(.modernCall("t")).code == -32603)
    }

    @Test("J5 a long result is no reason to give up the check")
    func longResult() async throws {
        let many = "[" + Array(repeating: "1", count: 50_000).joined(separator: ",") + "]"
        let server = try server(output: #"{"type":"array","items":{"type":"integer"}}"#) { _ in .structured(Array(many.utf8)) }
        #expect(try await server.send(.modernCall("t")).code == nil)
    }

    @Test("T6 T8 where a schema must be an object's, schema and results are wrapped alike; with references inside there is no schema")
    func wrapping() async throws {
        for schema in [
            #"{"anyOf":[{"type":"object"},{"type":"null"}]}"#, ##"{"anyOf":[{"$ref":"#/$defs/o"}],"$defs":{"o":{"type":"object"}}}"##,
        ] {
            let server = try server(output: schema) { _ in .structured(Array(#"{"n":1}"#.utf8)) }
            for revision in [Revision.v2025_06_18, .v2025_11_25] {
                let session = try await server.session(revision)
                let reply = try await server.send(.post(call("t"), session: [session]))
                #expect(reply.result?["structuredContent"] == ["result": ["n": 1]])
                #expect(reply.text == #"{"result":{"n":1}}"#, "T7")
                let tools = try await server.send(.post(request("tools/list"), session: [session])).result?["tools"]
                let published = tools?.elements.first { _ in true }?["outputSchema"]
                if schema.contains("$ref") {
                    #expect(published == nil)
                } else {
                    #expect(published?["properties"]?["result"] == (try JSONValue(parsing: schema)))
                }
            }
            #expect(try await server.send(.modernCall("t")).result?["structuredContent"] == ["n": 1])
            let tools = try await server.send(.modern("tools/list")).result?["tools"]
            #expect(tools?.elements.first { _ in true }?["outputSchema"] == (try JSONValue(parsing: schema)), "J4")
        }
    }
}

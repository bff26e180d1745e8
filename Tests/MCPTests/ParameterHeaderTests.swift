import JSON
import MCP
import Testing

@Suite("Headers that repeat arguments")
struct ParameterHeaderTests {
    private static let schema =
        #"{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},"n":{"type":"integer","x-mcp-header":"N"},"#
        + #""dry":{"type":"boolean","x-mcp-header":"Dry"},"where":{"type":"object","properties":{"city":{"type":"string","#
        + #""x-mcp-header":"City"}}},"other":{"type":"string"}}}"#

    private static func tool(_ name: String = "t", schema: String = schema) throws -> Tool<String> {
        Tool(name, title: "T", "T.", annotations: .reading, inputSchema: try JSONValue(parsing: schema)) { _, _ in .text("done") }
    }

    private static func call(_ arguments: String, _ headers: [(String, String)], tool: String = "t") -> HTTPMessage {
        var message = HTTPMessage.modernCall(tool, arguments)
        message.parameterHeaders = headers.map { ParameterHeader(name: $0.0, value: $0.1) }
        return message
    }

    static let fitting: [(String, [(String, String)])] = [
        ("{}", []),
        (#"{"other":"x"}"#, []),
        (#"{"region":null,"where":null}"#, []),
        (#"{"where":{"city":null}}"#, []),
        (#"{"region":"eu"}"#, [("Mcp-Param-Region", "eu")]),
        (#"{"region":"eu"}"#, [("mcp-param-REGION", " eu\t")]),
        (#"{"region":"\u0065u"}"#, [("Mcp-Param-Region", "=?base64?ZXU=?=")]),
        (#"{"region":"Zürich"}"#, [("Mcp-Param-Region", "=?base64?WsO8cmljaA==?=")]),
        (#"{"region":"=?base64?ZXU="}"#, [("Mcp-Param-Region", "=?base64?ZXU=")]),
        (#"{"region":""}"#, [("Mcp-Param-Region", "")]),
        (#"{"n":42}"#, [("Mcp-Param-N", "42")]),
        (#"{"n":42}"#, [("Mcp-Param-N", "42.0")]),
        (#"{"n":42.0}"#, [("Mcp-Param-N", "4.2e1")]),
        (#"{"n":-0}"#, [("Mcp-Param-N", "0")]),
        (#"{"n":9007199254740993}"#, [("Mcp-Param-N", "9007199254740993")]),
        (#"{"n":123456789012345678901234567890}"#, [("Mcp-Param-N", "123456789012345678901234567890")]),
        (#"{"dry":true}"#, [("Mcp-Param-Dry", "true")]),
        (#"{"dry":false}"#, [("Mcp-Param-Dry", "false")]),
        (#"{"where":{"city":"Bern"}}"#, [("Mcp-Param-City", "Bern")]),
        (#"{"region":"eu","n":1}"#, [("Mcp-Param-N", "1"), ("Mcp-Param-Other", "x"), ("Mcp-Param-Region", "eu")]),
    ]

    @Test("R5 R8 R10 R11 what fits is served", arguments: fitting.indices)
    func fits(index: Int) async throws {
        let (arguments, headers) = Self.fitting[index]
        let reply = try await TestServer(tools: [try Self.tool()]).send(Self.call(arguments, headers))
        #expect(reply.status == 200, "\(arguments) \(headers)")
        #expect(reply.code == nil)
    }

    static let refused: [(String, [(String, String)])] = [
        (#"{"region":"eu"}"#, []),
        (#"{"region":"eu"}"#, [("Mcp-Param-Region", "us")]),
        (#"{"region":"eu"}"#, [("Mcp-Param-Region", "EU")]),
        (#"{"region":"eu"}"#, [("Mcp-Param-Region", "eu"), ("mcp-param-region", "eu")]),
        (#"{"region":"eu"}"#, [("Mcp-Param-Region", "=?base64?ZXU?=")]),
        (#"{"region":"é"}"#, [("Mcp-Param-Region", "é")]),
        (#"{"region":"e\u0301"}"#, [("Mcp-Param-Region", "=?base64?w6k=?=")]),
        ("{}", [("Mcp-Param-Region", "eu")]),
        ("{}", [("Mcp-Param-Region", "")]),
        (#"{"region":null}"#, [("Mcp-Param-Region", "null")]),
        (#"{"where":{}}"#, [("Mcp-Param-City", "Bern")]),
        (#"{"where":{"city":"Bern"}}"#, []),
        (#"{"where":{"city":"Bern"},"city":"Basel"}"#, [("Mcp-Param-City", "Basel")]),
        (#"{"n":42}"#, [("Mcp-Param-N", "42.5")]),
        (#"{"n":42}"#, [("Mcp-Param-N", "+42")]),
        (#"{"n":42}"#, [("Mcp-Param-N", "042")]),
        (#"{"n":42}"#, [("Mcp-Param-N", "\"42\"")]),
        (#"{"n":42}"#, [("Mcp-Param-N", "=?base64?NDIK?=")]),
        (#"{"n":9007199254740993}"#, [("Mcp-Param-N", "9007199254740992")]),
        (#"{"n":123456789012345678901234567890}"#, [("Mcp-Param-N", "123456789012345678901234567891")]),
        (#"{"dry":true}"#, [("Mcp-Param-Dry", "false")]),
        (#"{"dry":true}"#, [("Mcp-Param-Dry", "True")]),
        (#"{"dry":true}"#, [("Mcp-Param-Dry", "1")]),
        (#"{"region":5}"#, []),
    ]

    @Test("W25 R4 R5 R6 R10 anything else is 400, -32020, with the request's id", arguments: refused.indices)
    func isRefused(index: Int) async throws {
        let (arguments, headers) = Self.refused[index]
        let reply = try await TestServer(tools: [try Self.tool()]).send(Self.call(arguments, headers))
        #expect(reply.status == 400, "\(arguments) \(headers)")
        #expect(reply.code == -32020, "\(arguments) \(headers)")
        #expect(reply.message?["id"] == 1)
    }

    @Test("W24 W25 W28 W29 an unknown tool comes before, shapes and arguments after")
    func order() async throws {
        let server = try TestServer(tools: [try Self.tool()])
        let header = [("Mcp-Param-Region", "eu")]
        #expect(try await server.send(Self.call("{}", header, tool: "u")).code == -32602)
        #expect(try await server.send(Self.call("[]", header)).code == -32020)
        #expect(try await server.send(Self.call("[]", [])).code == -32602)
        #expect(try await server.send(Self.call(#"{"region":5}"#, [("Mcp-Param-Region", "5")])).isToolError)
        #expect(try await server.send(Self.call(#"{"region":["eu"]}"#, [])).isToolError)
        let unknownLevel = HTTPMessage.modern("tools/call", #""name":"t","arguments":{"region":"eu"}"#, name: "t")
        #expect(try await server.send(unknownLevel).code == -32020)
    }

    @Test("R11 headers of other tools, other methods and the legacy era are ignored")
    func ignored() async throws {
        let plain = try Self.tool("plain", schema: #"{"type":"object"}"#)
        let server = try TestServer(tools: [try Self.tool(), plain])
        #expect(try await server.send(Self.call(#"{"region":"eu"}"#, [("Mcp-Param-Region", "us")], tool: "plain")).text == "done")
        var list = HTTPMessage.modern("tools/list", #""name":"t""#)
        list.parameterHeaders = [ParameterHeader(name: "Mcp-Param-Region", value: "us")]
        #expect(try await server.send(list).status == 200)
        var legacy = HTTPMessage.post(request("tools/call", #""name":"t","arguments":{"region":"eu"}"#))
        #expect(try await server.send(legacy).text == "done")
        legacy.parameterHeaders = [ParameterHeader(name: "Mcp-Param-Region", value: "us")]
        #expect(try await server.send(legacy).text == "done")
        var line = StdioConversation<String>()
        let call = request("tools/call", envelope26 + #","name":"t","arguments":{"region":"eu"}"#)
        guard case .run = line.receive(Array(call.utf8), by: server.endpoint.engine, now: TestServer.now) else {
            Issue.record("W93 lines have no headers")
            return
        }
    }

    @Test("R8 H15 R13 the names are known to the transport, each once; without marks there are none")
    func names() throws {
        let second = try Self.tool("u", schema: #"{"type":"object","properties":{"r":{"type":"string","x-mcp-header":"rEGION"}}}"#)
        let endpoint = try TestServer(tools: [try Self.tool(), second]).endpoint
        #expect(endpoint.parameterHeaderNames == ["Mcp-Param-Region", "Mcp-Param-N", "Mcp-Param-Dry", "Mcp-Param-City"])
        #expect(try TestServer().endpoint.parameterHeaderNames == [])
    }

    @Test("R8 a typed parameter is marked by a modifier, is published with one type, and takes what it took")
    func typed() async throws {
        let tool = Tool<String>(
            "t",
            title: "T",
            "T.",
            annotations: .reading,
            .optionalString("region", "Where.").header("Region"),
            .integer("n", "How many.", in: 1...9, default: 3).header("N"),
            .boolean("dry", "").header("Dry")
        ) { _, region, n, dry in .text("\(region ?? "-") \(n) \(dry)") }
        let server = try TestServer(tools: [tool])
        let published = try await server.send(.modern("tools/list")).result?["tools"]?.elements.first { _ in true }?["inputSchema"]
        #expect(
            published?["properties"] == [
                "region": ["type": "string", "description": "Where.", "x-mcp-header": "Region"],
                "n": ["type": "integer", "description": "How many.", "minimum": 1, "maximum": 9, "default": 3, "x-mcp-header": "N"],
                "dry": ["type": "boolean", "x-mcp-header": "Dry"],
            ]
        )
        #expect(try await server.send(Self.call(#"{"region":null,"dry":true}"#, [("Mcp-Param-Dry", "true")])).text == "- 3 true")
        let all = [("Mcp-Param-Dry", "false"), ("Mcp-Param-N", "5"), ("Mcp-Param-Region", "eu")]
        #expect(try await server.send(Self.call(#"{"region":"eu","dry":"false","n":"5"}"#, all)).text == "eu 5 false")
        #expect(try await server.send(Self.call(#"{"region":"us","dry":"false","n":"5"}"#, all)).code == -32020)
    }

    private static func property(_ schema: String) -> String { #"{"type":"object","properties":{"a":\#(schema)}}"# }
    private static let mark = #"{"type":"string","x-mcp-header":"A"}"#

    @Test(
        "R9 a mark that clients would refuse doesn't register",
        arguments: [
            (property(#"{"type":"string","x-mcp-header":""}"#), "no token of RFC 9110 at /properties/a/x-mcp-header"),
            (property(#"{"type":"string","x-mcp-header":"a b"}"#), "no token"),
            (property(#"{"type":"string","x-mcp-header":"é"}"#), "no token"),
            (property(#"{"type":"string","x-mcp-header":"a:"}"#), "no token"),
            (property(#"{"type":"string","x-mcp-header":5}"#), "no token"),
            (property(#"{"type":"number","x-mcp-header":"A"}"#), "neither a string nor an integer nor a boolean"),
            (property(#"{"type":["string","null"],"x-mcp-header":"A"}"#), "neither a string"),
            (property(#"{"x-mcp-header":"A"}"#), "neither a string"),
            (property(#"{"type":"array","x-mcp-header":"A"}"#), "neither a string"),
            (property(#"{"type":"integer","maximum":9007199254740993,"x-mcp-header":"A"}"#), "beyond ±(2^53−1)"),
            (property(#"{"type":"integer","minimum":-1e17,"x-mcp-header":"A"}"#), "beyond ±(2^53−1)"),
            (property(#"{"type":"array","items":\#(mark)}"#), "not reached through properties alone"),
            (property(#"{"anyOf":[\#(mark)]}"#), "not reached"), (property(#"{"oneOf":[{},\#(mark)]}"#), "not reached"),
            (property(#"{"allOf":[{"properties":{"b":\#(mark)}}]}"#), "not reached"), (property(#"{"not":\#(mark)}"#), "not reached"),
            (property(#"{"if":\#(mark)}"#), "not reached"),
            (property(#"{"type":"object","additionalProperties":\#(mark)}"#), "not reached"),
            (property(#"{"type":"object","patternProperties":{"^a":\#(mark)}}"#), "not reached"),
            (##"{"type":"object","properties":{"a":{"$ref":"#/$defs/d"}},"$defs":{"d":\##(mark)}}"##, "not reached"),
            (#"{"type":"object","x-mcp-header":"A"}"#, "not reached"),
            (#"{"type":"object","properties":{"a":\#(mark),"b":{"type":"string","x-mcp-header":"a"}}}"#, "two parameters with the header"),
            (#"{"type":"object","properties":{"a":\#(mark),"b":{"type":"object","properties":{"c":\#(mark)}}}}"#, "two parameters"),
        ]
    )
    func rules(schema: String, expected: String) throws {
        let error = #expect(throws: DefinitionError.self) { try TestServer(tools: [try Self.tool("bad", schema: schema)]) }
        #expect(error?.description.hasPrefix("tool bad: its input schema has ") == true)
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
    }

    @Test(
        "R9 what only looks like a mark is none",
        arguments: [
            #"{"type":"object","properties":{"x-mcp-header":{"type":"string"}}}"#,
            #"{"type":"object","properties":{"a":{"default":{"x-mcp-header":"A"},"enum":[{"x-mcp-header":"A"}],"examples":[{"x-mcp-header":1}]}}}"#,
            #"{"type":"object","properties":{"a":{"const":{"x-mcp-header":"A"},"x-other":{"x-mcp-header":"A"}}}}"#,
        ]
    )
    func noMarks(schema: String) throws {
        #expect(try TestServer(tools: [try Self.tool(schema: schema)]).endpoint.parameterHeaderNames == [])
    }
}

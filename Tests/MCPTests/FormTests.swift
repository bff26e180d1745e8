import JSON
import MCP
import Testing

@Suite("Forms")
struct FormTests {
    private let server: AskingServer

    init() throws {
        server = try AskingServer()
    }

    private func schema(_ tool: String, _ revision: Revision) async throws -> JSONValue? {
        let client = ScriptedClient { _ in #""result":{"action":"cancel"}"# }
        #expect(try await server.legacy(tool, "{}", revision, client: client).text?.hasPrefix("cancel") == true)
        return client.requests.first?["params"]?["requestedSchema"]
    }

    @Test("EL3 typed fields as 2025-11-25 and 2026-07-28 have them")
    func fields() async throws {
        let expected: JSONValue = [
            "type": "object",
            "properties": [
                "name": [
                    "type": "string", "description": "Name.", "title": "Name", "minLength": 1, "maxLength": 5, "default": "John",
                ],
                "age": ["type": "integer", "description": "Age.", "minimum": 0, "maximum": 150, "default": 30],
                "score": ["type": "number", "description": "Score.", "minimum": 0, "maximum": 100, "default": 95.5],
                "status": [
                    "type": "string", "description": "Status.", "default": "active",
                    "oneOf": [["const": "active", "title": "active"], ["const": "inactive", "title": "Not active"]],
                ],
                "verified": ["type": "boolean", "description": "Verified.", "default": true],
            ],
        ]
        #expect(try await schema("defaults", .v2025_11_25) == expected)
        let modern = try await server.send("defaults")
        #expect(modern.result?["inputRequests"]?["input"]?["params"]?["requestedSchema"] == expected)
    }

    @Test("EL3 for 2025-06-18 titles become enumNames, and only booleans have defaults")
    func reduced() async throws {
        let expected: JSONValue = [
            "type": "object",
            "properties": [
                "name": ["type": "string", "description": "Name.", "title": "Name", "minLength": 1, "maxLength": 5],
                "age": ["type": "integer", "description": "Age.", "minimum": 0, "maximum": 150],
                "score": ["type": "number", "description": "Score.", "minimum": 0, "maximum": 100],
                "status": [
                    "type": "string", "description": "Status.", "enum": ["active", "inactive"], "enumNames": ["active", "Not active"],
                ],
                "verified": ["type": "boolean", "description": "Verified.", "default": true],
            ],
        ]
        #expect(try await schema("defaults", .v2025_06_18) == expected)
        let raw: JSONValue = [
            "type": "object",
            "properties": [
                "plain": ["type": "string", "enum": ["a", "b"]],
                "titled": ["type": "string", "enum": ["x", "y"], "enumNames": ["X", "Y"]],
                "named": ["type": "string", "enum": ["o", "p"], "enumNames": ["O", "P"]],
            ],
        ]
        #expect(try await schema("raw", .v2025_06_18) == raw)
        #expect(try await schema("raw", .v2025_11_25) == AskingServer.enums)
    }

    @Test("EL3 multi-select can't be asked of 2025-06-18", arguments: ["multi", "several"])
    func multi(tool: String) async throws {
        let client = ScriptedClient { _ in #""result":{"action":"cancel"}"# }
        let reply = try await server.legacy(tool, "{}", .v2025_06_18, client: client)
        #expect(reply.isToolError && reply.text?.hasPrefix("The client cannot do this: ") == true)
        #expect(client.requests.isEmpty)
        #expect(try await schema(tool, .v2025_11_25)?["properties"]?.count == 2)
    }

    static let contents: [(String, String, String?)] = [
        ("defaults", "{}", "John 30 95.5 active true"),
        ("defaults", #"{"name":"é😀","age":1.0,"score":7,"status":"inactive","verified":false}"#, "é😀 1 7.0 inactive false"),
        ("defaults", #"{"name":""}"#, nil), ("defaults", #"{"name":"123456"}"#, nil), ("defaults", #"{"name":1}"#, nil),
        ("defaults", #"{"age":1.5}"#, nil), ("defaults", #"{"age":151}"#, nil), ("defaults", #"{"age":"1"}"#, nil),
        ("defaults", #"{"age":-1}"#, nil), ("defaults", #"{"age":1e999}"#, nil), ("defaults", #"{"score":100.5}"#, nil),
        ("defaults", #"{"score":"7"}"#, nil), ("defaults", #"{"score":true}"#, nil), ("defaults", #"{"status":"Active"}"#, nil),
        ("defaults", #"{"status":"Not active"}"#, nil), ("defaults", #"{"verified":"true"}"#, nil), ("defaults", #"{"verified":1}"#, nil),
        ("defaults", #"{"score":0.1,"extra":[{}]}"#, "John 30 0.1 active true"),
        ("optionals", #"{"at":"2026-07-28T12:00:00Z"}"#, "- -1 -1.0 false - 2026-07-28T12:00:00Z"),
        (
            "optionals", #"{"mail":"a@b.c","n":3,"x":2.5,"b":true,"c":"q","at":"2024-02-29t23:59:60.25+02:00"}"#,
            "a@b.c 3 2.5 true q 2024-02-29t23:59:60.25+02:00"
        ),
        ("optionals", #"{"at":"2026-07-28T12:00:00Z","mail":"a"}"#, nil),
        ("optionals", #"{"at":"2026-07-28T12:00:00Z","mail":"a@b@c"}"#, nil),
        ("optionals", #"{"at":"2026-07-28T12:00:00Z","n":null}"#, nil), ("optionals", #"{"at":"2026-07-28"}"#, nil),
        ("optionals", #"{"at":"2026-02-29T12:00:00Z"}"#, nil), ("optionals", #"{"at":"2026-07-28T24:00:00Z"}"#, nil),
        ("optionals", #"{"at":"2026-07-28T12:00:00"}"#, nil), ("optionals", #"{"at":"2026-07-28T12:00:00.Z"}"#, nil),
        ("optionals", #"{"at":"2026-07-28T12:00:00+2"}"#, nil), ("optionals", #"{"at":"2026-00-28T12:00:00Z"}"#, nil),
        ("optionals", #"{"at":"2026-07-28T12:00:00Zz"}"#, nil), ("optionals", #"{"at":""}"#, nil),
        ("several", #"{"some":["p","r"]}"#, "pr s"), ("several", #"{"some":["q"],"any":[]}"#, "q "), ("several", #"{"some":[]}"#, nil),
        ("several", #"{"some":["p","q","r"]}"#, nil), ("several", #"{"some":"p"}"#, nil), ("several", #"{"some":["z"]}"#, nil),
        ("several", #"{"some":[1]}"#, nil), ("raw", #"{"titled":"y"}"#, #"accept {"titled":"y"}"#), ("raw", "{}", "accept {}"),
        ("raw", #"{"titled":"Y"}"#, nil), ("raw", #"{"named":"O"}"#, nil), ("multi", #"{"plain":["a"]}"#, #"accept {"plain":["a"]}"#),
        ("multi", #"{"plain":["a","b"]}"#, nil), ("multi", #"{"titled":["X"]}"#, nil),
    ]

    @Test("EL4 KI20 content is checked against the schema", arguments: contents)
    func content(tool: String, content: String, text: String?) async throws {
        let response = #"{"action":"accept","content":\#(content)}"#
        let modern = try await server.send(tool, responses: #"{"input":\#(response)}"#)
        #expect(modern.text == text)
        #expect(modern.code == (text == nil ? -32602 : nil))
        let legacy = try await server.legacy(tool, client: ScriptedClient { _ in #""result":\#(response)"# })
        #expect(legacy.isToolError == (text == nil))
        if let text { #expect(legacy.text == text) }
    }

    @Test(
        "EL5 a page is https, or here; without credentials",
        arguments: [
            ("https://example.com", true), ("https://example.com:8443/a?b=c#d", true), ("http://localhost:3000/x", true),
            ("http://127.0.0.1", true), ("http://[::1]:80/", true), ("http://example.com", false), ("http://localhost.example.com", false),
            ("https://me:secret@example.com", false), ("https://me@example.com/", false), ("https://", false), ("https:///x", false),
            ("ftp://example.com", false), ("javascript:alert(1)", false), ("https://example.com/a b", false),
            ("HTTPS://example.com", false),
            ("", false),
        ]
    )
    func pages(url: String, isFine: Bool) async throws {
        let tool = Tool<String>("visit", title: "V", "Visits.", annotations: .reading) { context in
            #expect(context.canAsk(.url("u", "?", url)) == isFine)
            return .text(try await context.ask(.url("u", "?", url)).action)
        }
        var asking = server
        asking.server = try TestServer(tools: [tool])
        let reply = try await asking.send("visit")
        #expect(reply.asked == (isFine ? ["u"] : []))
        #expect(reply.code == (isFine ? nil : -32603))
    }

    @Test(
        "EL3 schemas that no form can have are our fault",
        arguments: [
            #"{"type":"object"}"#, #"{"type":"array","properties":{}}"#, #"{"properties":{}}"#, "null", "[]",
            #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}}}"#,
            #"{"type":"object","properties":{"a":{"type":"array","items":{"enum":[]}}}}"#,
            #"{"type":"object","properties":{"a":{"type":["string","null"]}}}"#, #"{"type":"object","properties":{"a":{}}}"#,
            #"{"type":"object","properties":{"a":true}}"#, #"{"type":"object","properties":{"a":{"type":"string","format":"regex"}}}"#,
            #"{"type":"object","properties":{"a":{"type":"string","enum":[1]}}}"#,
            #"{"type":"object","properties":{"a":{"type":"string","oneOf":[{"title":"A"}]}}}"#,
        ]
    )
    func faults(text: String) async throws {
        let schema = try JSONValue(parsing: text)
        let tool = Tool<String>("ask", title: "A", "Asks.", annotations: .reading) { context in
            #expect(!context.canAsk(.form("f", "?", schema: schema)))
            return .text(try await context.ask(.form("f", "?", schema: schema)).action)
        }
        var asking = server
        asking.server = try TestServer(tools: [tool])
        #expect(try await asking.send("ask").code == -32603)
    }
}

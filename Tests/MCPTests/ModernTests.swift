import JSON
import MCP
import Testing

@Suite("POST /mcp, modern era")
struct ModernTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    private static let v = "2026-07-28"

    /// A request whose envelope and headers are given in full.
    private static func raw(_ method: String, meta: String?, version: [String] = [v], headers: [String]? = nil) -> HTTPMessage {
        .post(request(method, meta.map { #""_meta":\#($0)"# }), version: version, method: headers ?? [method])
    }

    private static func meta(_ version: String, capabilities: String = "{}") -> String {
        #"{"io.modelcontextprotocol/protocolVersion":\#(version),"io.modelcontextprotocol/clientCapabilities":\#(capabilities)}"#
    }

    static let refusals: [(String, HTTPMessage, Int, Int64)] = [
        ("W13 H1 a response", .post(#"{"jsonrpc":"2.0","id":1,"result":{}}"#, version: [v]), 400, -32600),
        ("W12 id null", .post(#"{"jsonrpc":"2.0","id":null,"method":"tools/list"}"#, version: [v]), 400, -32600),
        ("W11 B9 an array", .post("[" + request("tools/list") + "]", version: [v]), 400, -32600),
        ("W11 an empty array", .post("[]", version: [v]), 400, -32600),
        ("W15 no params", raw("tools/list", meta: nil), 400, -32602),
        ("W15 params an array", .post(#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}"#, version: [v]), 400, -32602),
        ("W15 empty _meta", raw("tools/list", meta: "{}"), 400, -32602),
        ("W15 _meta no object", raw("tools/list", meta: "5"), 400, -32602),
        ("W15 version a number", raw("tools/list", meta: meta("5")), 400, -32602),
        ("W15 B11 no capabilities", raw("tools/list", meta: #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#), 400, -32602),
        ("W15 B11 no version", raw("tools/list", meta: #"{"io.modelcontextprotocol/clientCapabilities":{}}"#), 400, -32602),
        ("W15 capabilities null", raw("tools/list", meta: meta("\"2026-07-28\"", capabilities: "null")), 400, -32602),
        ("W15 only clientInfo", raw("tools/list", meta: #"{"io.modelcontextprotocol/clientInfo":{}}"#, version: []), 400, -32602),
        (
            "W15 before W17", raw("tools/list", meta: #"{"io.modelcontextprotocol/protocolVersion":5}"#, version: ["2025-11-25"]), 400,
            -32602
        ),
        ("W15 W40 modern header, no envelope", .post(request("tools/list"), version: ["2027-01-01"]), 400, -32602),
        ("W15 ER1.5 bare server/discover", .post(request("server/discover")), 400, -32602),
        ("W15 ER1.5 bare subscriptions/listen", .post(request("subscriptions/listen")), 400, -32602),
        ("W15 ER1.5 bare tasks/update", .post(request("tasks/update")), 400, -32602),
        ("W16 H8 version header missing", raw("tools/list", meta: meta("\"2026-07-28\""), version: []), 400, -32020),
        ("W17 version header differs", raw("tools/list", meta: meta("\"2026-07-28\""), version: ["2025-11-25"]), 400, -32020),
        ("W17 differs, one unknown", raw("tools/list", meta: meta("\"2026-07-28\""), version: ["2027-01-01"]), 400, -32020),
        ("W17 version header twice", raw("tools/list", meta: meta("\"2026-07-28\""), version: [v, v]), 400, -32020),
        ("W18 unknown version", raw("tools/list", meta: meta("\"2027-01-01\""), version: ["2027-01-01"]), 400, -32022),
        ("W18 empty version", raw("tools/list", meta: meta("\"\""), version: [""]), 400, -32022),
        ("W19 legacy version", raw("tools/list", meta: meta("\"2025-11-25\""), version: ["2025-11-25"]), 400, -32022),
        ("W20 R1 Mcp-Method missing", raw("tools/list", meta: meta("\"2026-07-28\""), headers: []), 400, -32020),
        ("W20 R1 other case", raw("tools/list", meta: meta("\"2026-07-28\""), headers: ["Tools/list"]), 400, -32020),
        ("W20 R6 twice, equal", raw("tools/list", meta: meta("\"2026-07-28\""), headers: ["tools/list", "tools/list"]), 400, -32020),
        ("W20 R4 not ASCII", raw("tools/list", meta: meta("\"2026-07-28\""), headers: ["tools/l\u{131}st"]), 400, -32020),
        ("W20 before W21", raw("nope", meta: meta("\"2026-07-28\""), headers: ["tools/list"]), 400, -32020),
        ("W21 H9 unknown method is 404", .modern("nope"), 404, -32601),
        ("W21 V11 initialize", .modern("initialize"), 404, -32601),
        ("W21 V11 ping", .modern("ping"), 404, -32601),
        ("W21 V11 logging/setLevel", .modern("logging/setLevel"), 404, -32601),
        ("W21 V11 resources/subscribe", .modern("resources/subscribe"), 404, -32601),
        ("W21 V11 resources/unsubscribe", .modern("resources/unsubscribe"), 404, -32601),
        ("W21 V11 tasks/list", .modern("tasks/list"), 404, -32601),
        ("W21 V11 tasks/result", .modern("tasks/result"), 404, -32601),
        ("W21 B19 resources/list", .modern("resources/list"), 404, -32601),
        ("W21 B19 prompts/get", .modern("prompts/get", #""name":"x""#, name: "x"), 404, -32601),
        ("W21 B19 completion/complete", .modern("completion/complete"), 404, -32601),
        ("W21 SB8 subscriptions/listen", .modern("subscriptions/listen"), 404, -32601),
        ("W21 not by case", .modern("Tools/List"), 404, -32601),
        ("W21 empty method", .modern(""), 404, -32601),
        ("W22 Mcp-Name missing", .modern("tools/call", #""name":"echo""#), 400, -32020),
        ("W22 Mcp-Name missing for an unknown tool", .modern("tools/call", #""name":"nope""#), 400, -32020),
        ("W22 R3 Mcp-Name differs", .modern("tools/call", #""name":"echo""#, name: "Echo"), 400, -32020),
        ("W22 R5 wrong padding", .modern("tools/call", #""name":"echo""#, name: "=?base64?ZWNobw=?="), 400, -32020),
        ("W22 R5 url alphabet", .modern("tools/call", #""name":"\u00fb\u00ff""#, name: "=?base64?w7vDvw?="), 400, -32020),
        ("W22 R5 bits left over", .modern("tools/call", #""name":"echo""#, name: "=?base64?ZWNobx==?="), 400, -32020),
        ("W22 R5 no UTF-8", .modern("tools/call", #""name":"echo""#, name: "=?base64?/w==?="), 400, -32020),
        ("W22 R5 upper-case mark is literal", .modern("tools/call", #""name":"echo""#, name: "=?BASE64?ZWNobw==?="), 400, -32020),
        ("W22 R5 only the prefix is literal", .modern("tools/call", #""name":"echo""#, name: "=?base64?ZWNobw=="), 400, -32020),
        ("W22 R5 overlapping marks are literal", .modern("tools/call", #""name":"echo""#, name: "=?base64?="), 400, -32020),
        ("W22 R4 not ASCII", .modern("tools/call", #""name":"\u00e9""#, name: "é"), 400, -32020),
        ("W24 T9 unknown tool", .modern("tools/call", #""name":"nope""#, name: "nope"), 400, -32602),
        ("W24 a canonically equal name", .modern("tools/call", #""name":"wh\u006f\u0301""#, name: "=?base64?d2hvzIE=?="), 400, -32602),
        ("W24 G1 a cursor that was never given", .modern("tools/list", #""cursor":"x""#), 400, -32602),
        ("W24 G1 the empty cursor", .modern("tools/list", #""cursor":"""#), 400, -32602),
        ("W28 cursor no string", .modern("tools/list", #""cursor":5"#), 400, -32602),
        ("W28 T9 name no string", .modern("tools/call", #""name":5"#, name: "5"), 400, -32602),
        ("W28 T9 arguments an array", .modern("tools/call", #""name":"echo","arguments":[]"#, name: "echo"), 400, -32602),
        ("W28 T9 arguments null", .modern("tools/call", #""name":"echo","arguments":null"#, name: "echo"), 400, -32602),
        ("H13 an error that a tool raises", .modernCall("refuses"), 400, -32602),
    ]

    @Test("is refused", arguments: refusals.indices)
    func refused(index: Int) async throws {
        let (name, message, status, code) = ModernTests.refusals[index]
        let reply = try await server.send(message)
        #expect(reply.status == status, "\(name)")
        #expect(reply.code == code, "\(name)")
        #expect(reply.sessionID == nil, "H11")
        #expect(reply.headers.contains { $0 == ("Content-Type", "application/json") })
    }

    @Test("W18 W19 V6 an unsupported version is told what is supported")
    func unsupported() async throws {
        let unknown = try await server.send(Self.raw("tools/list", meta: Self.meta("\"2027-01-01\""), version: ["2027-01-01"]))
        #expect(
            unknown.message?["error"]?["data"]
                == ["supported": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"], "requested": "2027-01-01"]
        )
        let legacy = try await server.send(Self.raw("tools/list", meta: Self.meta("\"2024-11-05\""), version: ["2024-11-05"]))
        #expect(legacy.message?["error"]?["data"] == ["supported": ["2026-07-28"], "requested": "2024-11-05"])
    }

    @Test(
        "W14 H4 B7 a notification is 202 without a body, whatever it says",
        arguments: ["notifications/cancelled", "notifications/initialized", "x", "tools/call"]
    )
    func notification(method: String) async throws {
        let body = #"{"jsonrpc":"2.0","method":"\#(method)","params":{\#(envelope26)}}"#
        #expect(try await server.send(.post(body, version: [Self.v])) == .accepted)
        #expect(try await server.send(.post(body, version: [Self.v], method: [method])).status == 202)
        #expect(try await server.send(.post(#"{"jsonrpc":"2.0","method":"\#(method)"}"#, version: [Self.v])).status == 202)
    }

    @Test("R7 routing headers of a notification are checked if present")
    func notificationHeaders() async throws {
        let body = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{\#(envelope26)}}"#
        let reply = try await server.send(.post(body, version: [Self.v], method: ["tools/call"]))
        #expect(reply.status == 400)
        #expect(reply.code == -32020)
        #expect(reply.message?["id"] == nil)
    }

    @Test("W30 V5 V10 K1 K6 server/discover says versions, capabilities, instructions, hints")
    func discover() async throws {
        let reply = try await server.send(.modern("server/discover"))
        #expect(reply.status == 200)
        let result = try #require(reply.result)
        #expect(result["supportedVersions"] == ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
        #expect(result["capabilities"] == ["tools": [:]])
        #expect(result["instructions"] == "Use the tools.")
        #expect(result["ttlMs"] == 3_600_000)
        #expect(result["cacheScope"] == "public")
        #expect(result["resultType"] == "complete")
        let info = try #require(result["_meta"]?["io.modelcontextprotocol/serverInfo"])
        #expect(info.members.map(\.key) == ["name", "title", "version", "description", "websiteUrl", "icons"])
    }

    @Test("B13 other results name the server with name, title and version alone")
    func serverInfo() async throws {
        for message in [HTTPMessage.modern("tools/list"), .modernCall("echo", #"{"text":"x"}"#)] {
            let info = try await server.send(message).result?["_meta"]?["io.modelcontextprotocol/serverInfo"]
            #expect(info == ["name": "test", "title": "Test", "version": "1.0"])
        }
    }

    @Test("W30 B1 a call is answered by exactly these bytes")
    func call() async throws {
        let reply = try await server.send(.modernCall("structured", #"{"n":7}"#))
        let structured = "{\"n\":7,\n\"é\":\"\\u00e9\"}"
        let expected =
            #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"{\"n\":7,\n\"é\":\"\\u00e9\"}"}],"#
            + #""structuredContent":"# + structured
            + #","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"test","title":"Test","version":"1.0"}}}}"#
        #expect(reply.body == .json(Array(expected.utf8)))
        #expect(reply.headers.map(\.name) == ["Content-Type", "Cache-Control"])
        #expect(reply.headers.map(\.value) == ["application/json", "no-store"])
    }

    @Test(
        "B2 ids keep their type and text",
        arguments: ["0", "-7", "9007199254740993", "123456789012345678901234567890", #""""#, #""a\u00e9\"""#, #""1""#]
    )
    func ids(id: String) async throws {
        let body = request("server/discover", envelope26, id: id)
        let reply = try await server.send(.post(body, version: [Self.v], method: ["server/discover"]))
        #expect(reply.status == 200)
        #expect(reply.message.map { Array($0["id"]?.bytes ?? []) } == Array(id.utf8))
    }

    @Test("W12 B2 anything else is no id", arguments: ["null", "1.5", "1.0", "1e3", "true", "{}", "[]", "[1]"])
    func badIDs(id: String) async throws {
        let reply = try await server.send(.post(request("server/discover", envelope26, id: id), version: [Self.v]))
        #expect(reply.status == 400)
        #expect(reply.code == -32600)
        #expect(reply.message?["id"] == nil, "B6")
    }

    @Test("W29 arguments that don't fit are a result that says what to change")
    func toolErrors() async throws {
        for (arguments, text) in [
            ("{}", "text is missing, but required"), (#"{"text":5}"#, "text must be a string, not a number"),
            (#"{"text":"a","x":1}"#, "unknown parameter 'x'; known are: text"),
            (#"{"text":"\u0000"}"#, "text must not hold the character U+0000"),
            (#"{"text":"\ud800"}"#, "text must not hold half of a surrogate pair"),
        ] {
            let reply = try await server.send(.modernCall("echo", arguments))
            #expect(reply.status == 200)
            #expect(reply.isToolError)
            #expect(reply.text == text)
        }
        #expect(try await server.send(.modernCall("fails")).text == "it failed")
    }

    @Test("T15 arguments may be absent")
    func absentArguments() async throws {
        let reply = try await server.send(.modern("tools/call", #""name":"structured""#, name: "structured"))
        #expect(reply.result?["structuredContent"]?["n"] == 3)
    }

    @Test("W31 our fault is 200 with -32603 and a correlation id, and nothing else")
    func fault() async throws {
        let reply = try await server.send(.modernCall("breaks"))
        #expect(reply.status == 200)
        #expect(reply.message?["error"] == ["code": -32603, "message": "internal error", "data": ["correlation_id": "c-1"]])
        guard case .run(let invocation) = server.endpoint.receive(.modernCall("breaks")).action else {
            Issue.record("not run")
            return
        }
        #expect(await server.perform(invocation).fault is TestServer.Broken)
    }

    @Test("W32 H11 a stray session id is ignored")
    func strayHeaders() async throws {
        var message = HTTPMessage.modernCall("echo", #"{"text":"x"}"#)
        message.sessionID = ["ms1.no.session", "twice"]
        let reply = try await server.send(message)
        #expect(reply.status == 200)
        #expect(reply.sessionID == nil)
    }

    @Test(
        "R3 R5 header values are trimmed and decoded before comparing",
        arguments: [" echo\t", "=?base64?ZWNobw==?=", "\t=?base64?ZWNobw==?= "]
    )
    func decoding(name: String) async throws {
        var message = HTTPMessage.modern("tools/call", #""name":"echo","arguments":{"text":"x"}"#, name: name)
        message.protocolVersion = [" 2026-07-28 "]
        message.mcpMethod = ["\ttools/call "]
        #expect(try await server.send(message).text == "x")
    }

    @Test(
        "B11 a clientInfo that isn't one is ignored",
        arguments: [("5", "-"), (#"{"name":"n"}"#, "-"), (#"{"name":"n","version":"1"}"#, "n")]
    )
    func clientInfo(info: String, expected: String) async throws {
        let meta =
            Self.meta("\"2026-07-28\"", capabilities: #"{"roots":{},"elicitation":{}}"#).dropLast()
            + #","io.modelcontextprotocol/clientInfo":\#(info)}"#
        let body = request("tools/call", #""_meta":\#(meta),"name":"who""#)
        let reply = try await server.send(.post(body, version: [Self.v], method: ["tools/call"], name: ["who"]))
        #expect(reply.text == "me 2026-07-28 33 \(expected)")
    }

    @Test("W28 L3 log levels and progress tokens of the wrong kind are -32602; B15 unknown keys are ignored")
    func meta() async throws {
        for (member, status) in [
            (#""io.modelcontextprotocol/logLevel":"loud""#, 400), (#""io.modelcontextprotocol/logLevel":5"#, 400),
            (#""io.modelcontextprotocol/logLevel":"debug""#, 200), (#""progressToken":1.5"#, 400), (#""progressToken":{}"#, 400),
            (#""progressToken":"p""#, 200), (#""progressToken":0"#, 200), (#""com.example/x":{"y":[]}"#, 200),
            (#""io.modelcontextprotocol/new":1"#, 200),
        ] {
            for method in ["tools/list", "server/discover", "tools/call"] {
                let meta = Self.meta("\"2026-07-28\"").dropLast() + "," + member + "}"
                let params = #""_meta":\#(meta),"name":"who""#
                let reply = try await server.send(.post(request(method, params), version: [Self.v], method: [method], name: ["who"]))
                #expect(reply.status == status, "\(method) \(member)")
                if status == 400 { #expect(reply.code == -32602) }
            }
        }
    }

    @Test("B16 the trace comes from _meta, else from the headers; what is malformed is dropped")
    func trace() async throws {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        func trace(_ meta: String, _ headers: TraceContext = TraceContext()) async throws -> String? {
            let body = request("tools/call", #""_meta":\#(Self.meta("\"2026-07-28\"").dropLast())\#(meta)},"name":"trace""#)
            var message = HTTPMessage.post(body, version: [Self.v], method: ["tools/call"], name: ["trace"])
            message.trace = headers
            return try await server.send(message).text
        }
        #expect(try await trace(#","traceparent":"\#(parent)","tracestate":"a=b","baggage":"k=v""#) == "\(parent) a=b k=v")
        #expect(try await trace(#","traceparent":"00-zz","tracestate":"a=b""#) == "- - -")
        #expect(try await trace(#","traceparent":5"#) == "- - -")
        #expect(try await trace("", TraceContext(traceparent: parent, tracestate: "c=d")) == "\(parent) c=d -")
        let other = "00-0af7651916cd43dd8448eb211c80319c-00000000000000aa-00"
        let headers = TraceContext(traceparent: other, tracestate: "c=d", baggage: "h=1")
        #expect(try await trace(#","traceparent":"\#(parent)""#, headers) == "\(parent) - h=1")
        #expect(try await trace(#","traceparent":"00-zz","tracestate":"a=b""#, headers) == "\(other) c=d h=1")
        #expect(try await trace(#","baggage":"k=v""#, headers) == "\(other) c=d k=v")
        #expect(TraceContext(traceparent: "00-00000000000000000000000000000000-b7ad6b7169203331-01").traceparent == nil)
        #expect(TraceContext(traceparent: "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").traceparent == nil)
        #expect(TraceContext(traceparent: parent.uppercased()).traceparent == nil)
    }

    @Test(
        "H3 a client that takes only event streams gets one event",
        arguments: [
            (["text/event-stream"], true), (["text/*"], true), ([], false), (["*/*"], false),
            (["application/json, text/event-stream"], false),
            (["text/event-stream", "application/json"], false), (["application/json;q=0, text/event-stream"], true),
            (["TEXT/EVENT-STREAM; q=1"], true),
            (["text/html"], false),
        ]
    )
    func accept(accept: [String], isEvent: Bool) async throws {
        let reply = try await server.send(.modernCall("structured", accept: accept))
        guard isEvent else {
            #expect(reply.headers.first?.value == "application/json")
            return
        }
        #expect(reply.headers.map(\.value) == ["text/event-stream", "no-cache, no-store", "no"], "H6")
        let text = String(decoding: try #require(reply.bytes), as: UTF8.self)
        #expect(text.hasPrefix("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":"))
        #expect(text.hasSuffix("}\n\n"))
        #expect(text.dropFirst("event: message\n".count).dropLast(2).contains("\n") == false)
        // Line breaks between tokens become spaces in both, so that they stay the same (T7).
        #expect(reply.text == "{\"n\":3, \"é\":\"\\u00e9\"}")
        let refusal = try await server.send(.modern("nope", accept: accept))
        #expect(refusal.headers.first?.value == "application/json")
    }

    @Test("B4 the same id from two clients at the same time meets nowhere")
    func sameID() async throws {
        async let one = server.send(.modernCall("echo", #"{"text":"one"}"#))
        async let two = server.send(.modernCall("echo", #"{"text":"two"}"#))
        #expect(try await [one.text, two.text] == ["one", "two"])
    }
}

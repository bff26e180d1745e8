import JSON
import MCP
import Testing

@Suite("Lines of stdio")
struct StdioConversationTests {
    private var conversation = StdioConversation<String>()
    private let engine: ProtocolEngine<String>

    init() throws {
        engine = try TestServer().endpoint.engine
    }

    private mutating func answer(_ line: String) throws -> JSONValue? {
        switch conversation.receive(Array(line.utf8), by: engine, now: 0) {
        case .answer(let bytes):
            #expect(!bytes.contains(UInt8(ascii: "\n")), "I1")
            return try JSONValue(parsing: bytes)
        case .batch(let steps, _):
            return try JSONValue(
                parsing: StdioConversation<String>.line(
                    ofBatch: steps.compactMap { if case .answer(let bytes) = $0 { bytes } else { nil } }
                )
            )
        case .nothing: return nil
        case .run(let invocation): return ["run": try JSONValue(parsing: "\"\(invocation.target) \(invocation.revision)\"")]
        case .cancel: return "cancel"
        case .deliver: return "deliver"
        case .listen: return "listen"
        }
    }

    private mutating func code(_ line: String) throws -> Int64? {
        try answer(line)?["error"]?["code"]?.integer
    }

    @Test("W90 blank lines are skipped", arguments: ["", " ", "\t \r"])
    mutating func blank(line: String) throws {
        #expect(try answer(line) == nil)
    }

    @Test("W91 I8 a line that is too long is -32600 without an id")
    func tooLong() throws {
        let refusal = try JSONValue(parsing: conversation.refusalOfLongLine())
        #expect(refusal["error"]?["code"] == -32600)
        #expect(refusal["id"] == nil)
    }

    @Test("W92 I8 what can't be read is answered with the same codes; B6 the id follows the session")
    mutating func unreadable() throws {
        #expect(try code("{") == -32700)
        #expect(try answer("{")?["id"] == nil)
        #expect(try code("5") == -32600)
        #expect(try code("[]") == -32600)
        #expect(try code(#"{"jsonrpc":"2.0","id":null,"method":"x"}"#) == -32600)
        _ = try answer(initialize("2025-06-18"))
        #expect(try answer("{")?["id"] == .null)
        _ = conversation
    }

    @Test("W93 modern requests need no headers")
    mutating func modern() throws {
        #expect(try answer(request("server/discover", envelope26))?["result"]?["resultType"] == "complete")
        #expect(try answer(request("tools/call", envelope26 + #","name":"who""#)) == ["run": "who 2026-07-28"])
        #expect(try code(request("server/discover")) == -32602)
        #expect(try code(request("nope", envelope26)) == -32601)
        #expect(try code(request("ping", envelope26)) == -32601)
        #expect(try code(request("tools/call", envelope26 + #","name":"nope""#)) == -32602)
        let unknown = envelope26.replacing("2026-07-28", with: "2027-01-01")
        #expect(try code(request("tools/list", unknown)) == -32022)
        #expect(try code(request("tools/list", envelope26.replacing("2026-07-28", with: "2025-11-25"))) == -32022)
    }

    @Test("W94 CN1 a cancellation names a request, in both eras; other notifications do nothing")
    mutating func cancellation() throws {
        guard case .run(let invocation) = conversation.receive(Array(call("echo", id: "7").utf8), by: engine, now: 0) else {
            Issue.record("not run")
            return
        }
        let id = try #require(invocation.requestID)
        for params in [#""requestId":7"#, #""requestId":7,"reason":"x""#, envelope26 + #","requestId":7"#] {
            let line = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{\#(params)}}"#
            #expect(conversation.receive(Array(line.utf8), by: engine, now: 0) == .cancel(id))
        }
        for params in [#""requestId":"7""#, #""requestId":8"#] {
            let line = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{\#(params)}}"#
            #expect(conversation.receive(Array(line.utf8), by: engine, now: 0) != .cancel(id))
        }
        for params in ["", #""requestId":null"#, #""requestId":{}"#] {
            let line = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{\#(params)}}"#
            #expect(try answer(line) == nil)
        }
        #expect(try answer(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) == nil)
        #expect(try answer(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}"#) == nil)
    }

    @Test("W95 W96 W97 W98 one initialize; before it revision 2025-03-26, after it the negotiated one")
    mutating func initializeOnce() throws {
        #expect(try answer(call("who")) == ["run": "who 2025-03-26"])
        #expect(try answer("[" + request("ping") + "]")?.count == 1, "W92 arrays before initialize")
        #expect(try answer(initialize("2025-06-18"))?["result"]?["protocolVersion"] == "2025-06-18")
        #expect(try code(initialize("2025-11-25")) == -32600)
        #expect(try answer(call("who")) == ["run": "who 2025-06-18"])
        #expect(try code("[" + request("ping") + "]") == -32600)
        #expect(try answer("[" + request("ping") + "]")?["id"] == .null)
        #expect(try answer(request("ping"))?["result"] == [:])
    }

    @Test("W95 a failing initialize leaves the connection as it was")
    mutating func failingInitialize() throws {
        #expect(try code(request("initialize")) == -32602)
        #expect(try answer(initialize("2024-11-05"))?["result"]?["protocolVersion"] == "2024-11-05")
        #expect(try answer("[" + request("ping") + "]")?.count == 1)
    }

    @Test("W99 a response goes to whoever waits for it, and is never answered")
    mutating func response() throws {
        #expect(try answer(#"{"jsonrpc":"2.0","id":1,"result":{}}"#) == "deliver")
        #expect(try answer(#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#) == "deliver")
    }

    @Test("S19 E7 what gets no answer in a batch is handed on all the same")
    mutating func asides() throws {
        guard case .run(let invocation) = conversation.receive(Array(call("echo", id: "7").utf8), by: engine, now: 0) else {
            Issue.record("not run")
            return
        }
        let response = #"{"jsonrpc":"2.0","id":"x","result":{}}"#
        let elements = [
            response, #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, request("ping"), "5",
        ]
        let line = "[" + elements.joined(separator: ",") + "]"
        guard case .batch(let steps, let asides) = conversation.receive(Array(line.utf8), by: engine, now: 0) else {
            Issue.record("no batch")
            return
        }
        #expect(steps.count == 2)
        #expect(asides == [.deliver(try JSONValue(parsing: response)), .cancel(try #require(invocation.requestID))])
    }

    @Test("I9 W95 W98 the session is what was negotiated, and the principal that of the pipe")
    mutating func session() throws {
        var conversation = StdioConversation<String>(principal: Principal(issuer: "local", subject: "me"))
        #expect(!conversation.isInitialized)
        #expect(conversation.session.revision == .v2025_03_26)
        _ = conversation.receive(Array(initialize("2025-06-18").utf8), by: engine, now: 0)
        #expect(conversation.isInitialized)
        #expect(conversation.session.revision == .v2025_06_18)
    }

    @Test("I7 nothing locks the era: an unknown modern version first, then initialize, then both")
    mutating func eras() throws {
        #expect(try code(request("server/discover", envelope26.replacing("2026-07-28", with: "2099-01-01"))) == -32022)
        #expect(try answer(initialize("2025-11-25"))?["result"]?["protocolVersion"] == "2025-11-25")
        #expect(try answer(call("who")) == ["run": "who 2025-11-25"])
        #expect(try answer(request("tools/call", envelope26 + #","name":"who""#)) == ["run": "who 2026-07-28"])
        #expect(try answer(call("who")) == ["run": "who 2025-11-25"])
    }

    @Test("I1 results hold no line breaks, wherever they come from")
    func oneLine() async throws {
        let schema = "{\n\"type\":\r\n\"object\"}"
        let tool = Tool<String>("t", title: "T", "T.", annotations: .reading, inputSchema: try JSONValue(parsing: schema)) { _, _ in
            .structured(Array("{\"a\":\n1,\r\n\"b\":\"\\n\"}".utf8))
        }
        var conversation = StdioConversation<String>()
        let engine = try TestServer(tools: [tool]).endpoint.engine
        guard case .answer(let list) = conversation.receive(Array(request("tools/list").utf8), by: engine, now: 0),
            case .run(let invocation) = conversation.receive(
                Array(request("tools/call", envelope26 + #","name":"t""#).utf8),
                by: engine,
                now: 0
            )
        else {
            Issue.record("not answered")
            return
        }
        #expect(!list.contains { $0 == 0x0A || $0 == 0x0D })
        let message = await engine.perform(invocation, caller: "me", correlationID: "c").message
        #expect(!message.contains { $0 == 0x0A || $0 == 0x0D })
        let result = try JSONValue(parsing: message)["result"]
        let structured = result?["structuredContent"].map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(structured == #"{"a": 1,  "b":"\n"}"#)
        #expect(result?["content"]?.elements.first { _ in true }?["text"]?.string == structured, "T7")
    }
}

import JSON
import MCP
import Testing

@Suite("Messages of the transport of 2024-11-05")
struct SSEConversationTests {
    private var conversation = SSEConversation<String>(principal: Principal(issuer: "i", subject: "me"))
    private let engine: ProtocolEngine<String>

    init() throws {
        engine = try TestServer().endpoint.engine
    }

    private mutating func receive(_ body: String) -> SSEConversation<String>.Receipt {
        conversation.receive(Array(body.utf8), trace: TraceContext(), by: engine, now: 0)
    }

    /// What goes over the stream at once, or a word for what is to be done.
    private mutating func outcome(_ body: String) throws -> JSONValue? {
        guard case .accepted(let action) = receive(body) else { return "refused" }
        switch action {
        case .answer(let bytes): return try JSONValue(parsing: bytes)
        case .run(let invocation): return try JSONValue(parsing: "\"\(invocation.target) \(invocation.revision)\"")
        case .batch(let steps, let asides): return try JSONValue(parsing: "[\(steps.count),\(asides.count)]")
        case .deliver: return "deliver"
        case .cancel: return "cancel"
        case .nothing: return nil
        }
    }

    @Test(
        "W78 W79 what can't be read, is no message, or has an envelope is 400",
        arguments: [
            ("{", -32700), ("\u{0}", -32700), (#"{"a":1,"a":2}"#, -32700), ("5", -32600), ("null", -32600), ("[]", -32600),
            (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600), (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
            (#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#, -32600), (request("tools/list", envelope26), -32600),
            (#"{"jsonrpc":"2.0","method":"notifications/x","params":{\#(envelope26)}}"#, -32600),
        ]
    )
    mutating func refused(body: String, code: Int) throws {
        guard case .refused(let reply) = receive(body) else {
            Issue.record("taken: \(body)")
            return
        }
        #expect(reply.status == 400)
        let error = try JSONValue(parsing: reply.bytes ?? [])
        #expect(error["error"]?["code"]?.integer == Int64(code))
        #expect(error["id"] == (body.contains(#""id":1,"#) ? 1 : .null), "B6")
    }

    @Test(
        "E6 W80 before initialize revision 2024-11-05, then what was negotiated, up to 2025-11-25",
        arguments: [
            ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"),
            ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25"),
        ]
    )
    mutating func revisions(asked: String, negotiated: String) throws {
        #expect(try outcome(call("who")) == "who 2024-11-05")
        #expect(conversation.session.clientCapabilities == [])
        #expect(!conversation.isInitialized)
        #expect(try outcome(request("initialize"))?["error"]?["code"] == -32602)
        #expect(!conversation.isInitialized, "a failing initialize leaves the stream as it was")
        #expect(try outcome(initialize(asked))?["result"]?["protocolVersion"]?.string == negotiated)
        #expect(conversation.isInitialized)
        #expect(conversation.session.revision.description == negotiated)
        #expect(try outcome(call("who"))?.string == "who \(negotiated)")
        #expect(try outcome(initialize(asked))?["error"]?["code"] == -32600, "only once")
        let isOld = negotiated < "2025-06-18"
        #expect(try outcome("[" + request("ping") + "]") == (isOld ? [1, 0] : "refused"), "B8 B9")
    }

    @Test("E7 arrays, responses and cancellations are taken; V11 what only the modern era has isn't known")
    mutating func others() throws {
        #expect(try outcome(#"{"jsonrpc":"2.0","id":1,"result":{}}"#) == "deliver")
        #expect(try outcome(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#) == "cancel")
        #expect(try outcome(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) == nil)
        #expect(try outcome("[" + request("ping") + #",{"jsonrpc":"2.0","id":1,"result":{}}]"#) == [1, 1])
        #expect(try outcome(request("ping"))?["result"] == [:])
        for method in ["server/discover", "subscriptions/listen", "nope"] {
            #expect(try outcome(request(method))?["error"]?["code"] == -32601, "\(method)")
        }
    }

    @Test("W71 W72 W73 W74 what a GET of /sse is")
    func opening() {
        func get(_ change: (inout HTTPMessage) -> Void = { _ in }) -> SSEOpening {
            var message = HTTPMessage(.get, now: 0)
            change(&message)
            return SSEOpening(message)
        }
        #expect(get() == .opened)
        #expect(get { $0.sessionID = ["ms1.x.y"] } == .streamableHTTP)
        #expect(get { $0.protocolVersion = ["2026-07-28"] } == .streamableHTTP)
        #expect(get { $0.protocolVersion = ["2099-01-01"] } == .streamableHTTP)
        #expect(get { $0.protocolVersion = [" 2025-11-25 "] } == .opened)
        for accept in ["text/event-stream", "*/*", "application/json, text/event-stream"] {
            #expect(get { $0.accept = [accept] } == .opened)
        }
        guard case .refused(let reply) = get({ $0.accept = ["application/json"] }) else {
            Issue.record("not refused")
            return
        }
        #expect(reply.status == 406)
    }

    @Test("E2 W75 a stream's name is 32 hex digits and its replica; anything else is garbled")
    func names() throws {
        let number = (0..<16).map { UInt8($0 * 16 + 15 - $0) }
        for replica in ["", "r-1_A"] {
            let id = SSEStreamID(number: number, replica: replica)
            #expect(SSEStreamID(id.description) == id)
            #expect(SSEStreamID(id.description)?.replica == (replica.isEmpty ? nil : replica))
        }
        #expect(SSEStreamID(number: number, replica: "a").description == "0f1e2d3c4b5a69788796a5b4c3d2e1f0.a")
        let digits = String(repeating: "a", count: 32)
        for text in ["", "x", digits.uppercased(), String(digits.dropLast()), digits + "a", digits + ".", digits + ".a.b", digits + ". "] {
            #expect(SSEStreamID(text) == nil, "\(text)")
        }
        #expect(SSEStreamID(digits + "." + String(repeating: "r", count: 65)) == nil)
    }
}

import JSON
import MCP
import Testing

@Suite("POST /mcp, legacy era")
struct LegacyTests {
    private let server: TestServer
    static let legacy = Revision.allCases.filter(\.isLegacy)

    init() throws {
        server = try TestServer()
    }

    @Test(
        "W33 W34 V2 initialize negotiates",
        arguments: [
            ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"),
            ("2026-07-28", "2025-11-25"), ("2099-01-01", "2025-11-25"), ("", "2025-11-25"), ("2025-06-18 ", "2025-11-25"),
        ]
    )
    func negotiation(asked: String, expected: String) async throws {
        for version in [[], ["2026-07-28"], ["2025-03-26"]] {
            let reply = try await server.send(.post(initialize(asked), version: version))
            #expect(reply.status == 200)
            #expect(reply.result?["protocolVersion"]?.string == expected, "KI11 whatever the header says")
            #expect(reply.result?["capabilities"] == ["tools": [:]])
            #expect(reply.result?["instructions"] == "Use the tools.")
            let id = try #require(reply.sessionID)
            #expect(id.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "S6")
        }
    }

    @Test("V1 each revision gets what it knows of the server")
    func serverInfo() async throws {
        let members = ["2024-11-05": 2, "2025-03-26": 2, "2025-06-18": 3, "2025-11-25": 6]
        for revision in Self.legacy {
            let info = try await server.send(.post(initialize(revision.description))).result?["serverInfo"]
            #expect(info?.count == members[revision.description])
        }
    }

    @Test(
        "V2 S17 a failing initialize mints no id",
        arguments: [
            request("initialize"), request("initialize", ""), request("initialize", #""protocolVersion":5"#),
            request("initialize", #""capabilities":{}"#),
        ]
    )
    func failingInitialize(body: String) async throws {
        let reply = try await server.send(.post(body))
        #expect(reply.status == 200)
        #expect(reply.code == -32602)
        #expect(reply.sessionID == nil)
    }

    @Test("W35 initialize in a live session is refused, W36 in a dead one is 404")
    func initializeTwice() async throws {
        let id = try await server.session(.v2025_11_25)
        let live = try await server.send(.post(initialize("2025-11-25"), session: [id]))
        #expect(live.status == 400)
        #expect(live.code == -32600)
        #expect(live.sessionID == nil)
        let dead = try await server.send(.post(initialize("2025-11-25"), session: ["ms1.x.y"]))
        #expect(dead.status == 404)
        #expect(dead.code == -32600)
    }

    @Test("W36 LS3 S8 S16 whatever is wrong with a session, the answer is the same")
    func deadSessions() async throws {
        let me = Principal(issuer: "https://a", subject: "me")
        let id = try await server.session(.v2025_11_25, principal: me)
        let life: Int64 = 604_800
        func send(_ id: [String], _ principal: Principal, _ now: Int64, ended: Set<SessionNumber> = []) async throws -> HTTPReply {
            try await server.send(
                .post(request("ping"), version: ["2025-11-25"], session: id, principal: principal, now: now),
                ended: ended
            )
        }
        #expect(try await send([id], me, TestServer.now).status == 200)
        #expect(try await send([" " + id + "\t"], me, TestServer.now).status == 200)
        #expect(try await send([id], me, TestServer.now + life + 59).status == 200, "LS3 grace")
        let number = SessionNumber(bytes: (0..<16).map { UInt8($0) })
        let dead = [
            try await send([id], me, TestServer.now + life + 60), try await send([id], .anonymous, TestServer.now),
            try await send([id], Principal(issuer: "https://a", subject: "you"), TestServer.now),
            try await send([id + "A"], me, TestServer.now),
            try await send(["garbage"], me, TestServer.now), try await send([""], me, TestServer.now),
            try await send([id], me, TestServer.now, ended: [number]),
        ]
        for reply in dead {
            #expect(reply.status == 404)
            #expect(reply == dead[0], "no hint which")
        }
        let twice = try await send([id, id], me, TestServer.now)
        #expect(twice.status == 400)
        #expect(twice.code == -32600)
    }

    @Test("W39 S14 V4 the session's revision and capabilities govern, not the header", arguments: legacy)
    func governs(revision: Revision) async throws {
        let id = try await server.session(revision, capabilities: #"{"sampling":{"tools":{}},"elicitation":{"url":{}}}"#)
        for version in [[], ["2024-11-05"], ["2025-11-25"], ["2025-03-26", "2025-06-18"]] {
            let reply = try await server.send(.post(call("who"), version: version, session: [id]))
            #expect(reply.text == "me \(revision) 76 client")
        }
    }

    @Test("W40 a modern header without an envelope is -32602 even with a session")
    func modernHeader() async throws {
        let id = try await server.session(.v2025_06_18)
        let reply = try await server.send(.post(request("tools/list"), version: ["2026-07-28"], session: [id]))
        #expect(reply.status == 400)
        #expect(reply.code == -32602)
    }

    @Test("ER4 a legacy client may send modern requests beside its session")
    func mixed() async throws {
        var message = HTTPMessage.modernCall("who")
        message.sessionID = [try await server.session(.v2025_06_18)]
        #expect(try await server.send(message).text == "me 2026-07-28 0 -")
    }

    @Test("W38 W41 S3 B7 notifications are 202 without a body")
    func notifications() async throws {
        let id = try await server.session(.v2025_06_18)
        for method in ["notifications/initialized", "notifications/cancelled", "x", "initialize", "tools/call"] {
            for session in [[], [id]] {
                #expect(try await server.send(.post(#"{"jsonrpc":"2.0","method":"\#(method)"}"#, session: session)) == .accepted)
            }
        }
        #expect(try await server.send(.post(#"{"jsonrpc":"2.0","method":"x"}"#, session: ["dead"])).status == 404)
    }

    @Test(
        "W38 W43 LS10 a response that nobody waits for is 400, never 404",
        arguments: [#""result":{}"#, #""error":{"code":-1,"message":"no"}"#]
    )
    func responses(part: String) async throws {
        let id = try await server.session(.v2025_06_18)
        for session in [[], [id]] {
            let reply = try await server.send(.post(#"{"jsonrpc":"2.0","id":7,\#(part)}"#, session: session))
            #expect(reply.status == 400)
            #expect(reply.code == -32600)
        }
        #expect(try await server.send(.post(#"{"jsonrpc":"2.0","id":7,\#(part)}"#, session: ["dead"])).status == 404)
    }

    @Test("W44 B18 ping gets an empty object, also without a session", arguments: legacy)
    func ping(revision: Revision) async throws {
        let id = try await server.session(revision)
        #expect(
            try await server.send(.post(request("ping"), session: [id])).body == .json(Array(#"{"jsonrpc":"2.0","id":1,"result":{}}"#.utf8))
        )
        #expect(try await server.send(.post(request("ping"), version: [revision.description])).result == [:])
    }

    static let errorCases: [(String, Int64)] = [
        (request("nope"), -32601), (request("Ping"), -32601), (request("resources/list"), -32601),
        (request("logging/setLevel", #""level":"info""#), -32601),
        (request("completion/complete"), -32601), (request("tasks/get"), -32601), (request("resources/subscribe"), -32601),
        (request("tools/call", #""name":"nope""#), -32602), (request("tools/call", #""name":5"#), -32602), (request("tools/call"), -32602),
        (request("tools/call", #""name":"echo","arguments":[]"#), -32602), (request("tools/list", #""cursor":"x""#), -32602),
        (#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}"#, -32602), (request("tools/list", #""_meta":5"#), -32602),
        (request("tools/list", #""_meta":{"progressToken":[]}"#), -32602), (call("refuses"), -32602), (call("breaks"), -32603),
    ]

    @Test("W44 H13 JSON-RPC errors of requests are 200", arguments: errorCases)
    func errors(body: String, code: Int64) async throws {
        for revision in Self.legacy {
            let reply = try await server.send(.post(body, session: [try await server.session(revision)]))
            #expect(reply.status == 200)
            #expect(reply.code == code)
        }
    }

    @Test("W37 H10 LS13 S7 without a session id requests are served all the same")
    func sessionless() async throws {
        #expect(try await server.send(.post(call("who"))).text == "me 2025-03-26 0 -")
        #expect(try await server.send(.post(call("who"), version: ["2025-11-25"])).text == "me 2025-11-25 0 -")
        #expect(try await server.send(.post(call("who"), version: ["2024-11-05"])).text == "me 2024-11-05 0 -")
        let reply = try await server.send(.post(call("echo", #"{"text":"x"}"#)))
        #expect(reply.sessionID == nil)
        #expect(reply.body == .json(Array(#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"x"}]}}"#.utf8)))
    }

    @Test("LS2 client capabilities are read down to their parts")
    func capabilities() async throws {
        let cases: [(String, UInt16)] = [
            ("{}", 0), (#"{"roots":{}}"#, 1), (#"{"roots":{"listChanged":true}}"#, 3), (#"{"roots":{"listChanged":1}}"#, 1),
            (#"{"sampling":{}}"#, 4),
            (#"{"sampling":{"tools":{},"context":{}}}"#, 28), (#"{"elicitation":{}}"#, 32), (#"{"elicitation":{"form":{}}}"#, 32),
            (#"{"elicitation":{"url":{}}}"#, 64), (#"{"elicitation":{"form":{},"url":{}}}"#, 96),
            (#"{"elicitation":null,"sampling":5,"roots":[]}"#, 0),
            (#"{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}}"#, 128),
            (#"{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html"]}},"experimental":{"x":1}}"#, 0), ("5", 0),
        ]
        for (text, bits) in cases {
            let id = try await server.session(.v2025_11_25, capabilities: text)
            #expect(try await server.send(.post(call("who"), session: [id])).text == "me 2025-11-25 \(bits) client", "\(text)")
        }
    }

    @Test("LS1 LS2 the sealed content is laid out as layout 1 says")
    func layout() async throws {
        let long = String(repeating: "ü", count: 40)
        let body = request(
            "initialize",
            #""protocolVersion":"2025-06-18","capabilities":{"roots":{"listChanged":true},"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}},"clientInfo":{"name":"\#(long)","version":"1"}"#
        )
        let reply = try await server.send(.post(body, principal: Principal(issuer: "i", subject: "s")))
        let id = try #require(reply.sessionID)
        let content = try #require(Base64.url.decode(id.dropFirst("ms1.clear.".count).utf8))
        #expect(content.count == 53 + 48)
        #expect(content[0..<4] == [1, 2, 0, 0b1000_0011])
        #expect(content[4..<20].elementsEqual(Array("i|s".utf8) + Array(repeating: 0, count: 13)))
        func seconds(_ range: Range<Int>) -> Int64 { content[range].reduce(0) { $0 << 8 | Int64($1) } }
        #expect(seconds(20..<28) == TestServer.now)
        #expect(seconds(28..<36) == TestServer.now + 604_800)
        #expect(Array(content[36..<52]) == (0..<16).map { UInt8($0) })
        #expect(content[52] == 48)
        #expect(String(decoding: content[53...], as: UTF8.self) == String(repeating: "ü", count: 24))
    }

    @Test("LS3 content of another layout, length or revision is no session")
    func foreignContent() async throws {
        let id = try await server.session(.v2025_06_18)
        let content = try #require(Base64.url.decode(id.dropFirst("ms1.clear.".count).utf8))
        var bad: [[UInt8]] = [[], Array(content.dropLast()), content + [0]]
        for (place, byte) in [(0, UInt8(2)), (0, 0), (1, 4), (1, 255), (4, 1), (52, 200), (53, 0xFF)] {
            var changed = content
            changed[place] = byte
            bad.append(changed)
        }
        for content in bad {
            let reply = try await server.send(.post(request("ping"), session: ["ms1.clear." + Base64.url.encode(content)]))
            #expect(reply.status == 404, "\(content)")
        }
    }

    @Test(
        "LS5 the life of a session is a setting within bounds",
        arguments: [(0, 3_600), (7_200, 7_200), (Int64.max, 2_592_000)] as [(Int64, Int64)]
    )
    func life(asked: Int64, expected: Int64) throws {
        let endpoint = HTTPEndpoint(server.endpoint.engine, sealer: ClearSealer(), sessionLife: asked)
        guard case .answer(let reply) = endpoint.receive(.post(initialize("2025-11-25"))).action, let id = reply.sessionID else {
            Issue.record("no session")
            return
        }
        let session = endpoint.receive(HTTPMessage(.get, now: TestServer.now, sessionID: [id])).session
        #expect(session?.expires == TestServer.now + expected)
        #expect(session?.number.description == "00010203")
    }
}

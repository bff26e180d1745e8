import JSON
import MCP
import Synchronization
import Testing

@Suite("Asking by requests, in sessions")
struct LegacyAskingTests {
    private let server: AskingServer

    init() throws {
        server = try AskingServer()
    }

    private static let hi = #""result":{"role":"assistant","content":{"type":"text","text":"Hi"},"model":"m"}"#

    @Test("M11 the same handler asks by a request of ours", arguments: [Revision.v2025_06_18, .v2025_11_25])
    func form(revision: Revision) async throws {
        let client = ScriptedClient { _ in #""result":{"action":"accept","content":{"name":"Ada","more":1}}"# }
        let reply = try await server.legacy("name", "{}", revision, client: client)
        #expect(reply.text == "Hello, Ada!")
        let request = try #require(client.requests.first)
        #expect(request["method"] == "elicitation/create")
        #expect(request["params"]?.members.map(\.key) == ["message", "requestedSchema"], "EL3 no mode for forms")
    }

    @Test("EL4 accept, decline, cancel and a broken client are four different outcomes")
    func outcomes() async throws {
        let cases = [
            (#""result":{"action":"accept","content":{"ok":true}}"#, "state-ok", false),
            (#""result":{"action":"decline"}"#, "declined", false),
            (#""result":{"action":"cancel"}"#, "cancelled", false),
            (#""error":{"code":-1,"message":"no"}"#, "The client refused: no", true),
        ]
        for (response, text, isError) in cases {
            let reply = try await server.legacy("confirm", client: ScriptedClient { _ in response })
            #expect(reply.text == text)
            #expect(reply.isToolError == isError)
        }
    }

    @Test(
        "X9 EL4 a client that fails a question is isError",
        arguments: [
            ("name", #""error":{"code":-1,"message":"User rejected sampling request"}"#, "refused"), ("name", #""error":{}"#, "refused"),
            ("name", #""error":5"#, "refused"), ("name", #""result":5"#, "does not fit"), ("name", #""result":null"#, "does not fit"),
            ("name", #""result":{}"#, "does not fit"), ("name", #""result":{"action":"yes"}"#, "does not fit"),
            ("name", #""result":{"action":"accept"}"#, "name is missing"),
            ("name", #""result":{"action":"accept","content":{"name":5}}"#, "name must be a text"), ("name", #""other":1"#, "neither"),
            ("sample", #""error":{"code":-1,"message":"no"}"#, "refused"), ("sample", #""result":{"model":"m"}"#, "content is missing"),
            ("roots", #""error":{"code":-32601,"message":"not found"}"#, "refused"), ("roots", #""result":{"roots":5}"#, "array"),
            ("visit", #""result":{"action":"go"}"#, "action"),
        ]
    )
    func failures(tool: String, response: String, words: String) async throws {
        let reply = try await server.legacy(tool, client: ScriptedClient { _ in response })
        #expect(reply.status == 200)
        #expect(reply.isToolError)
        #expect(reply.text?.contains(words) == true, "\(reply.text ?? "-")")
    }

    @Test("X9 LS10 a client that doesn't answer is isError; a call that was cancelled is no fault of ours")
    func noAnswer() async throws {
        let silent = try await server.legacy("roots", client: ScriptedClient { _ in throw NoAnswer() })
        #expect(silent.isToolError && silent.text == "The client gave no answer in time")
        let gone = try await server.legacy("roots", client: ScriptedClient { _ in throw CancellationError() })
        #expect(gone.code == -32603)
    }

    @Test(
        "S18 B12 what the session doesn't declare, or its revision doesn't have, is isError and never sent",
        arguments: [
            ("name", Revision.v2025_11_25, "{}", "elicitation"), ("name", .v2025_11_25, #"{"elicitation":{"url":{}}}"#, "elicitation"),
            ("name", .v2025_03_26, AskingServer.all, "elicitation"), ("name", .v2024_11_05, AskingServer.all, "elicitation"),
            ("visit", .v2025_11_25, #"{"elicitation":{}}"#, "elicitation.url"),
            ("visit", .v2025_06_18, AskingServer.all, "elicitation.url"),
            ("sample", .v2025_03_26, #"{"roots":{}}"#, "sampling"), ("needs", .v2025_11_25, "{}", "sampling"),
            ("sample_tools", .v2025_11_25, #"{"sampling":{}}"#, "sampling.tools"),
            ("sample_tools", .v2025_06_18, AskingServer.all, "sampling.tools"), ("roots", .v2024_11_05, "{}", "roots"),
            ("three", .v2025_11_25, #"{"sampling":{}}"#, "roots, elicitation"),
        ]
    )
    func capabilities(tool: String, revision: Revision, declared: String, name: String) async throws {
        let client = ScriptedClient { _ in Self.hi }
        let reply = try await server.legacy(tool, "{}", revision, capabilities: declared, client: client)
        #expect(reply.isToolError)
        #expect(reply.text == "The client cannot do this: \(name)")
        #expect(client.requests.isEmpty)
    }

    @Test("S18 a request whose answer can't be a stream asks nothing")
    func unreachable() async throws {
        let reply = try await server.legacy("roots", client: ScriptedClient(canAsk: false) { _ in Self.hi })
        #expect(reply.isToolError && reply.text?.contains("cannot be asked here") == true)
        #expect(
            try await server.legacy("declared", client: ScriptedClient(canAsk: false) { _ in Self.hi }).text == "No capability declared"
        )
    }

    @Test("LS13 without a session the text says that this client must initialize first")
    func noSession() async throws {
        for version in [[], ["2025-11-25"]] as [[String]] {
            let reply = try await server.server.send(.post(call("sample"), version: version))
            #expect(reply.status == 200 && reply.isToolError)
            #expect(reply.text == "The client cannot do this: sampling; it must initialize first")
        }
    }

    @Test("W97 LS13 on stdio before initialize as well")
    func stdio() async throws {
        var conversation = StdioConversation<String>()
        for isInitialized in [false, true] {
            if isInitialized { _ = conversation.receive(Array(initialize("2025-11-25").utf8), by: server.server.endpoint.engine, now: 0) }
            guard case .run(let invocation) = conversation.receive(Array(call("roots").utf8), by: server.server.endpoint.engine, now: 0)
            else {
                Issue.record("not run")
                return
            }
            let answer = try JSONValue(parsing: await server.server.perform(invocation).message)
            let text = answer["result"]?["content"]?.elements.first { _ in true }?["text"]?.string
            #expect(text?.contains("must initialize first") == !isInitialized)
        }
    }

    @Test("W99 M12 modern calls on stdio go round by round")
    func modernStdio() async throws {
        var conversation = StdioConversation<String>()
        func send(_ rest: String) async throws -> JSONValue {
            let meta = envelope26.replacing("clientCapabilities\":{}", with: "clientCapabilities\":{\"elicitation\":{}}")
            let line = request("tools/call", meta + #","name":"confirm""# + rest)
            guard case .run(let invocation) = conversation.receive(Array(line.utf8), by: server.server.endpoint.engine, now: 0) else {
                return JSONValue.null
            }
            let performed = await server.server.perform(invocation)
            #expect(!performed.message.contains(0x0A))
            return try JSONValue(parsing: performed.message)
        }
        let state = try #require(try await send("")["result"]?["requestState"]?.string)
        let answer = try await send(#","requestState":"\#(state)","inputResponses":{"confirm":{"action":"decline"}}"#)
        #expect(answer["result"]?["content"]?.elements.map { $0["text"] } == ["declined"])
    }

    @Test("EL8 a page to open has a unique elicitationId in 2025-11-25")
    func url() async throws {
        let client = ScriptedClient { _ in #""result":{"action":"accept"}"# }
        #expect(try await server.legacy("visit", client: client).text == "accept")
        #expect(try await server.legacy("visit", client: client).text == "accept")
        let ids = client.requests.compactMap { $0["params"]?["elicitationId"]?.string }
        #expect(Set(ids).count == 2)
        #expect(client.requests.allSatisfy { $0["params"]?["mode"] == "url" })
    }

    @Test("M11 several questions go out at once")
    func concurrent() async throws {
        let client = MeetingClient(count: 3)
        var meeting = server.server
        meeting.transport = client
        let session = try await meeting.session(.v2025_11_25, capabilities: AskingServer.all)
        let reply = try await meeting.send(.post(call("three"), session: [session]))
        #expect(reply.text == "Hi, Ada! Roots: file:///a")
    }

    @Test("M11 what was remembered stays within the call, and rounds are plain code")
    func rounds() async throws {
        let client = ScriptedClient { request in
            switch request["params"]?["message"]?.string {
            case "One?": #""result":{"action":"accept","content":{"a":"A"}}"#
            case "Two, A?": #""result":{"action":"accept","content":{"b":2}}"#
            case "Who?": #""result":{"action":"accept","content":{"name":"Ada"}}"#
            default: #""result":{"action":"accept","content":{"c":true}}"#
            }
        }
        #expect(try await server.legacy("rounds", client: client).text == "A 2 true")
        #expect(try await server.legacy("remembers", client: client).text?.hasSuffix(" 1 Ada") == true)
    }

    @Test("SR1 sampling in each revision", arguments: [Revision.v2024_11_05, .v2025_03_26, .v2025_06_18, .v2025_11_25])
    func sampling(revision: Revision) async throws {
        let client = ScriptedClient { _ in Self.hi }
        #expect(try await server.legacy("sample", "{}", revision, client: client).text == "Hi m - 1")
        #expect(try await server.legacy("sample_all", "{}", revision, client: client).text == "Hi")
        let params = try #require(client.requests.last?["params"])
        #expect(params["messages"]?.count == (revision == .v2025_11_25 ? 3 : 4), "several blocks in one message came with 2025-11-25")
        #expect(params["modelPreferences"] == ["hints": [["name": "small"]], "costPriority": 1, "speedPriority": 0.5])
        #expect(params["temperature"] == 0.5 && params["systemPrompt"] == "Be short." && params["stopSequences"] == ["."])
    }

    @Test("SR1 sampling with tools where sampling.tools is declared")
    func samplingWithTools() async throws {
        let use =
            #""result":{"role":"assistant","content":{"type":"tool_use","id":"1","name":"weather","input":{"city":"Rome"}},"model":"m"}"#
        #expect(try await server.legacy("sample_tools", client: ScriptedClient { _ in use }).text == "1 weather Rome")
    }

    @Test("SR1 roots in each revision", arguments: [Revision.v2024_11_05, .v2025_03_26, .v2025_06_18, .v2025_11_25])
    func roots(revision: Revision) async throws {
        let client = ScriptedClient { _ in #""result":{"roots":[{"uri":"file:///a","name":"A"},{"uri":"file:///b"}]}"# }
        #expect(try await server.legacy("roots", "{}", revision, client: client).text == "file:///a A, file:///b -")
    }

    @Test("X9 prompts and resources have no result to say it in")
    func others() async throws {
        var silent = server.server
        silent.transport = ScriptedClient { _ in throw NoAnswer() }
        let session = try await silent.session(.v2025_11_25, capabilities: AskingServer.all)
        let prompt = try await silent.send(.post(request("prompts/get", #""name":"context""#), session: [session]))
        #expect(prompt.status == 200 && prompt.code == -32600)
        let resource = try await silent.send(.post(request("resources/read", #""uri":"test://ask""#), session: [session]))
        #expect(resource.status == 200 && resource.code == -32600)
    }

    @Test("M12 a legacy request's inputResponses and requestState mean nothing")
    func strangers() async throws {
        let client = ScriptedClient { _ in #""result":{"action":"decline"}"# }
        var asking = server.server
        asking.transport = client
        let session = try await asking.session(.v2025_11_25, capabilities: AskingServer.all)
        let params = #""name":"name","inputResponses":null,"requestState":5"#
        #expect(try await asking.send(.post(request("tools/call", params), session: [session])).text == "decline")
    }
}

/// Answers no question before all are asked.
private final class MeetingClient: RequestTransport {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let count: Int

    init(count: Int) {
        self.count = count
    }

    var canAsk: Bool { true }
    var logLevel: LogLevel { .info }
    func send(_ message: [UInt8], _ kind: RequestEmission) {}
    func reconnect(afterMilliseconds milliseconds: Int) -> Bool { false }
    func remember(_ wish: SessionWish) {}

    func ask(_ question: OutgoingRequest) async throws -> JSONValue {
        await withCheckedContinuation { continuation in
            let all = waiting.withLock { waiting in
                waiting.append(continuation)
                return waiting.count == count ? waiting : []
            }
            for continuation in all { continuation.resume() }
        }
        return switch question.method {
        case "roots/list": ["result": ["roots": [["uri": "file:///a"]]]]
        case "elicitation/create": ["result": ["action": "accept", "content": ["name": "Ada"]]]
        default: ["result": ["role": "assistant", "model": "m", "content": ["type": "text", "text": "Hi"]]]
        }
    }
}

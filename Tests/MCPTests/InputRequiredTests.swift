import JSON
import MCP
import Testing

@Suite("Asking by input_required, 2026-07-28")
struct InputRequiredTests {
    private let server: AskingServer

    init() throws {
        server = try AskingServer()
    }

    private static let accepted = #"{"user_name":{"action":"accept","content":{"name":"Ada"}}}"#

    @Test("M1 M2 M3 M15 an open question is asked without a state, and answered by the retry")
    func open() async throws {
        let first = try await server.send("name")
        #expect(first.status == 200)
        #expect(first.result?["resultType"] == "input_required")
        #expect(first.asked == ["user_name"])
        #expect(first.state == nil)
        let expected: JSONValue = [
            "method": "elicitation/create",
            "params": [
                "message": "What is your name?",
                "requestedSchema": [
                    "type": "object", "properties": ["name": ["type": "string", "description": "Yours."]], "required": ["name"],
                ],
            ],
        ]
        #expect(first.result?["inputRequests"]?["user_name"] == expected, "EL3 no mode for forms")
        #expect(first.result?["_meta"]?["io.modelcontextprotocol/serverInfo"] != nil, "B13")
        let second = try await server.send("name", responses: Self.accepted)
        #expect(second.text == "Hello, Ada!")
        #expect(second.result?["resultType"] == "complete")
    }

    @Test("M12 an open question takes an answer that came without a first round")
    func unasked() async throws {
        #expect(try await server.send("name", responses: Self.accepted).text == "Hello, Ada!")
        #expect(try await server.send("name", responses: Self.accepted, capabilities: "{}").text == "Hello, Ada!")
    }

    @Test("EL4 accept, decline and cancel are different outcomes", arguments: ["decline", "cancel"])
    func outcomes(action: String) async throws {
        let reply = try await server.send("name", responses: #"{"user_name":{"action":"\#(action)"}}"#)
        #expect(reply.text == (action == "decline" ? "decline" : "cancel"))
        #expect(!reply.isToolError)
    }

    @Test(
        "M8 what is missing is asked again, what is beyond is ignored",
        arguments: [
            "{}", #"{"wrong":{"action":"accept"}}"#, #"{"user_name":{"action":"accept"}}"#,
            #"{"user_name":{"action":"accept","content":{}}}"#, #"{"user_name":{"action":"accept","content":{"other":"Ada"}}}"#,
            #"{"USER_NAME":5}"#,
        ]
    )
    func again(responses: String) async throws {
        let reply = try await server.send("name", responses: responses)
        #expect(reply.asked == ["user_name"])
        #expect(reply.state == nil)
    }

    @Test(
        "M8 W28 what is malformed is -32602",
        arguments: [
            "null", "5", "[]", #""x""#, #"{"user_name":5}"#, #"{"user_name":null}"#, #"{"user_name":[]}"#, #"{"user_name":{}}"#,
            #"{"user_name":{"action":"agree"}}"#, #"{"user_name":{"action":1}}"#, #"{"user_name":{"action":"accept","content":[]}}"#,
            #"{"user_name":{"action":"accept","content":null}}"#, #"{"user_name":{"action":"accept","content":{"name":5}}}"#,
            #"{"user_name":{"action":"accept","content":{"name":null}}}"#,
        ]
    )
    func malformed(responses: String) async throws {
        let reply = try await server.send("name", responses: responses)
        #expect(reply.status == 400)
        #expect(reply.code == -32602)
    }

    @Test("M8 members beyond the schema and extra keys are ignored")
    func extra() async throws {
        let responses = #"{"x":1,"user_name":{"action":"accept","content":{"name":"Ada","more":{}},"more":1}}"#
        #expect(try await server.send("name", responses: responses).text == "Hello, Ada!")
    }

    @Test(
        "M4 W26 B12 what the request doesn't declare is -32021, shaped like capabilities",
        arguments: [
            ("name", "{}", #"{"elicitation":{"form":{}}}"#), ("name", #"{"elicitation":{"url":{}}}"#, #"{"elicitation":{"form":{}}}"#),
            ("visit", #"{"elicitation":{}}"#, #"{"elicitation":{"url":{}}}"#), ("visit", "{}", #"{"elicitation":{"url":{}}}"#),
            ("sample", #"{"roots":{}}"#, #"{"sampling":{}}"#), ("roots", "{}", #"{"roots":{}}"#),
            ("sample_tools", #"{"sampling":{}}"#, #"{"sampling":{"tools":{}}}"#),
            ("sample_tools", #"{"sampling":{"context":{}}}"#, #"{"sampling":{"tools":{}}}"#),
            ("three", #"{"sampling":{}}"#, #"{"roots":{},"elicitation":{"form":{}}}"#), ("needs", "{}", #"{"sampling":{}}"#),
        ]
    )
    func capabilities(tool: String, declared: String, required: String) async throws {
        let reply = try await server.send(tool, capabilities: declared)
        #expect(reply.status == 400)
        #expect(reply.code == -32021)
        #expect(try reply.message?["error"]?["data"]?["requiredCapabilities"] == JSONValue(parsing: required))
    }

    @Test("M4 elicitation {} means forms, and what is declared is asked for")
    func declared() async throws {
        #expect(try await server.send("name", capabilities: #"{"elicitation":{}}"#).asked == ["user_name"])
        #expect(try await server.send("needs", capabilities: #"{"sampling":{}}"#).text == "The client can sample")
        #expect(try await server.send("declared", capabilities: "{}").text == "No capability declared")
        #expect(try await server.send("declared", capabilities: #"{"roots":{},"elicitation":{"url":{}}}"#).asked == ["client_roots"])
        let both = try await server.send("declared", capabilities: #"{"sampling":{},"elicitation":{}}"#)
        #expect(both.asked == ["user_name", "greeting"])
        let responses =
            #"{"user_name":{"action":"cancel"},"greeting":{"role":"assistant","content":{"type":"text","text":"Hi"},"model":"m"}}"#
        let answered = try await server.send("declared", responses: responses, capabilities: #"{"sampling":{},"elicitation":{}}"#)
        #expect(answered.text == "Asked: greeting, user_name")
    }

    @Test("M15 one of several open answers is kept in a state; the rest is asked again")
    func partial() async throws {
        let first = try await server.send("open_rounds")
        #expect(first.asked == ["step1"] && first.state == nil)
        let second = try await server.send("open_rounds", responses: #"{"step1":{"action":"accept","content":{"a":"A"}}}"#)
        #expect(second.asked == ["step2"])
        let third = try await server.send(
            "open_rounds",
            responses: #"{"step2":{"action":"accept","content":{"b":"B"}}}"#,
            state: second.state
        )
        #expect(third.text == "A B")
    }

    @Test("M1 P4 prompts and resources ask as well")
    func others() async throws {
        #expect(try await server.send(method: "prompts/get", "context").asked == ["user_context"])
        let answer = #"{"user_context":{"action":"accept","content":{"context":"here"}}}"#
        let prompt = try await server.send(method: "prompts/get", "context", responses: answer)
        #expect(prompt.result?["messages"]?.elements.map { $0["content"]?["text"] } == ["Use this context: here"])
        let bare = try await server.send(method: "prompts/get", "context", capabilities: "{}")
        #expect(bare.status == 400 && bare.code == -32021)
    }

    @Test("K4 a read that came of an answer is private and kept for no time")
    func caching() async throws {
        #expect(try await server.send(method: "resources/read", "test://ask").asked == ["who"])
        let reply = try await server.send(
            method: "resources/read",
            "test://ask",
            responses: #"{"who":{"action":"accept","content":{"name":"me"}}}"#
        )
        #expect(reply.result?["ttlMs"] == 0 && reply.result?["cacheScope"] == "private")
        #expect(reply.result?["contents"]?.elements.map { $0["text"] } == ["me"])
    }

    @Test("M1 what may not ask fails as our fault, and ignores what only others may bring")
    func elsewhere() async throws {
        let params =
            #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
            + #""io.modelcontextprotocol/clientCapabilities":{"roots":{}}},"inputResponses":null,"requestState":5"#
        let complete = params + #","ref":{"type":"ref/prompt","name":"context"},"argument":{"name":"topic","value":""}"#
        let reply = try await server.server.send(
            .post(request("completion/complete", complete), version: ["2026-07-28"], method: ["completion/complete"])
        )
        #expect(reply.status == 200 && reply.code == -32603)
        let list = try await server.server.send(.post(request("tools/list", params), version: ["2026-07-28"], method: ["tools/list"]))
        #expect(list.result?["tools"] != nil)
    }

    @Test("M11 a handler that doesn't let its question pass is our fault", arguments: ["swallows", "rewraps"])
    func swallowed(tool: String) async throws {
        let reply = try await server.send(tool)
        #expect(reply.status == 200 && reply.code == -32603)
        let meta =
            #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
            + #""io.modelcontextprotocol/clientCapabilities":{"roots":{}}},"name":"\#(tool)""#
        let message = HTTPMessage.post(request("tools/call", meta), version: ["2026-07-28"], method: ["tools/call"], name: [tool])
        guard case .run(let invocation) = server.server.endpoint.receive(message).action else { throw TestServer.Broken() }
        let fault = await server.server.perform(invocation).fault
        #expect(fault.map { "\($0)" }?.contains("question r was asked") == true)
        #expect(try await server.send(tool, responses: #"{"r":{"roots":[]}}"#).text == "[]")
    }

    @Test("M1 only tools, prompts and readings can ask in 2026-07-28")
    func canAsk() async throws {
        @Sendable func says(_ context: RequestContext<String>) -> String { context.canAsk(.roots("r")) ? "yes" : "no" }
        let prompt = Prompt<String>(
            "p",
            title: "P",
            "Is asked.",
            .optionalString("a", completing: Completer { context, _ in Completions([says(context)]) })
        ) { context, _ in [.user(says(context))] }
        let server = TestServer(try ServerDefinition(info: CatalogueServer.info, prompts: [prompt]))
        func send(_ method: String, _ params: String, _ name: [String]) async throws -> JSONValue? {
            let meta =
                #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
                + #""io.modelcontextprotocol/clientCapabilities":{"roots":{}}},"#
            return try await server.send(.post(request(method, meta + params), version: ["2026-07-28"], method: [method], name: name))
                .result
        }
        let completions = try await send(
            "completion/complete",
            #""ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":""}"#,
            []
        )
        #expect(completions?["completion"]?["values"] == ["no"])
        let messages = try await send("prompts/get", #""name":"p""#, ["p"])?["messages"]
        #expect(messages?.elements.map { $0["content"]?["text"] } == ["yes"])
    }

    @Test(
        "EL3 EL5 SR1 M3 what nobody can be asked is our fault",
        arguments: ["bad_schema", "bad_twice", "bad_required", "bad_keys", "bad_url", "bad_messages"]
    )
    func faults(tool: String) async throws {
        #expect(try await server.send(tool).code == -32603)
    }

    @Test("SR1 sampling with tools and without")
    func sampling() async throws {
        #expect(try await server.send("sample").asked == ["s"])
        let text = #"{"role":"assistant","content":{"type":"text","text":"Paris"},"model":"m","stopReason":"endTurn"}"#
        #expect(try await server.send("sample", responses: #"{"s":\#(text)}"#).text == "Paris m endTurn 1")
        #expect(try await server.send("sample_all").asked == ["s"])
        let asked = try await server.send("sample_tools")
        #expect(asked.result?["inputRequests"]?["s"]?["params"]?["tools"]?.count == 1)
        let use = #"[{"type":"text","text":"x"},{"type":"tool_use","id":"7","name":"weather","input":{"city":"Rome"}}]"#
        let reply = try await server.send("sample_tools", responses: #"{"s":{"role":"assistant","content":\#(use),"model":"m"}}"#)
        #expect(reply.text == "7 weather Rome")
    }

    @Test(
        "M8 samples and roots of the wrong shape are -32602, without content asked again",
        arguments: [
            ("sample", #"{"role":"assistant","content":{"type":"video"},"model":"m"}"#, true),
            ("sample", #"{"role":"assistant","content":[5],"model":"m"}"#, true),
            ("sample", #"{"role":"assistant","content":{"type":"text","text":"x"},"model":5}"#, true),
            ("sample", #"{"role":"me","content":{"type":"text","text":"x"},"model":"m"}"#, true),
            ("sample", #"{"role":"assistant","content":{"type":"image","data":"?","mimeType":"image/png"},"model":"m"}"#, true),
            ("sample", "7", true), ("sample", #"{"role":"assistant","model":"m"}"#, false), ("roots", "[]", true),
            ("roots", #"{"roots":{}}"#, true), ("roots", #"{"roots":[{"name":"x"}]}"#, true), ("roots", "{}", false),
            ("roots", #"{"roots":[{"uri":"file:///a","name":5}]}"#, true),
        ]
    )
    func strangeAnswers(tool: String, response: String, isMalformed: Bool) async throws {
        let reply = try await server.send(tool, responses: #"{"\#(tool.prefix(1))":\#(response)}"#)
        #expect(reply.code == (isMalformed ? -32602 : nil))
        #expect(reply.asked.isEmpty == isMalformed)
    }

    @Test("EL8 a page to open has no elicitationId in 2026-07-28; that it is opened is all that is told")
    func url() async throws {
        let first = try await server.send("visit")
        let expected: JSONValue = ["mode": "url", "message": "Please visit", "url": "https://example.com/visit"]
        #expect(first.result?["inputRequests"]?["visit"]?["params"] == expected)
        #expect(try await server.send("visit", responses: #"{"visit":{"action":"accept"}}"#).text == "accept")
    }

    @Test("M11 a context without a client asks nobody")
    func alone() async throws {
        let context = RequestContext(caller: "me", clientCapabilities: .roots)
        #expect(!context.canAsk(.roots("r")))
        await #expect(throws: AskError.unreachable) { _ = try await context.ask(.roots("r")) }
        #expect(try await context.remember("a") { "b" } == "b")
    }
}

import JSON
import MCP
import Testing

/// A server with a tool for each kind of result, driven by values; every answer is checked against the official schemas (J6).
struct TestServer: Sendable {
    let endpoint: HTTPEndpoint<String>
    /// Carries what is said before an answer.
    var transport: any RequestTransport = SilentTransport()
    static let now: Int64 = 1_800_000_000

    init(tools: [Tool<String>] = TestServer.tools) throws {
        let definition = try ServerDefinition(
            info: Implementation(
                name: "test",
                title: "Test",
                version: "1.0",
                description: "A server under test.",
                websiteURL: "https://example.com",
                icons: [Icon(source: "data:image/svg+xml;base64,AA==", mimeType: "image/svg+xml", sizes: ["any"], theme: .dark)]
            ),
            instructions: "Use the tools.",
            tools: tools,
            checksResults: true
        )
        self.init(definition)
    }

    init(_ definition: ServerDefinition<String>, sealer: any Sealer = ClearSealer(), resource: String = "") {
        endpoint = HTTPEndpoint(ProtocolEngine(definition, resource: resource), sealer: sealer)
    }

    static let tools: [Tool<String>] = [
        Tool("echo", title: "Echo", "Says what it was told.", annotations: .reading, .string("text", "What to say.")) { _, text in
            .text(text)
        },
        Tool(
            "structured",
            title: "Structured",
            "Gives an object.",
            annotations: .reading,
            output: ["type": "object", "properties": ["n": ["type": "integer"]]],
            .integer("n", "A number.", in: 0...9, default: 3)
        ) { _, n in .structured(Array("{\"n\":\(n),\n\"é\":\"\\u00e9\"}".utf8)) },
        Tool("list", title: "List", "Gives an array.", annotations: .reading, output: ["type": "array"]) { _ in
            .structured(Array("[1,2]".utf8))
        },
        Tool("blocks", title: "Blocks", "Gives blocks of each kind.", annotations: .reading) { _ in
            .content([
                .text("one"), .image([1, 2, 3, 4], mimeType: "image/png"), .audio(Array(repeating: 0, count: 1234), mimeType: "audio/wav"),
                .resourceLink(ResourceLink(uri: "test://a", name: "a", title: "A", description: "An a.", mimeType: "text/plain")),
                .resource(EmbeddedResource(uri: "test://b", mimeType: "text/plain", .text("b"))),
                .resource(EmbeddedResource(uri: "test://c", .blob([255]))),
            ])
        },
        Tool("fails", title: "Fails", "Fails.", annotations: .reading) { _ in throw ToolFailure("it failed") },
        Tool("refuses", title: "Refuses", "Refuses.", annotations: .reading) { _ in throw MCPError.invalidParameters("not so") },
        Tool("breaks", title: "Breaks", "Breaks.", annotations: .reading) { _ in throw Broken() },
        Tool("who", title: "Who", "Says who calls.", annotations: .reading) { context in
            .text("\(context.caller) \(context.revision) \(context.clientCapabilities.rawValue) \(context.client?.name ?? "-")")
        },
        Tool("trace", title: "Trace", "Says its trace.", annotations: .reading) { context in
            .text([context.trace.traceparent, context.trace.tracestate, context.trace.baggage].map { $0 ?? "-" }.joined(separator: " "))
        },
        Tool("free", title: "Free", "Takes anything.", annotations: .reading, inputSchema: ["type": "object"]) { _, arguments in
            .text(String(decoding: arguments.bytes, as: UTF8.self))
        },
    ]

    struct Broken: Error {}

    /// Sends a message and follows the decision as a transport does.
    @discardableResult
    func send(_ message: HTTPMessage, ended: Set<SessionNumber> = [], checked: Bool = true) async throws -> HTTPReply {
        let reply = await answer(message, ended: ended)
        if checked { try check(reply, to: message) }
        return reply
    }

    private func answer(_ message: HTTPMessage, ended: Set<SessionNumber>) async -> HTTPReply {
        let decision = endpoint.receive(message)
        if let session = decision.session, ended.contains(session.number) { return decision.ifEnded }
        switch decision.action {
        case .answer(let reply): return reply
        case .run(let invocation): return endpoint.reply(await perform(invocation), to: invocation)
        case .batch(let steps, _, let form):
            var messages: [[UInt8]] = []
            for step in steps {
                switch step {
                case .answer(let message): messages.append(message)
                case .run(let invocation): messages.append(await perform(invocation).message)
                }
            }
            return endpoint.reply(toBatch: messages, form: form)
        case .end: return .ended(isRemembered: true)
        case .deliver: return .unexpectedResponse
        // A transport's business: what it would do stands in the decision.
        case .cancel, .listen, .stream: return .accepted
        }
    }

    func perform(_ invocation: Invocation) async -> Performed {
        await endpoint.engine.perform(invocation, caller: "me", correlationID: "c-1", transport: transport)
    }

    /// Opens a session and gives its id.
    func session(_ revision: Revision, capabilities: String = "{}", principal: Principal = .anonymous) async throws -> String {
        let reply = try await send(.post(initialize(revision.description, capabilities: capabilities), principal: principal))
        return try #require(reply.sessionID)
    }
}

/// A sealer that hides nothing: deterministic, and open to a look at the content.
struct ClearSealer: Sealer {
    func seal(_ purpose: SealPurpose, for principal: Principal, _ content: ([UInt8]) -> [UInt8]) throws -> String {
        "\(purpose.rawValue).clear." + Base64.url.encode(content(tag(principal)))
    }

    func open(_ text: String, as purpose: SealPurpose, for principal: Principal) -> OpenedSeal? {
        let prefix = "\(purpose.rawValue).clear."
        guard text.hasPrefix(prefix), let content = Base64.url.decode(text.dropFirst(prefix.count).utf8) else { return nil }
        return OpenedSeal(content: content, principalTag: tag(principal))
    }

    func digest(_ bytes: [UInt8]) -> [UInt8] { bytes }

    func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

    private func tag(_ principal: Principal) -> [UInt8] {
        Array((Array("\(principal.issuer)|\(principal.subject)".utf8) + Array(repeating: 0, count: 16)).prefix(16))
    }
}

// MARK: Messages

let envelope26 = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#

func request(_ method: String, _ params: String? = nil, id: String = "1") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)""# + (params.map { #","params":{\#($0)}"# } ?? "") + "}"
}

func initialize(_ version: String, capabilities: String = "{}") -> String {
    request("initialize", #""protocolVersion":"\#(version)","capabilities":\#(capabilities),"clientInfo":{"name":"client","version":"2"}"#)
}

extension HTTPMessage {
    static func post(
        _ body: String,
        version: [String] = [],
        method: [String] = [],
        name: [String] = [],
        session: [String] = [],
        accept: [String] = [],
        principal: Principal = .anonymous,
        now: Int64 = TestServer.now
    ) -> HTTPMessage {
        HTTPMessage(
            .post,
            body: Array(body.utf8),
            principal: principal,
            now: now,
            protocolVersion: version,
            mcpMethod: method,
            mcpName: name,
            sessionID: session,
            accept: accept
        )
    }

    /// A modern request with all the headers it needs.
    static func modern(_ method: String, _ params: String = "", name: String? = nil, accept: [String] = []) -> HTTPMessage {
        let params = envelope26 + (params.isEmpty ? "" : "," + params)
        let name = name.map { [$0] } ?? []
        return .post(request(method, params), version: ["2026-07-28"], method: [method], name: name, accept: accept)
    }

    /// A modern call of a tool.
    static func modernCall(_ tool: String, _ arguments: String = "{}", accept: [String] = []) -> HTTPMessage {
        .modern("tools/call", #""name":"\#(tool)","arguments":\#(arguments)"#, name: tool, accept: accept)
    }
}

func call(_ tool: String, _ arguments: String = "{}", id: String = "1") -> String {
    request("tools/call", #""name":"\#(tool)","arguments":\#(arguments)"#, id: id)
}

// MARK: Looking at answers

extension HTTPReply {
    /// The message in the body, whatever its framing.
    var message: JSONValue? {
        switch body {
        case .none: nil
        case .json(let bytes): try? JSONValue(parsing: bytes, limits: .message)
        case .events(let messages): messages.first.flatMap { try? JSONValue(parsing: $0, limits: .message) }
        }
    }

    var result: JSONValue? { message?["result"] }
    var code: Int64? { message?["error"]?["code"]?.integer }
    var text: String? { result?["content"]?.elements.first { _ in true }?["text"]?.string }
    var isToolError: Bool { result?["isError"]?.boolean == true }
}

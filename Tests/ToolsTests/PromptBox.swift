import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// All prompts over a service, asked as an MCP client asks.
struct PromptBox: Sendable {
    private let engine: ProtocolEngine<Owner>
    let owner: Owner

    init(_ service: any ItemService, _ clock: TestClock = TestClock(), pageBytes: Int = 40_000, owner: Owner = .me) throws {
        let prompts = ItemPrompts<Owner>(service: service, pageBytes: pageBytes, now: { clock.now }, owner: { $0 })
        engine = ProtocolEngine(try ServerDefinition(info: Implementation(name: "test", version: "1"), prompts: prompts.all))
        self.owner = owner
    }

    /// The whole answer to a request of a client of 2025-11-25.
    func send(_ method: String, _ params: String) async throws -> JSONValue {
        var conversation = StdioConversation<Owner>()
        let hello = """
            {"jsonrpc":"2.0","id":0,"method":"initialize","params":\
            {"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
            """
        _ = conversation.receive(Array(hello.utf8), by: engine, now: 0)
        let line = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
        switch conversation.receive(Array(line.utf8), by: engine, now: 0) {
        case .answer(let bytes): return try JSONValue(parsing: bytes)
        case .run(let invocation):
            return try JSONValue(parsing: await engine.perform(invocation, caller: owner, correlationID: "c-1").message)
        default: throw Unexpected(description: "no answer to \(line)")
        }
    }

    func get(_ name: String, _ arguments: [String: String] = [:]) async throws -> FilledPrompt {
        let answer = try await send("prompts/get", #"{"name":"\#(name)","arguments":\#(Self.object(arguments))}"#)
        return try FilledPrompt(try #require(answer["result"], "\(answer)"))
    }

    func error(_ name: String, _ arguments: [String: String] = [:]) async throws -> PromptError {
        let answer = try await send("prompts/get", #"{"name":"\#(name)","arguments":\#(Self.object(arguments))}"#)
        let error = try #require(answer["error"], "\(name) \(arguments) isn't refused")
        return PromptError(code: error["code"]?.integer ?? 0, text: error["message"]?.string ?? "")
    }

    func proposals(_ name: String, _ argument: String, _ typed: String) async throws -> [String] {
        let reference = #"{"type":"ref/prompt","name":"\#(name)"}"#
        let answer = try await send(
            "completion/complete",
            #"{"ref":\#(reference),"argument":{"name":"\#(argument)","value":\#(Self.string(typed))}}"#
        )
        let values = try #require(answer["result"]?["completion"]?["values"], "\(answer)")
        return values.elements.map { $0.string ?? "-" }
    }

    private static func object(_ members: [String: String]) -> String {
        "{" + members.map { string($0) + ":" + string($1) }.joined(separator: ",") + "}"
    }

    private static func string(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

struct PromptError: Equatable {
    let code: Int64
    let text: String
}

/// The messages of a prompt: ours, then those with what the user stored.
struct FilledPrompt {
    /// How long the whole answer is.
    let bytes: Int
    let instruction: String
    /// Each with the address and the Markdown.
    private(set) var resources: [(uri: String, text: String)] = []
    /// Each is a heading and lines of JSON.
    private(set) var quotes: [String] = []

    init(_ result: JSONValue) throws {
        let messages = result["messages"]?.elements.map { $0 } ?? []
        bytes = result.bytes.count
        #expect(messages.allSatisfy { $0["role"]?.string == "user" })
        instruction = try #require(messages.first?["content"]?["text"]?.string)
        for message in messages.dropFirst() {
            let content = try #require(message["content"])
            if let text = content["text"]?.string {
                quotes.append(text)
            } else {
                let resource = try #require(content["resource"])
                #expect(resource["mimeType"]?.string == "text/markdown")
                resources.append((resource["uri"]?.string ?? "-", resource["text"]?.string ?? "-"))
            }
        }
    }

    /// The values of a key in the front parts, in order.
    func front(_ key: String) -> [String] {
        resources.compactMap { resource in
            resource.text.split(separator: "\n").first { $0.hasPrefix("\(key): ") }.map { String($0.dropFirst(key.count + 2)) }
        }
    }

    /// The quoted lines of a heading.
    func quoted(_ heading: String) throws -> [JSONValue] {
        guard let quote = quotes.first(where: { $0.hasPrefix(heading + ",") }) else { return [] }
        return try quote.split(separator: "\n").dropFirst().map { try JSONValue(parsing: String($0)) }
    }

    /// A member of the quoted lines of a heading.
    func quoted(_ heading: String, _ key: String) throws -> [String] {
        try quoted(heading).map { $0[key]?.string ?? "-" }
    }
}

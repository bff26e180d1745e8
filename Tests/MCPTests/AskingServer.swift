import JSON
import MCP
import Synchronization
import Testing

/// A server whose tools, prompts and resources ask, and a client that calls it round by round.
struct AskingServer: Sendable {
    var server: TestServer

    init(sealer: any Sealer = MarkedSealer(), resource: String = "https://server/mcp") throws {
        let definition = try ServerDefinition(
            info: Implementation(name: "asking", version: "1"),
            tools: AskingServer.tools,
            resources: [
                Resource("test://ask", name: "ask", title: "Ask", description: "Asks.", caching: .constant) { context in
                    let answer = try await context.ask(.form("who", "Who?", .string("name", "Name.")))
                    return .text(answer.content ?? answer.action)
                }
            ],
            prompts: [
                Prompt(
                    "context",
                    title: "Context",
                    "Asks.",
                    .optionalString(
                        "topic",
                        completing: Completer { context, _ in
                            _ = try await context.ask(.roots("r"))
                            return Completions([])
                        }
                    )
                ) { context, _ in
                    let answer = try await context.ask(.form("user_context", "What context?", .string("context", "")))
                    return [.user("Use this context: \(answer.content ?? "-")")]
                }
            ]
        )
        server = TestServer(definition, sealer: sealer, resource: resource)
    }

    static let all = #"{"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}}"#

    /// A modern request with what a round needs.
    func send(
        method: String = "tools/call",
        _ target: String,
        _ arguments: String? = nil,
        responses: String? = nil,
        state: String? = nil,
        capabilities: String = all,
        principal: Principal = .anonymous,
        now: Int64 = TestServer.now
    ) async throws -> HTTPReply {
        let name = method == "resources/read" ? "uri" : "name"
        let meta =
            #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
            + #""io.modelcontextprotocol/clientCapabilities":\#(capabilities)}"#
        var params = meta + #","\#(name)":"\#(target)""#
        if let arguments { params += #","arguments":\#(arguments)"# }
        if let responses { params += #","inputResponses":\#(responses)"# }
        if let state { params += #","requestState":\#(state)"# }
        let id = "\(Int.random(in: 0..<1_000_000))"
        return try await server.send(
            .post(
                request(method, params, id: id),
                version: ["2026-07-28"],
                method: [method],
                name: [target],
                principal: principal,
                now: now
            )
        )
    }

    /// A call in a session whose client answers as it is told.
    func legacy(
        _ tool: String,
        _ arguments: String = "{}",
        _ revision: Revision = .v2025_11_25,
        capabilities: String = all,
        client: ScriptedClient
    ) async throws -> HTTPReply {
        var server = server
        server.transport = client
        client.revision.withLock { $0 = revision }
        let session = try await server.session(revision, capabilities: capabilities)
        return try await server.send(.post(call(tool, arguments), session: [session]))
    }
}

extension HTTPReply {
    /// The keys of what is asked, in order.
    var asked: [String] { result?["inputRequests"]?.members.map(\.key) ?? [] }
    /// As JSON, to be sent back.
    var state: String? { result?["requestState"].map { String(decoding: $0.bytes, as: UTF8.self) } }
}

/// A client in a session: each request of ours is held against the official schema and answered by a script.
final class ScriptedClient: RequestTransport {
    private let script: @Sendable (JSONValue) throws -> String
    let canAsk: Bool
    let revision = Mutex(Revision.v2025_11_25)
    private let seen = Mutex<[JSONValue]>([])

    /// - Parameter script: Makes the rest of the response, as `"result":{}`, of a request's method and params.
    init(canAsk: Bool = true, _ script: @escaping @Sendable (_ request: JSONValue) throws -> String) {
        self.canAsk = canAsk
        self.script = script
    }

    var requests: [JSONValue] { seen.withLock { $0 } }
    var logLevel: LogLevel { .info }
    func send(_ message: [UInt8], _ kind: RequestEmission) {}
    func reconnect(afterMilliseconds milliseconds: Int) -> Bool { false }
    func remember(_ wish: SessionWish) {}

    func ask(_ question: OutgoingRequest) async throws -> JSONValue {
        let message = try JSONValue(parsing: question.message(id: "r.1"))
        let revision = revision.withLock { $0 }
        if let schema = try OfficialSchema.of(revision) {
            try schema.check(message, is: try #require(TestServer.requestDefinitions[question.method]))
        }
        #expect(question.patience == .seconds(question.method == "elicitation/create" ? 300 : 60), "LS10")
        seen.withLock { $0.append(message) }
        return try JSONValue(parsing: #"{"jsonrpc":"2.0","id":"r.1",\#(try script(message))}"#)
    }
}

/// A sealer that hides nothing, but finds any change: a mark over all stands before the content.
struct MarkedSealer: Sealer {
    private let numbers = Counter()

    func seal(_ purpose: SealPurpose, for principal: Principal, _ content: ([UInt8]) -> [UInt8]) throws -> String {
        let bytes = content(tag(principal))
        return "\(purpose.rawValue).k." + Base64.url.encode(mark(purpose, bytes) + bytes)
    }

    func open(_ text: String, as purpose: SealPurpose, for principal: Principal) -> OpenedSeal? {
        let prefix = "\(purpose.rawValue).k."
        guard text.utf8.starts(with: prefix.utf8), let bytes = Base64.url.decode(Array(text.utf8.dropFirst(prefix.utf8.count))) else {
            return nil
        }
        let content = Array(bytes.dropFirst(8))
        guard bytes.count >= 8, mark(purpose, content).elementsEqual(bytes.prefix(8)) else { return nil }
        return OpenedSeal(content: content, principalTag: tag(principal))
    }

    /// FNV-1a four times over: short as a real digest, and good enough for tests.
    func digest(_ bytes: [UInt8]) -> [UInt8] {
        (UInt8(0)..<4).flatMap { round in hash([round] + bytes) }
    }

    func randomBytes(_ count: Int) -> [UInt8] {
        let number = numbers.next()
        return (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 % 8 * 8)) }
    }

    private func mark(_ purpose: SealPurpose, _ bytes: [UInt8]) -> [UInt8] { hash(Array(purpose.rawValue.utf8) + bytes) }

    private func hash(_ bytes: [UInt8]) -> [UInt8] {
        let hash = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        return (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) }
    }

    private func tag(_ principal: Principal) -> [UInt8] { hash(Array("\(principal.issuer)|\(principal.subject)".utf8)) + hash([1]) }
}

/// Counts.
final class Counter: Sendable {
    private let value = Mutex<UInt64>(0)

    @discardableResult
    func next() -> UInt64 {
        value.withLock {
            $0 += 1
            return $0
        }
    }
}

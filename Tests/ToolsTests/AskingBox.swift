import JSON
import MCP
import Synchronization
import Testing
import ToolBridge

/// The compact tools behind an engine, called by a client that can be asked, in either era.
struct AskingBox: Sendable {
    private let endpoint: HTTPEndpoint<Owner>
    private let owner: Owner

    init(_ service: any ItemService, owner: Owner = .me) throws {
        self.init(try CompactBox(service, owner: owner).definition, owner: owner)
    }

    /// Behind tools of other making.
    init(_ definition: ServerDefinition<Owner>, owner: Owner) {
        endpoint = HTTPEndpoint(ProtocolEngine(definition), sealer: PlainSealer())
        self.owner = owner
    }

    static let forms = #"{"elicitation":{"form":{}}}"#

    /// One round of 2026-07-28.
    func modern(
        _ tool: String,
        _ arguments: String,
        answer: String? = nil,
        to question: String = "confirm",
        state: String? = nil,
        capabilities: String = forms
    ) async throws -> JSONValue {
        let prefix = "io.modelcontextprotocol"
        let meta = #""_meta":{"\#(prefix)/protocolVersion":"2026-07-28","\#(prefix)/clientCapabilities":\#(capabilities)}"#
        var params = meta + #","name":"\#(tool)","arguments":\#(arguments)"#
        if let answer { params += #","inputResponses":{"\#(question)":\#(answer)}"# }
        if let state { params += #","requestState":\#(state)"# }
        var message = post(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{\#(params)}}"#)
        (message.protocolVersion, message.mcpMethod, message.mcpName) = (["2026-07-28"], ["tools/call"], [tool])
        return try await result(of: message, FormClient { _ in throw Unexpected(description: "asked in the middle of a request") })
    }

    /// A call in a session.
    func legacy(
        _ tool: String,
        _ arguments: String,
        _ revision: String = "2025-11-25",
        capabilities: String = forms,
        client: FormClient
    ) async throws -> JSONValue {
        let opening = #""protocolVersion":"\#(revision)","capabilities":\#(capabilities),"clientInfo":{"name":"test","version":"1"}"#
        let opened = endpoint.receive(post(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{\#(opening)}}"#))
        guard case .answer(let reply) = opened.action, let session = reply.sessionID else { throw Unexpected(description: "no session") }
        let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
        var message = post(call)
        message.sessionID = [session]
        return try await result(of: message, client)
    }

    private func post(_ body: String) -> HTTPMessage {
        HTTPMessage(.post, body: Array(body.utf8), principal: Principal(issuer: "test", subject: owner.subject), now: 1_800_000_000)
    }

    private func result(of message: HTTPMessage, _ transport: any RequestTransport) async throws -> JSONValue {
        guard case .run(let invocation) = endpoint.receive(message).action else { throw Unexpected(description: "not run") }
        let performed = await endpoint.engine.perform(invocation, caller: owner, correlationID: "c-1", transport: transport)
        let answer = try JSONValue(parsing: performed.message, limits: .message)
        guard let result = answer["result"] else { throw Unexpected(description: "\(answer)") }
        return result
    }
}

/// A client in a session that fills in forms by a script.
final class FormClient: RequestTransport {
    private let script: @Sendable (_ request: JSONValue) throws -> String
    private let seen = Mutex<[JSONValue]>([])
    let canAsk: Bool

    /// - Parameter script: Makes the rest of the response, as `"result":{}`.
    init(canAsk: Bool = true, _ script: @escaping @Sendable (_ request: JSONValue) throws -> String) {
        self.canAsk = canAsk
        self.script = script
    }

    /// One that always does the same.
    convenience init(action: String, agree: Bool? = nil) {
        self.init { _ in #""result":{"action":"\#(action)"\#(agree.map { #","content":{"agree":\#($0)}"# } ?? "")}"# }
    }

    var questions: [JSONValue] { seen.withLock { $0 } }
    var logLevel: LogLevel { .info }
    func send(_ message: [UInt8], _ kind: RequestEmission) {}
    func reconnect(afterMilliseconds milliseconds: Int) -> Bool { false }
    func remember(_ wish: SessionWish) {}

    func ask(_ question: OutgoingRequest) async throws -> JSONValue {
        let message = try JSONValue(parsing: question.message(id: "r.1"))
        seen.withLock { $0.append(message) }
        return try JSONValue(parsing: #"{"jsonrpc":"2.0","id":"r.1",\#(try script(message))}"#)
    }
}

/// A sealer that hides nothing, but finds what was changed.
private struct PlainSealer: Sealer {
    func seal(_ purpose: SealPurpose, for principal: Principal, _ content: ([UInt8]) -> [UInt8]) throws -> String {
        let bytes = content(tag(principal))
        return "\(purpose.rawValue).k.\(Self.hex(digest(bytes) + bytes))"
    }

    func open(_ text: String, as purpose: SealPurpose, for principal: Principal) -> OpenedSeal? {
        let prefix = "\(purpose.rawValue).k."
        guard text.hasPrefix(prefix) else { return nil }
        let digits = Array(text.utf8.dropFirst(prefix.utf8.count))
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        let content = Array(bytes.dropFirst(8))
        guard digest(content).elementsEqual(bytes.prefix(8)) else { return nil }
        return OpenedSeal(content: content, principalTag: tag(principal))
    }

    /// FNV-1a.
    func digest(_ bytes: [UInt8]) -> [UInt8] {
        let hash = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        return (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) }
    }

    func randomBytes(_ count: Int) -> [UInt8] { Array(repeating: 7, count: count) }

    private func tag(_ principal: Principal) -> [UInt8] {
        digest(Array(principal.subject.utf8)) + digest(Array(principal.issuer.utf8))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

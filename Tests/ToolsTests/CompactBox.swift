import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// The tools for items of all kinds over a service, called with all of a server's checks: results must fit their schemas.
struct CompactBox: Sendable {
    let tools: [Tool<Owner>]
    let definition: ServerDefinition<Owner>
    private let owner: Owner

    init(_ service: any ItemService, owner: Owner = .me, pageBytes: Int = 40_000, offers: Set<String>? = nil) throws {
        let names = Self.names
        let tools = ItemTools<Owner>(service: service, offers: offers ?? Set(names), pageBytes: pageBytes) { $0 }
        self.tools = tools.finding + tools.batching + [.healthCheck { HealthReport(testing: $0) }]
        definition = try ServerDefinition(info: Implementation(name: "test", version: "1"), tools: self.tools)
        self.owner = owner
    }

    static let names = [
        "search", "fetch", "list_items", "recent_changes", "create_items", "update_items", "delete_items", "process_items", "restore_item",
        "health_check",
    ]

    func call(_ name: String, _ arguments: String = "{}") async throws -> ToolResult {
        try await definition.call(name, arguments: try JSONValue(parsing: arguments, limits: .message), caller: owner)
    }

    /// The structured result of a call that succeeds.
    func value(_ name: String, _ arguments: String = "{}") async throws -> JSONValue {
        let result = try await call(name, arguments)
        let bytes = try #require(result.structured, "\(name): \(result.text)")
        #expect(!result.isError)
        #expect(result.texts == [String(decoding: bytes, as: UTF8.self)], "text and structured content are the same")
        return try JSONValue(parsing: bytes, limits: .message)
    }

    /// The text of a call that is refused.
    func refusal(_ name: String, _ arguments: String) async throws -> String {
        let result = try await call(name, arguments)
        #expect(result.isError && result.structured == nil, "\(name): \(result.text)")
        return result.text
    }

    /// Why the arguments aren't taken.
    func argumentError(_ name: String, _ arguments: String) async throws -> ArgumentError? {
        let tool = try #require(tools.first { $0.name == name })
        do {
            _ = try await tool.call(RequestContext(caller: owner), arguments: try JSONValue(parsing: arguments, limits: .message))
            return nil
        } catch let error as ArgumentError {
            return error
        }
    }

    /// Creates items in one call.
    func create(_ kind: String, _ payloads: [String]) async throws -> [String] {
        let items = payloads.map { #"{"kind":"\#(kind)","payload":\#($0)}"# }.joined(separator: ",")
        let results = try await value("create_items", #"{"items":[\#(items)]}"#)["results"]?.elements.map { $0 } ?? []
        return try results.map { try #require($0["uid"]?.string, "\(String(decoding: $0.bytes, as: UTF8.self))") }
    }

    /// The answer to `tools/list` of 2026-07-28.
    func list() throws -> [UInt8] {
        var conversation = StdioConversation<Owner>()
        let meta = #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}"#
        let request = #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{\#(meta)}}}"#
        guard case .answer(let bytes) = conversation.receive(Array(request.utf8), by: ProtocolEngine(definition), now: 0) else {
            throw Unexpected(description: "no answer")
        }
        return bytes
    }
}

extension JSONValue {
    /// The texts of a member in a list of objects.
    func texts(_ list: String, _ member: String) -> [String?] {
        self[list]?.elements.map { $0[member]?.string } ?? []
    }
}

import JSON
import MCP
import MCPServer
import Testing

@Suite("Request states with real keys")
struct RequestStateKeysTests {
    private static let secret = (0..<32).map { UInt8($0) }
    private static let me = Principal(issuer: "https://issuer", subject: "me", tenant: "t1")

    /// A server with one tool, whose question is sealed.
    private static func endpoint(_ keys: StateKeys, resource: String = "https://server/mcp") throws -> HTTPEndpoint<String> {
        let confirm = Tool<String>("confirm", title: "Confirm", "Asks.", annotations: .reading, inputSchema: ["type": "object"]) {
            context,
            _ in
            .text(try await context.ask(.form("confirm", "Sure?", .boolean("ok")), sealed: true).action)
        }
        let definition = try ServerDefinition(info: Implementation(name: "test", version: "1"), tools: [confirm])
        return HTTPEndpoint(ProtocolEngine(definition, resource: resource), sealer: keys)
    }

    private static func call(
        _ endpoint: HTTPEndpoint<String>,
        _ rest: String = "",
        arguments: String = #"{"a":1.0}"#,
        principal: Principal = me
    ) async throws -> JSONValue {
        let meta =
            #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#
            + #""io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}"#
        let params = #"{\#(meta),"name":"confirm","arguments":\#(arguments)\#(rest)}"#
        let message = HTTPMessage(
            .post,
            body: Array(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":\#(params)}"#.utf8),
            principal: principal,
            now: 1_800_000_000,
            protocolVersion: ["2026-07-28"],
            mcpMethod: ["tools/call"],
            mcpName: ["confirm"]
        )
        switch endpoint.receive(message).action {
        case .answer(let reply):
            guard case .json(let bytes) = reply.body else { return JSONValue.null }
            return try JSONValue(parsing: bytes)
        case .run(let invocation):
            return try JSONValue(parsing: await endpoint.engine.perform(invocation, caller: "me", correlationID: "c").message)
        default: return JSONValue.null
        }
    }

    private static func retry(_ state: String) -> String {
        #","requestState":"\#(state)","inputResponses":{"confirm":{"action":"decline"}}"#
    }

    @Test("M10 KY2 any replica with the ring opens a state, and nobody reads it")
    func opens() async throws {
        let state = try #require(
            try await Self.call(Self.endpoint(StateKeys([(kid: "k", secret: Self.secret)])))["result"]?["requestState"]?.string
        )
        #expect(state.hasPrefix("rs1.k."))
        #expect(state.utf8.count < 300, "compact: \(state.utf8.count)")
        #expect(!state.contains("confirm"))
        let replica = try Self.endpoint(StateKeys([(kid: "new", secret: Self.secret.reversed()), (kid: "k", secret: Self.secret)]))
        let answer = try await Self.call(replica, Self.retry(state), arguments: #"{ "a": 1 }"#)
        #expect(answer["result"]?["content"]?.elements.map { $0["text"] } == ["decline"])
        let stranger = try Self.endpoint(StateKeys())
        #expect(try await Self.call(stranger, Self.retry(state))["error"]?["code"] == -32602)
    }

    @Test("M5 every byte flipped, another principal, tenant, server: -32602")
    func refusals() async throws {
        let keys = try StateKeys([(kid: "k", secret: Self.secret)])
        let endpoint = try Self.endpoint(keys)
        let state = try #require(try await Self.call(endpoint)["result"]?["requestState"]?.string)
        let bytes = Array(state.utf8)
        for place in bytes.indices {
            var changed = bytes
            changed[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let answer = try await Self.call(endpoint, Self.retry(String(decoding: changed, as: UTF8.self)))
            #expect(answer["error"]?["code"] == -32602, "byte \(place)")
        }
        for other in [
            Principal.anonymous, Principal(issuer: "https://issuer", subject: "you", tenant: "t1"),
            Principal(issuer: "https://issuer", subject: "me", tenant: "t2"),
        ] {
            #expect(try await Self.call(endpoint, Self.retry(state), principal: other)["error"]?["code"] == -32602)
        }
        let elsewhere = try Self.endpoint(keys, resource: "https://other/mcp")
        #expect(try await Self.call(elsewhere, Self.retry(state))["error"]?["code"] == -32602)
        #expect(try await Self.call(endpoint, Self.retry(state), arguments: #"{"a":2}"#)["error"]?["code"] == -32602)
    }

    @Test("M13 a digest is SHA-256")
    func digest() {
        // FIPS 180-2, appendix B.1: the digest of "abc".
        let expected: [UInt8] = [
            0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA, 0x41, 0x41, 0x40, 0xDE, 0x5D, 0xAE, 0x22, 0x23, 0xB0, 0x03, 0x61, 0xA3, 0x96,
            0x17, 0x7A, 0x9C, 0xB4, 0x10, 0xFF, 0x61, 0xF2, 0x00, 0x15, 0xAD,
        ]
        #expect(StateKeys().digest(Array("abc".utf8)) == expected)
    }
}

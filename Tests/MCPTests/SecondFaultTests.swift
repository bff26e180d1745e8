import JSON
import MCP
import Testing

/// Text in arguments that is no text is the model's to mend; it must not hide a message that is none.
@Suite("Messages with several faults")
struct SecondFaultTests {
    private static func body(_ arguments: String, before: String = "", after: String = "", end: String = "") -> String {
        #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{\#(envelope26)\#(before),"name":"free","arguments":\#(arguments)\#(after)}\#(end)}"#
    }

    private func send(_ body: String) async throws -> HTTPReply {
        try await TestServer().send(.post(body, version: ["2026-07-28"], method: ["tools/call"], name: ["free"]))
    }

    @Test(
        "W9 a second fault is -32700, wherever it stands",
        arguments: [
            body(#"{"a":"\u0000"}"#, after: #","name":"free""#), body(#"{"a":"\ud800"}"#, end: #","id":2"#),
            body(#"{"a":"\u0000","b":1,"b":2}"#), body(#"{"a":"\u0000","b":{"c":1,"\u0063":2}}"#),
            body(#"{"a":"\u0000"}"#, after: #","x":"\u0000""#), body(#"{"a":"\u0000"}"#, after: #","x":"\udc00""#),
            body(#"{"a":"\u0000"}"#, after: #","\u0000":1"#), body(#"{"a":"\u0000"}"#, after: #","arguments":{}"#),
            body(#"{"a":"\u0000","b":\#(String(repeating: "[", count: 99))\#(String(repeating: "]", count: 99))}"#),
            body(#"{"a":"\u0000"}"#, after: #","x":\#(String(repeating: "[", count: 99))\#(String(repeating: "]", count: 99))"#),
            body(#"{"a":"\u0000","b":[\#(String(repeating: "1,", count: 100_000))1]}"#),
            body(#"{"a":"x"}"#, before: #","x":"\u0000""#),
        ]
    )
    func hidden(body: String) async throws {
        let reply = try await send(body)
        #expect(reply.status == 400)
        #expect(reply.code == -32700)
    }

    @Test(
        "W9 T9 as many as there are in the arguments are a result",
        arguments: [
            #"{"a":"\u0000"}"#, #"{"a":"\u0000","b":"\ud800"}"#, #"{"a":["\u0000",{"b":"\udc00\u0000"}],"c":1,"d":{"c":1}}"#,
            #"{"a":"\u0000","b":\#(String(repeating: "[", count: 97))\#(String(repeating: "]", count: 97))}"#,
        ]
    )
    func mended(arguments: String) async throws {
        let reply = try await send(Self.body(arguments))
        #expect(reply.status == 200)
        #expect(reply.isToolError)
        #expect(reply.text?.hasPrefix("a") == true)
        var conversation = StdioConversation<String>()
        guard case .run = conversation.receive(Array(Self.body(arguments).utf8), by: try TestServer().endpoint.engine, now: TestServer.now)
        else {
            Issue.record("W92: lines alike")
            return
        }
    }
}

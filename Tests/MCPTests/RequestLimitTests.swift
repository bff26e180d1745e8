import JSON
import MCP
import Testing

@Suite("What a message may hold, and what is kept of it")
struct RequestLimitTests {
    @Test("W9 100,000 values are taken, more are -32700, which says so")
    func values() async throws {
        // The message has 11 values beside the elements.
        for (count, code) in [(99_989, nil), (99_990, -32700)] as [(Int, Int64?)] {
            let arguments = #"{"a":[\#(String(repeating: "0,", count: count - 1))0]}"#
            let reply = try await TestServer().send(.modernCall("free", arguments), checked: false)
            #expect(reply.code == code, "\(count)")
            guard code != nil else { continue }
            #expect(reply.status == 400)
            #expect(reply.message?["error"]?["message"] == "the message holds more than 100000 values")
        }
        // Nor does it matter what else is wrong.
        let arguments = #"{"b":"\u0000","a":[\#(String(repeating: "0,", count: 100_000))0]}"#
        let reply = try await TestServer().send(.modernCall("free", arguments), checked: false)
        #expect(reply.message?["error"]?["message"] == "the message holds more than 100000 values")
    }

    @Test("T9 the place of a fault in arguments is short, even if one character of it is as long as the message")
    func place() async throws {
        let key = "a" + String(repeating: "\u{301}", count: 100_000)
        let reply = try await TestServer().send(.modernCall("free", #"{"\#(key)":"\u0000"}"#))
        #expect(reply.isToolError)
        #expect(reply.text == "a must not hold the character U+0000")
        let first = try await TestServer().send(.modernCall("free", "{\"\u{301}b\":\"\\u0000\"}"))
        #expect(first.text == "b must not hold the character U+0000")
    }

    @Test("C1 two arguments of a completion whose names are only canonically the same are -32602")
    func sameArguments() async throws {
        let server = try CatalogueServer().server
        func complete(_ arguments: String) async throws -> HTTPReply {
            let params =
                #""ref":{"type":"ref/prompt","name":"summarize"},"argument":{"name":"topic","value":"t"},"context":{"arguments":\#(arguments)}"#
            return try await server.send(.modern("completion/complete", params))
        }
        #expect(try await complete("{\"\u{E9}\":\"1\",\"e\":\"2\"}").result?["completion"] != nil)
        #expect(try await complete("{\"\u{E9}\":\"1\",\"e\u{301}\":\"2\"}").code == -32602)
    }

    @Test("E6 LS13 on a stream of 2024-11-05 nobody said before initialize what the client can do")
    func beforeInitialize() async throws {
        var server = try AskingServer().server
        server.transport = ScriptedClient { _ in #""result":{"roots":[]}"# }
        func answer(_ conversation: inout SSEConversation<String>) async throws -> String? {
            let body = Array(call("three").utf8)
            let receipt = conversation.receive(body, trace: TraceContext(), by: server.endpoint.engine, now: TestServer.now)
            guard case .accepted(.run(let invocation)) = receipt else { throw TestServer.Broken() }
            let result = try JSONValue(parsing: await server.perform(invocation).message)["result"]
            return result?["content"]?.elements.first { _ in true }?["text"]?.string
        }
        var conversation = SSEConversation<String>(principal: .anonymous)
        let before = try #require(try await answer(&conversation))
        _ = conversation.receive(Array(initialize("2024-11-05").utf8), trace: TraceContext(), by: server.endpoint.engine, now: 0)
        let after = try #require(try await answer(&conversation))
        #expect(before.contains("initialize") && !after.contains("initialize"), "\(before) / \(after)")
    }

    @Test("SR1 the texts of a reply follow each other, whatever stands between them")
    func text() async throws {
        let blocks = #"{"type":"text","text":"a"},{"type":"image","data":"AA==","mimeType":"image/png"},{"type":"text","text":"b"}"#
        let reply = #"{"role":"assistant","content":[\#(blocks)],"model":"m"}"#
        #expect(try await AskingServer().send("sample", responses: #"{"s":\#(reply)}"#).text == "ab m - 3")
    }

    @Test("W31 B17 a CancellationError of a call that nobody cancelled is our fault, for the log")
    func cancelled() async throws {
        let tool = Tool<String>("cancels", title: "Cancels", "Gives up.", annotations: .reading) { _ in throw CancellationError() }
        let server = try TestServer(tools: [tool])
        guard case .run(let invocation) = server.endpoint.receive(.modernCall("cancels")).action else { throw TestServer.Broken() }
        #expect(await server.perform(invocation).fault is CancellationError)
        let stopped = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await server.perform(invocation).fault == nil
        }
        #expect(await stopped.value)
    }
}

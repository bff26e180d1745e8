import JSON
import MCP
import Testing

@Suite("Lists and results per revision")
struct ListAndResultTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    /// A request of each revision with what it needs.
    private func send(_ method: String, _ revision: Revision, _ params: String = "", name: String? = nil) async throws -> HTTPReply {
        revision.isLegacy
            ? try await server.send(.post(request(method, params), session: [try await server.session(revision)]))
            : try await server.send(.modern(method, params, name: name))
    }

    private func call(_ tool: String, _ revision: Revision) async throws -> HTTPReply {
        try await send("tools/call", revision, #""name":"\#(tool)""#, name: tool)
    }

    @Test("T2 T3 the list has the same bytes every time, in the order of registration", arguments: Revision.allCases)
    func sameBytes(revision: Revision) async throws {
        let first = try await send("tools/list", revision)
        #expect(first.result?["tools"]?.elements.compactMap { $0["name"]?.string } == TestServer.tools.map(\.name))
        #expect(try await send("tools/list", revision) == first)
        #expect(try await send("tools/list", revision, #""cursor":null"#) == first, "G1 null is no cursor")
        let anew = try TestServer()
        let other = revision.isLegacy ? HTTPMessage.post(request("tools/list"), version: [revision.description]) : .modern("tools/list")
        #expect(try await anew.send(other).body == first.body)
    }

    @Test("T8 T12 section 2: each revision gets exactly the members it knows", arguments: Revision.allCases)
    func members(revision: Revision) async throws {
        let result = try #require(try await send("tools/list", revision).result)
        #expect(
            result.members.map(\.key) == (revision.isLegacy ? ["tools"] : ["resultType", "tools", "ttlMs", "cacheScope", "_meta"]),
            "K5"
        )
        let tool = try #require(result["tools"]?.elements.first { $0["name"] == "structured" })
        var expected = ["name", "title", "description", "inputSchema", "outputSchema", "annotations"]
        if revision <= .v2025_03_26 { expected.removeAll { ["title", "outputSchema"].contains($0) } }
        if revision == .v2024_11_05 { expected.removeLast() }
        #expect(tool.members.map(\.key) == expected)
        if revision >= .v2025_03_26 {
            #expect(tool["annotations"]?["title"] == (revision == .v2025_03_26 ? "Structured" : nil), "the title is written once")
            let hints = tool["annotations"]?.members.filter { !$0.keyEquals("title" as StaticString) } ?? []
            #expect(hints.map(\.key) == ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"])
            #expect(hints.map(\.value.boolean) == [true, false, true, false])
        }
    }

    @Test("J4 schemas are published as the bytes that were registered")
    func schemaBytes() async throws {
        let schema =
            #"{ "type" : "object","$schema":"https://json-schema.org/draft/2020-12/schema","x-order":[ 1.0, 2e0 ],"if":{"required":["a"]} }"#
        let tool = Tool<String>("t", title: "T", "T.", annotations: .reading, inputSchema: try JSONValue(parsing: schema)) { _, _ in
            .text("")
        }
        let reply = try await TestServer(tools: [tool]).send(.modern("tools/list"))
        let published = reply.result?["tools"]?.elements.first { _ in true }?["inputSchema"]
        #expect(published.map { String(decoding: $0.bytes, as: UTF8.self) } == schema)
    }

    @Test("T7 T8 structured content and its text per revision", arguments: Revision.allCases)
    func structured(revision: Revision) async throws {
        let object = try await call("structured", revision)
        let bytes = "{\"n\":3,\n\"é\":\"\\u00e9\"}"
        #expect(object.text == bytes)
        #expect(
            object.result?["structuredContent"].map { String(decoding: $0.bytes, as: UTF8.self) }
                == (revision >= .v2025_06_18 ? bytes : nil)
        )
        let list = try await call("list", revision)
        switch revision {
        case .v2024_11_05, .v2025_03_26: #expect(list.text == "[1,2]")
        case .v2025_06_18, .v2025_11_25: #expect(list.text == #"{"result":[1,2]}"#)
        case .v2026_07_28: #expect(list.text == "[1,2]")
        }
        if revision >= .v2025_06_18 {
            #expect(list.result?["structuredContent"].map { String(decoding: $0.bytes, as: UTF8.self) } == list.text)
        } else {
            #expect(list.result?["structuredContent"] == nil)
        }
    }

    @Test("T8 an output schema that isn't an object's is wrapped as its results are")
    func wrappedSchema() async throws {
        for revision in Revision.allCases where revision >= .v2025_06_18 {
            let tools = try await send("tools/list", revision).result?["tools"]
            let schema = tools?.elements.first { $0["name"] == "list" }?["outputSchema"]
            let wrapped: JSONValue = ["type": "object", "properties": ["result": ["type": "array"]], "required": ["result"]]
            #expect(schema == (revision.isLegacy ? wrapped : ["type": "array"]))
        }
    }

    @Test("T11 content that a revision doesn't know is told in words", arguments: Revision.allCases)
    func blocks(revision: Revision) async throws {
        let blocks = try await call("blocks", revision).result?["content"]?.elements.map { $0 } ?? []
        #expect(blocks.count == 6)
        #expect(blocks[1] == ["type": "image", "data": "AQIDBA==", "mimeType": "image/png"])
        let audio = revision == .v2024_11_05 ? "[audio, audio/wav, 1234 bytes]" : nil
        #expect(blocks[2]["text"]?.string == audio)
        #expect(blocks[2]["type"] == (audio == nil ? "audio" : "text"))
        let link = revision <= .v2025_03_26 ? "[link, a, test://a]" : nil
        #expect(blocks[3]["text"]?.string == link)
        #expect(blocks[3]["type"] == (link == nil ? "resource_link" : "text"))
        #expect(blocks[4] == ["type": "resource", "resource": ["uri": "test://b", "mimeType": "text/plain", "text": "b"]])
        #expect(blocks[5] == ["type": "resource", "resource": ["uri": "test://c", "blob": "/w=="]])
    }

    @Test("T9 KI3 failures are results with isError in every revision", arguments: Revision.allCases)
    func failures(revision: Revision) async throws {
        for tool in ["fails", "echo"] {
            let reply = try await call(tool, revision)
            #expect(reply.status == 200)
            #expect(reply.isToolError)
            #expect(reply.result?["structuredContent"] == nil)
            #expect(reply.result?["content"]?.count == 1)
        }
        let unknown = try await call("nope", revision)
        #expect(unknown.code == -32602)
        #expect(try await call("breaks", revision).code == -32603)
    }

    @Test("B19 T1 without tools the capability isn't advertised and its methods are unknown")
    func noTools() async throws {
        let server = try TestServer(tools: [])
        #expect(try await server.send(.modern("server/discover")).result?["capabilities"] == [:])
        #expect(try await server.send(.post(initialize("2025-11-25"))).result?["capabilities"] == [:])
        #expect(try await server.send(.modern("tools/list")).status == 404)
        #expect(try await server.send(.modernCall("x")).status == 404)
        #expect(try await server.send(.post(request("tools/list"))).code == -32601)
    }

    @Test("K6 the hints are the definition's")
    func hints() async throws {
        let definition = try ServerDefinition<String>(
            info: Implementation(name: "a", version: "1"),
            tools: TestServer.tools,
            caching: CachingHints(milliseconds: -5, scope: .private)
        )
        let endpoint = HTTPEndpoint(ProtocolEngine(definition), sealer: ClearSealer())
        for method in ["tools/list", "server/discover"] {
            guard case .answer(let reply) = endpoint.receive(.modern(method)).action else {
                Issue.record("not answered")
                return
            }
            #expect(reply.result?["ttlMs"] == 0)
            #expect(reply.result?["cacheScope"] == "private")
        }
    }

    @Test("J5 structured bytes that aren't JSON are our fault")
    func notJSON() async throws {
        let tool = Tool<String>("t", title: "T", "T.", annotations: .reading) { _ in .structured(Array("{".utf8)) }
        #expect(try await TestServer(tools: [tool]).send(.modernCall("t")).code == -32603)
    }
}

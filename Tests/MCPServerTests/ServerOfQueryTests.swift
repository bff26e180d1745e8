import HTTPServer
import JSON
import MCP
import MCPServer
import Synchronization
import Testing

/// What is offered depends on the query of the address.
@Suite("Servers by query", .timeLimit(.minutes(1)))
struct ServerOfQueryTests {
    /// The tools `<name>_1` to `<name>_3`, one a page if they have pages.
    private static func definition(_ name: String, pageSize: Int = 100) throws -> ServerDefinition<String> {
        try ServerDefinition(
            info: Implementation(name: "test", version: "1"),
            tools: (1...3).map { TalkingServer.tool("\(name)_\($0)") },
            announces: [.tools],
            subscriptions: ResourceSubscriptions { _, uri in uri.hasPrefix("\(name):") },
            pageSize: pageSize
        )
    }

    /// Runs a server with `a` for addresses without a query, and what `?set=` names for others.
    private func run(pageSize: Int = 100, _ body: (StreamServer, ServerVariants<String, String>) async throws -> Void) async throws {
        let variants = try ServerVariants<String, String>(standard: "a") { try Self.definition($0, pageSize: pageSize) }
        let serverOfQuery: @Sendable (IncomingRequest) throws(Problem) -> Server<String> = { request throws(Problem) in
            let name = try request.queryParameter("set") ?? "a"
            guard ["a", "b", "c"].contains(name) else { throw Problem.invalidParameter("set", "set must be a, b or c") }
            do {
                return try variants.server(name)
            } catch {
                throw .internalError
            }
        }
        try await StreamServer.run(server: variants.standard, serverOfQuery: serverOfQuery) { try await body($0, variants) }
    }

    private func post(_ server: StreamServer, _ path: String, _ body: String, _ fields: [String: String] = [:]) async throws -> RawAnswer {
        let usual = ["Authorization": "me", "Content-Type": "application/json"]
        return try await RawAnswer.exchange(server.port, "POST", path, usual.merging(fields) { $1 }, body)
    }

    private func names(_ answer: RawAnswer) -> [String] {
        answer.json?["result"]?["tools"]?.elements.compactMap { $0["name"]?.string } ?? []
    }

    private static func tools(_ name: String) -> [String] { (1...3).map { "\(name)_\($0)" } }

    private static let modernList = Fixtures.request(
        "tools/list",
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
    )

    @Test("T2 the address says which tools there are, in both eras and at both paths", arguments: ["/mcp", "/sse"])
    func lists(path: String) async throws {
        try await run { (server, _) async throws in
            let modern = StreamServer.modern("tools/list")
            for (query, name) in [("", "a"), ("?", "a"), ("?set=b", "b"), ("?other=1&set=c", "c"), ("?s%65t=%62", "b"), ("?set=a", "a")] {
                #expect(try await names(post(server, path + query, Self.modernList, modern)) == Self.tools(name), "\(query)")
                #expect(try await names(post(server, path + query, Fixtures.request("tools/list"))) == Self.tools(name), "\(query)")
            }
        }
    }

    @Test("LS2 a session is bound to no address: each request says by its own what it means")
    func sessions() async throws {
        try await run { (server, _) async throws in
            let opened = try await post(server, "/mcp?set=b", Fixtures.initialize("2025-11-25"))
            let session = ["Mcp-Session-Id": try #require(opened.header("mcp-session-id"))]
            for (query, name) in [("", "a"), ("?set=b", "b"), ("?set=c", "c")] {
                #expect(try await names(post(server, "/mcp" + query, Fixtures.request("tools/list"), session)) == Self.tools(name))
            }
            #expect(try await server.exchange("DELETE", session).status == 204)
            #expect(try await post(server, "/mcp?set=b", Fixtures.request("ping"), session).status == 404)
        }
    }

    @Test("W24 a tool that this address doesn't offer is unknown here, in both eras")
    func calls() async throws {
        try await run { (server, _) async throws in
            for (query, tool, isThere) in [("", "a_1", true), ("", "b_1", false), ("?set=b", "b_1", true), ("?set=b", "a_1", false)] {
                let legacy = try await post(server, "/mcp" + query, Fixtures.call(tool))
                let modern = try await post(
                    server,
                    "/mcp" + query,
                    Fixtures.call(tool, isModern: true),
                    StreamServer.modern("tools/call", tool)
                )
                for answer in [legacy, modern] {
                    #expect(answer.text == (isThere ? "new" : nil))
                    #expect(answer.json?["error"]?["code"]?.integer == (isThere ? nil : -32602))
                }
            }
        }
    }

    @Test("W71 E2 on HTTP+SSE the address of the stream counts for all its messages", arguments: [("", "a"), ("?set=c", "c")])
    func streams(query: String, name: String) async throws {
        try await run { (server, _) async throws in
            try await EventClient.open(server.port, "/sse" + query, ["Authorization": "me"]) { client in
                let endpoint = try #require(try await client.next()?.data)
                #expect(try await post(server, endpoint, Fixtures.request("tools/list")).status == 202)
                let list = try await client.message()?["result"]?["tools"]?.elements.compactMap { $0["name"]?.string }
                #expect(list == Self.tools(name))
                #expect(try await post(server, endpoint, Fixtures.call("b_1")).status == 202)
                #expect(try await client.message()?["error"]?["code"] == -32602)
            }
        }
    }

    @Test(
        "a query that can't be is 400 in the API's shape, before anything else: no session begins, and no stream",
        arguments: ["?set=x", "?set=", "?set", "?set=a&set=a", "?set=%zz", "?set=%00"]
    )
    func refusals(query: String) async throws {
        try await run { (server, _) async throws in
            let streams = server.connections.counts
            for (method, path, body) in [
                ("POST", "/mcp", Fixtures.initialize("2025-11-25")), ("POST", "/mcp", Self.modernList), ("POST", "/mcp", "{"),
                ("POST", "/sse", Fixtures.initialize("2025-03-26")), ("GET", "/sse", ""), ("GET", "/mcp", ""), ("DELETE", "/mcp", ""),
            ] {
                let fields = ["Authorization": "me", "Content-Type": "application/json"]
                let answer = try await RawAnswer.exchange(server.port, method, path + query, fields, body)
                #expect(answer.status == 400, "\(method) \(path)")
                #expect(answer.json?["code"] == "invalid_parameter")
                #expect(answer.json?["field"] == "set")
                #expect(answer.json?["correlation_id"]?.string == answer.header("x-correlation-id"))
                #expect(answer.header("mcp-session-id") == nil)
            }
            #expect(server.connections.counts == streams)
        }
    }

    @Test("T14 SB7 changes reach the clients of every address; what may be watched is what their address offers")
    func changes() async throws {
        try await run { server, variants in
            let fields = StreamServer.modern("subscriptions/listen")
            let filter = #""toolsListChanged":true,"resourceSubscriptions":["a:1","b:1"]"#
            try await StreamClient.connect(server.port) { client in
                try await client.send("POST", "/mcp?set=b", fields, TalkingServer.listen(filter))
                #expect(try await client.head().status == 200)
                let first = try await client.next()
                #expect(first?.json?["params"]?["notifications"]?["resourceSubscriptions"] == ["b:1"])
                server.server.changes.post(ChangeNotice(.resource(uri: "a:1")))
                server.server.changes.post(ChangeNotice(.resource(uri: "b:1")))
                #expect(try await client.next()?.json?["params"]?["uri"] == "b:1")
                try variants.server("b").replace(try Self.definition("c"))
                #expect(try await client.next()?.method == "notifications/tools/list_changed")
                #expect(try await names(post(server, "/mcp?set=b", Fixtures.request("tools/list"))) == Self.tools("c"))
                #expect(try await names(post(server, "/mcp", Fixtures.request("tools/list"))) == Self.tools("a"))
            }
        }
    }

    @Test("G1 a cursor reads on at the address that gave it")
    func cursors() async throws {
        try await run(pageSize: 1) { server, _ in
            let first = try await post(server, "/mcp?set=b", Fixtures.request("tools/list"))
            #expect(names(first) == ["b_1"])
            let cursor = try #require(first.json?["result"]?["nextCursor"]?.string)
            let request = Fixtures.request("tools/list", #""cursor":"\#(cursor)""#)
            #expect(try await names(post(server, "/mcp?set=b", request)) == ["b_2"])
            #expect(try await post(server, "/mcp", request).json?["error"]?["code"] == -32602)
        }
    }

    @Test("addresses without a query ask nobody")
    func withoutQuery() async throws {
        let asked = Mutex(0)
        let server = Server(try Self.definition("a"))
        let serverOfQuery: @Sendable (IncomingRequest) throws(Problem) -> Server<String> = { _ throws(Problem) in
            asked.withLock { $0 += 1 }
            return server
        }
        try await StreamServer.run(server: server, serverOfQuery: serverOfQuery) { (running) async throws in
            #expect(try await post(running, "/mcp", Fixtures.request("tools/list")).status == 200)
            #expect(asked.withLock { $0 } == 0)
            #expect(try await post(running, "/mcp?", Fixtures.request("tools/list")).status == 200)
            #expect(asked.withLock { $0 } == 1)
        }
    }
}

@Suite("Kept variants of a server")
struct ServerVariantsTests {
    private final class Definitions: Sendable {
        private let all = Mutex<[Int]>([])
        var made: [Int] { all.withLock { $0 } }

        func make(_ key: Int) throws -> ServerDefinition<String> {
            all.withLock { $0.append(key) }
            return try ServerDefinition(info: Implementation(name: "test", version: "\(key)"), tools: [TalkingServer.tool("t")])
        }
    }

    @Test("each is made once, also the standard one")
    func once() throws {
        let definitions = Definitions()
        let variants = try ServerVariants<Int, String>(standard: 0, define: definitions.make)
        for _ in 0..<3 {
            for key in 0..<10 { #expect(try variants.server(key).definition.info.version == "\(key)") }
        }
        #expect(definitions.made == Array(0..<10))
        #expect(try variants.server(0) === variants.standard)
        #expect(try variants.server(3) === variants.server(3))
    }

    @Test("there are never more than so many; the one that was used longest ago goes")
    func bound() throws {
        let definitions = Definitions()
        let variants = try ServerVariants<Int, String>(standard: 0, maximum: 4, define: definitions.make)
        for key in 1...4 { _ = try variants.server(key) }
        _ = try variants.server(1)
        _ = try variants.server(5)
        #expect(variants.count == 4)
        for key in [1, 3, 4, 5] { _ = try variants.server(key) }
        #expect(definitions.made == [0, 1, 2, 3, 4, 5], "only 2 went")
        for key in 100..<1_000 { _ = try variants.server(key) }
        #expect(variants.count == 4)
    }

    @Test("all share the changes of the standard one")
    func changes() throws {
        let variants = try ServerVariants<Int, String>(standard: 0, define: Definitions().make)
        #expect(try variants.server(1).changes === variants.standard.changes)
    }

    @Test("what can't be made is thrown, and kept by nobody")
    func faults() throws {
        struct Fault: Error {}
        let variants = try ServerVariants<Int, String>(standard: 0) { key in
            guard key == 0 else { throw Fault() }
            return try Definitions().make(key)
        }
        #expect(throws: Fault.self) { try variants.server(1) }
        #expect(variants.count == 0)
    }
}

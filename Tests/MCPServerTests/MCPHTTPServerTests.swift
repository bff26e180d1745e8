import JSON
import MCP
import MCPServer
import Testing

@Suite("The library's HTTP server", .timeLimit(.minutes(1)))
struct MCPHTTPServerTests {
    private func definition() throws -> ServerDefinition<String> {
        try ServerDefinition(
            info: Implementation(name: "t", version: "1"),
            tools: [
                Tool(
                    "near",
                    title: "Near",
                    "Says where it was asked.",
                    annotations: .reading,
                    .string("region", "Where.").header("Region")
                ) { context, region in .text("\(context.caller) in \(region)") }
            ]
        )
    }

    /// Runs a server for the time of `body`, which gets its port.
    private func serve(
        _ settings: MCPHTTPSettings,
        authenticate: (@Sendable (HTTPCredentials) async throws -> String?)? = nil,
        _ body: (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = Server(try definition())
        let service =
            if let authenticate {
                MCPHTTPServer(
                    server,
                    settings: settings,
                    authenticate: authenticate,
                    principal: { Principal(issuer: "t", subject: $0) },
                    onReady: { port.yield($0) }
                )
            } else {
                MCPHTTPServer(server, settings: settings, caller: "me", onReady: { port.yield($0) })
            }
        let task = Task {
            defer { port.finish() }
            try await service.run()
        }
        defer { task.cancel() }
        var numbers = ports.makeAsyncIterator()
        guard let number = await numbers.next() else { return try await task.value }
        try await body(number)
        task.cancel()
        try await task.value
    }

    @Test("H15 W65 browsers of allowed origins may send the headers that repeat arguments, and no others get leave")
    func crossOrigin() async throws {
        var settings = MCPHTTPSettings(port: 0)
        settings.allowedOrigins = ["https://app.example.com"]
        try await serve(settings) { port in
            let fields = ["Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"]
            for path in ["/mcp", "/sse"] {
                let answer = try await RawAnswer.exchange(port, "OPTIONS", path, fields, "")
                #expect(answer.status == 204)
                let allowed = answer.header("access-control-allow-headers")?.split(separator: ", ").map { $0.lowercased() } ?? []
                #expect(Set(allowed).isSuperset(of: ["mcp-param-region", "mcp-session-id", "last-event-id", "mcp-protocol-version"]))
                #expect(allowed.filter { $0.hasPrefix("mcp-param-") } == ["mcp-param-region"])
                #expect(answer.header("access-control-allow-origin") == "https://app.example.com")
                let exposed = answer.header("access-control-expose-headers") ?? "mcp-session-id"
                #expect(exposed.lowercased().contains("mcp-session-id"))
            }
            let foreign = try await RawAnswer.exchange(port, "OPTIONS", "/mcp", ["Origin": "https://evil.example"], "")
            #expect(foreign.status == 403, "H2")
            let call = Fixtures.call("near", #"{"region":"eu"}"#, isModern: true)
            var headers = StreamServer.modern("tools/call", "near")
            headers["Content-Type"] = "application/json"
            headers["Origin"] = "https://app.example.com"
            #expect(try await RawAnswer.exchange(port, "POST", "/mcp", headers, call).status == 400, "W25")
            headers["Mcp-Param-Region"] = "eu"
            #expect(try await RawAnswer.exchange(port, "POST", "/mcp", headers, call).text == "me in eu")
        }
    }

    @Test("SEC8 AU13 whoever brings no good token gets 401 on every method; the caller is whom the token names")
    func tokens() async throws {
        let find: @Sendable (HTTPCredentials) async throws -> String? = { $0.bearerToken == "t-1" ? "one" : nil }
        try await serve(MCPHTTPSettings(port: 0), authenticate: find) { port in
            let json = ["Content-Type": "application/json"]
            for method in ["POST", "GET", "DELETE"] {
                for fields in [json, json.merging(["Authorization": "Bearer t-2"]) { $1 }, json.merging(["Authorization": "t-1"]) { $1 }] {
                    let answer = try await RawAnswer.exchange(
                        port,
                        method,
                        "/mcp",
                        fields,
                        method == "POST" ? Fixtures.request("ping") : ""
                    )
                    #expect(answer.status == 401)
                    #expect(answer.header("www-authenticate") == "Bearer")
                }
            }
            let good = json.merging(["Authorization": "bearer t-1"]) { $1 }
            let answer = try await RawAnswer.exchange(port, "POST", "/mcp", good, Fixtures.call("near", #"{"region":"eu"}"#))
            #expect(answer.text == "one in eu")
        }
    }
}

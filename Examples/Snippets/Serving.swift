import JSON
import MCP
import MCPServer

// The code of the article "Serving".

protocol Users: Sendable {
    func user(withToken token: String) async throws -> User?
}

func overStdio(_ definition: ServerDefinition<Void>) async throws {
    try await MCPStdioServer(definition).runUntilSignal()
}

func overStdio(_ server: Server<User>) async throws {
    try await MCPStdioServer(server, caller: User(name: "me")).runUntilSignal()
}

func overHTTP(_ definition: ServerDefinition<Void>) async throws {
    try await MCPHTTPServer(definition, port: 8080).runUntilSignal()
}

/// - Parameter keys: `kid:base64[,kid:base64…]`, from a variable of the environment or a file.
func withTokens(_ server: Server<User>, _ users: any Users, keys: String) async throws {
    var settings = MCPHTTPSettings(host: "0.0.0.0", port: 8080)
    settings.allowedHosts = ["mcp.example.com"]
    settings.stateKeys = try StateKeys(text: keys)
    let http = MCPHTTPServer(
        server,
        settings: settings,
        authenticate: { credentials in
            guard let token = credentials.bearerToken else { return nil }
            return try await users.user(withToken: token)
        },
        principal: { user in Principal(issuer: "https://mcp.example.com", subject: user.name) }
    )
    try await http.runUntilSignal()
}

func handling(_ tool: Tool<User>) async throws -> ToolResult {
    let context = RequestContext(caller: User(name: "me"))
    return try await tool.call(context, arguments: ["city": "Paris"])
}

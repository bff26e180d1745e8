import Auth

/// What is examined, and with which credentials.
struct Deployment: Sendable {
    /// The MCP server's address without `/mcp` or `/sse`.
    let mcp: String?
    /// The API's address.
    let api: String?
    /// Somebody's own token: the checks work on that person's items, and leave none behind.
    let token: Secret?
    let tenant: String?
    /// Signs requests to the API, where the operator has the secret at hand.
    let signer: TenantSigner?
    /// Whether several calls at once are made.
    var isLoaded = false
    /// Whether the app was stopped for the sake of a cold start.
    var isCold = false
}

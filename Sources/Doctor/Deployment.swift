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
    /// The keys of this machine's configuration.
    var keys: [ConfiguredKey] = []
    /// Whether several calls at once are made.
    var isLoaded = false
    /// How long a stream is watched; 0 leaves it out.
    var streamLength = Duration.seconds(70)
    /// How long health is probed.
    var soak = Duration.zero
    var soakPause = Duration.seconds(60)
    /// Lines of a log.
    var logs: [String]?
    /// Whether the app was stopped for the sake of a cold start.
    var isCold = false
}

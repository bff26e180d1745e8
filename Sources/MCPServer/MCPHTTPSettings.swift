/// How an `MCPHTTPServer` listens.
public struct MCPHTTPSettings: Sendable {
    /// Address or name to bind; only programs of this machine can connect to the default.
    public var host: String
    /// 0 takes a free one.
    public var port: Int
    /// The endpoint of Streamable HTTP; the one of 2024-11-05 is always `/sse`.
    public var path = "/mcp"
    /// Whether the transport of 2024-11-05 is served (E8).
    public var legacySSE = true
    /// Names, with their port, under which a server that isn't bound to loopback is reached; empty: not checked (H2).
    public var allowedHosts: [String] = []
    /// Origins whose web pages may call, such as `https://app.example.com`.
    public var allowedOrigins: [String] = []
    /// Whether a server without authentication may be bound to more than loopback without `allowedHosts`: whoever can connect can then use
    /// every tool, and web pages can too (SEC6).
    public var allowsAnonymousRemote = false
    /// How long a legacy session lives: 1 hour to 30 days (LS5).
    public var sessionLife = Duration.seconds(604_800)
    /// How long a request may run without saying anything (B17).
    public var timeLimit = Duration.seconds(60)
    /// How long a request may run, whatever it says (B17).
    public var hardTimeLimit = Duration.seconds(300)
    /// Requests of one principal that run at once; `anonymous` may have any number.
    public var runningRequests = 256
    /// Between two signs of life on a stream.
    public var heartbeat = Duration.seconds(15)
    /// Seals sessions, cursors and request states; the same for all replicas and after a restart (KY2).
    ///
    /// Without one, random keys are made: what they seal ends with the process.
    public var stateKeys: StateKeys?
    /// Runs handlers on the threads of their connections, which saves two changes of threads a request; for handlers that never compute or
    /// block for longer than a millisecond.
    public var handlersAreShort = false

    public init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    var connections: MCPConnections.Settings {
        var settings = MCPConnections.Settings()
        settings.requestLimit = timeLimit
        settings.requestHardLimit = hardTimeLimit
        settings.runningRequests = runningRequests
        settings.heartbeat = heartbeat
        return settings
    }

    /// LS6: where nobody else has the keys, this process can remember which sessions were ended.
    var seals: (StateKeys, any EndedSessions) {
        if let stateKeys { return (stateKeys, NoEndedSessions()) }
        let keys = StateKeys()
        return (keys, EndedSessionsInMemory { keys.replace() })
    }
}

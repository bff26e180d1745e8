package import Observability

/// How the server listens, and how long it waits.
package struct HTTPServerConfiguration: Sendable {
    /// Address or name to bind.
    package var host: String
    /// 0 takes a free port.
    package var port: Int
    package var hostPolicy: HostPolicy
    package var deadlines: Deadlines
    /// Whose word about the client's address is taken; nil: nobody's, and a client is the socket's other end.
    package var trustedProxies: TrustedProxies?
    /// More connections than this wait in the listen queue; nil: the descriptor limit minus 64.
    package var maximumConnections: Int?
    /// Bytes that the bodies of all unanswered requests may take together; one that would need more, and is large itself, is told 503.
    package var maximumBodyBytes = 128 << 20
    /// How long `/readyz` answers 503 before connections are refused.
    package var drainDelay: Duration
    /// How long requests in flight may take after that.
    package var drainLimit: Duration
    /// Runs handlers on the event loop of their connection instead of the shared pool of threads.
    ///
    /// It saves two changes of threads a request. A handler that works or blocks for long then holds up all connections of its loop, so it is
    /// for routes whose handlers are known to be short.
    package var runsHandlersOnEventLoops = false
    /// Whether its requests and its end count as the program's: not for the listener that shows the counts.
    package var isCounted = true
    /// Counters of refusals, by their code.
    package var refusals: [String: Counter] = [:]
    /// Whether each request has a line in the log; those of probes that answer 200 never have.
    package var logsRequests = true
    /// Further request headers that a browser may send to the MCP routes (`Mcp-Param-…`).
    package var extraCORSHeaders: [String]

    /// How slow a client may be.
    package struct Deadlines: Sendable {
        /// For a whole head, from its first byte or the connection's start.
        package var head: Duration = .seconds(10)
        /// For a whole body, from the head's end.
        package var body: Duration = .seconds(15)
        /// Bytes a second that a body must bring on average, once it has taken `bodyRateGrace`.
        package var bodyRate: Int = 1024
        package var bodyRateGrace: Duration = .seconds(5)
        /// Between two requests.
        package var idle: Duration = .seconds(75)
        /// For a client that takes nothing of what is sent.
        package var stalled: Duration = .seconds(30)
        /// For the client to close after an answer that closes.
        package var linger: Duration = .seconds(2)

        package init() {}
    }

    package init(
        host: String = "127.0.0.1",
        port: Int = 0,
        hostPolicy: HostPolicy = HostPolicy(),
        deadlines: Deadlines = Deadlines(),
        maximumConnections: Int? = nil,
        drainDelay: Duration = .zero,
        drainLimit: Duration = .seconds(7),
        extraCORSHeaders: [String] = []
    ) {
        self.host = host
        self.port = port
        self.hostPolicy = hostPolicy
        self.deadlines = deadlines
        self.maximumConnections = maximumConnections
        self.drainDelay = drainDelay
        self.drainLimit = drainLimit
        self.extraCORSHeaders = extraCORSHeaders
    }

    /// Whether only programs on this machine can connect.
    package var isLoopback: Bool {
        if ["localhost", "::1", "[::1]"].contains(where: { $0.utf8.elementsEqual(host.lowercased().utf8) }) { return true }
        // A name may begin with 127, too.
        guard let address = IPAddress(host), let loopback = IPNetwork("127.0.0.0/8") else { return false }
        return loopback.contains(address)
    }
}

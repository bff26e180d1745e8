public import JSON

/// What a transport does for one request while it runs: it carries what is said before the answer.
///
/// `MCPServer` has one for HTTP, for HTTP+SSE and for stdio; a test may use another.
public protocol RequestTransport: Sendable {
    /// Whether a request of ours would reach the client and its answer come back (S18, I2).
    var canAsk: Bool { get }

    /// From which level on this peer wants log messages; sessions set it with `logging/setLevel` (L2, LS9).
    var logLevel: LogLevel { get }

    /// Sends a notification that belongs to the request; messages keep their order, and the answer comes after them.
    ///
    /// What can't be sent any more is dropped: its client is gone or takes only one whole answer.
    func send(_ message: [UInt8], _ kind: RequestEmission)

    /// Sends a request of ours on the stream of the client's own, and waits for the answer (S18, LS10).
    ///
    /// - Returns: The whole response: an object with `result` or `error`.
    /// - Throws: `NoAnswer` if none came in time, and `CancellationError` if the request was cancelled meanwhile.
    func ask(_ question: OutgoingRequest) async throws -> JSONValue

    /// Gives up the connection, though the work goes on: the client comes back for the answer (S13).
    ///
    /// - Parameter milliseconds: When it should.
    /// - Returns: false where clients can't come back; then nothing happens.
    func reconnect(afterMilliseconds milliseconds: Int) -> Bool

    /// Remembers what the session asked for (L2, RS6, LS9).
    ///
    /// - Throws: What the client is told if that is too much (section 28).
    func remember(_ wish: SessionWish) async throws
}

/// What a transport does with a message that a handler sends.
public enum RequestEmission: Sendable {
    /// Progress: at most 10 a second with bursts of 20, but the last one always (PR1).
    case progress
    /// A log message: at most 20 a second (L4).
    case log
}

/// What a session asks for, for as long as it lives (LS9).
public enum SessionWish: Sendable, Equatable {
    case logLevel(LogLevel)
    /// `notifications/resources/updated` of this address.
    ///
    /// Its changes are posted under the canonical address, if that is another, and told under this one.
    case subscription(uri: String, canonical: String? = nil)
    case noSubscription(uri: String)
}

/// A request of ours to the client, but for its id, which the transport gives (LS10).
public struct OutgoingRequest: Sendable {
    public let method: String
    /// An object.
    let params: [UInt8]
    /// How long the client has: 60 s for sampling and roots, 300 s for a person (LS10).
    public let patience: Duration

    /// - Parameter params: A JSON object.
    public init(method: String, params: [UInt8], patience: Duration) {
        self.method = method
        self.params = params
        self.patience = patience
    }

    /// The whole message.
    public func message(id: String) -> [UInt8] {
        var writer = JSONWriter(reserving: params.count + 128)
        writer.object { writer in
            writer.member("jsonrpc", "2.0")
            writer.member("id", id)
            writer.member("method", method)
            writer.member("params", raw: params)
        }
        return writer.bytes
    }

    /// Tells the client that nobody waits for its answer any more (CN1).
    public static func cancellation(id: String, reason: String) -> [UInt8] {
        Notification.cancelled(JSONValue(stringLiteral: id), reason: reason)
    }
}

/// The client did not answer a question of ours in time, or went away.
public struct NoAnswer: Error, Sendable {
    public init() {}
}

/// The transport of requests that can only be answered: nothing is sent before the answer, and nobody is asked.
public struct SilentTransport: RequestTransport {
    public init() {}

    public var canAsk: Bool { false }
    public var logLevel: LogLevel { .info }
    public func send(_ message: [UInt8], _ kind: RequestEmission) {}
    public func ask(_ question: OutgoingRequest) async throws -> JSONValue { throw NoAnswer() }
    public func reconnect(afterMilliseconds milliseconds: Int) -> Bool { false }
    public func remember(_ wish: SessionWish) {}
}

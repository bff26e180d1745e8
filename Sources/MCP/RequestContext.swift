public import JSON

/// What a handler knows about the request it serves, and what it can say meanwhile; it never sees the wire.
public struct RequestContext<Caller: Sendable>: Sendable {
    /// Who calls, as the transport verified it.
    public let caller: Caller
    private let facts: RequestFacts
    /// nil unless the call may become a task.
    let taskStart: TaskStart<Caller>?

    /// What the client calls itself; for logs only.
    public var client: ClientInfo? { facts.client }
    /// What this client can be asked for, for this request.
    public var clientCapabilities: ClientCapabilities { facts.clientCapabilities }
    /// The revision in which the answer will be written.
    public var revision: Revision { facts.revision }
    /// Names this request in logs, and in an internal error's answer.
    public var correlationID: String { facts.correlationID }
    /// Where this request stands in a distributed trace.
    public var trace: TraceContext { facts.trace }
    /// Whether the client ever said what it can do (LS13).
    var isInitialized: Bool { facts.isInitialized }
    /// nil in a context that was made by hand, and for work that ends at once.
    var link: RequestLink? { facts.link }
    /// Where questions go instead of the client; nil outside of tasks.
    var desk: (any QuestionDesk)? { facts.desk }

    /// A context without a client behind it: what is said is lost, and nobody can be asked.
    public init(
        caller: Caller,
        client: ClientInfo? = nil,
        clientCapabilities: ClientCapabilities = [],
        revision: Revision = .v2026_07_28,
        correlationID: String = "",
        trace: TraceContext = TraceContext()
    ) {
        self.caller = caller
        facts = RequestFacts(
            client: client,
            clientCapabilities: clientCapabilities,
            revision: revision,
            correlationID: correlationID,
            trace: trace,
            isInitialized: true,
            link: nil,
            desk: nil
        )
        taskStart = nil
    }

    init(_ invocation: Invocation, caller: Caller, correlationID: String, link: RequestLink?) {
        self.caller = caller
        facts = RequestFacts(
            client: invocation.client,
            clientCapabilities: invocation.clientCapabilities,
            revision: invocation.revision,
            correlationID: correlationID,
            trace: invocation.trace,
            isInitialized: invocation.isInitialized,
            link: link,
            desk: nil
        )
        taskStart = nil
    }

    /// The same for a call that may become a task.
    init(_ context: Self, taskStart: TaskStart<Caller>) {
        self.init(context, link: context.link, taskStart: taskStart, desk: nil)
    }

    /// The same for what goes on after the request: nothing can be said on that any more (PR2).
    init(after context: Self) {
        self.init(context, link: context.link.map { RequestLink(after: $0) }, taskStart: nil, desk: nil)
    }

    /// The same for the work of a task, whose questions wait here.
    init(_ context: Self, desk: any QuestionDesk) {
        self.init(context, link: context.link, taskStart: nil, desk: desk)
    }

    private init(_ context: Self, link: RequestLink?, taskStart: TaskStart<Caller>?, desk: (any QuestionDesk)?) {
        caller = context.caller
        facts = RequestFacts(
            client: context.client,
            clientCapabilities: context.clientCapabilities,
            revision: context.revision,
            correlationID: context.correlationID,
            trace: context.trace,
            isInitialized: context.isInitialized,
            link: link,
            desk: desk
        )
        self.taskStart = taskStart
    }

    /// Tells how far the work is, if the client wants to know (PR1).
    ///
    /// - Parameters:
    ///   - progress: Grows from call to call; what doesn't is dropped.
    ///   - total: What it will be at the end, if that is known.
    ///   - message: For people; clients before 2025-03-26 don't get it.
    public func progress(_ progress: Double, of total: Double? = nil, _ message: String? = nil) async {
        link?.progress(progress, total: total, message: message)
    }

    /// Tells the client what happens, if the server was declared with `logging` and the client wants to know it (L1–L4).
    ///
    /// Without credentials, personal data and internals.
    ///
    /// - Parameter logger: Which part of the server speaks.
    public func log(_ level: LogLevel, _ text: String, logger: String? = nil) async {
        await log(level, data: JSONValue(stringLiteral: text), logger: logger)
    }

    /// The same with any JSON value.
    public func log(_ level: LogLevel, data: JSONValue, logger: String? = nil) async {
        link?.log(level, logger: logger, data)
    }

    /// Lets the client's connection go while the work goes on; the client comes back for the answer (S13).
    ///
    /// - Parameter delay: When it should come back.
    /// - Returns: false if this client can't come back; then nothing happens.
    @discardableResult
    public func releaseConnection(clientReturnsAfter delay: Duration) async -> Bool {
        guard let link, revision == .v2025_11_25 else { return false }
        return link.transport.reconnect(afterMilliseconds: delay > .zero ? Int(clamping: delay.milliseconds) : 0)
    }
}

/// What all copies of a context share: one object, for handlers pass contexts on through many hands.
private final class RequestFacts: Sendable {
    let client: ClientInfo?
    let clientCapabilities: ClientCapabilities
    let revision: Revision
    let correlationID: String
    let trace: TraceContext
    let isInitialized: Bool
    let link: RequestLink?
    let desk: (any QuestionDesk)?

    init(
        client: ClientInfo?,
        clientCapabilities: ClientCapabilities,
        revision: Revision,
        correlationID: String,
        trace: TraceContext,
        isInitialized: Bool,
        link: RequestLink?,
        desk: (any QuestionDesk)?
    ) {
        self.client = client
        self.clientCapabilities = clientCapabilities
        self.revision = revision
        self.correlationID = correlationID
        self.trace = trace
        self.isInitialized = isInitialized
        self.link = link
        self.desk = desk
    }
}

/// What a handler knows about the request it serves; it never sees the wire.
public struct RequestContext<Caller: Sendable>: Sendable {
    /// Who calls, as the transport verified it.
    public let caller: Caller
    /// What the client calls itself; for logs only.
    public let client: ClientInfo?
    /// What this client can be asked for, for this request.
    public let clientCapabilities: ClientCapabilities
    /// The revision in which the answer will be written.
    public let revision: Revision
    /// Names this request in logs, and in an internal error's answer.
    public let correlationID: String
    /// Where this request stands in a distributed trace.
    public let trace: TraceContext

    public init(
        caller: Caller,
        client: ClientInfo? = nil,
        clientCapabilities: ClientCapabilities = [],
        revision: Revision = .v2026_07_28,
        correlationID: String = "",
        trace: TraceContext = TraceContext()
    ) {
        self.caller = caller
        self.client = client
        self.clientCapabilities = clientCapabilities
        self.revision = revision
        self.correlationID = correlationID
        self.trace = trace
    }
}

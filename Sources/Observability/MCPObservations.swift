/// One request of MCP, as metrics count it.
package struct MCPRequestObservation: Sendable {
    /// One of the protocol's methods that this server knows; `other` for any other name.
    package let method: String
    package let era: MCPEra
    package let outcome: MCPOutcome

    package init(method: String, era: MCPEra, outcome: MCPOutcome) {
        self.method = method
        self.era = era
        self.outcome = outcome
    }
}

/// One call of a tool, in whichever role and over whichever transport.
package struct ToolCallObservation: Sendable {
    /// The name of a tool that is offered; `other` for any other name.
    package let tool: String
    package let outcome: MCPOutcome
    /// From the moment its work could begin.
    package let duration: Duration
    package let era: MCPEra
    /// nil where the client doesn't say what it is.
    package let client: KnownClient?
    /// Stable error code.
    package let code: String?
    package let requestID: CorrelationID
    /// The caller's span: that of `_meta`, else that of the HTTP request.
    package let traceparent: String?
    /// nil where nobody is asked who they are.
    package let caller: ObservedCaller?

    package init(
        tool: String,
        outcome: MCPOutcome,
        duration: Duration,
        era: MCPEra,
        client: KnownClient?,
        code: String?,
        requestID: CorrelationID,
        traceparent: String? = nil,
        caller: ObservedCaller?
    ) {
        self.tool = tool
        self.outcome = outcome
        self.duration = duration
        self.era = era
        self.client = client
        self.code = code
        self.requestID = requestID
        self.traceparent = traceparent
        self.caller = caller
    }
}

/// The two ways of talking in MCP: with a handshake, or with an envelope in each message.
package enum MCPEra: String, Sendable, CaseIterable {
    case legacy, modern
}

/// What a request of MCP came to.
package enum MCPOutcome: String, Sendable, CaseIterable {
    case ok
    /// The tool says that it failed: the model reads why and can mend it.
    case error
    /// An error of the protocol: the client's fault.
    case refused
    /// Our own fault.
    case fault
    /// It took too long.
    case timeout
    /// The client cancelled it, or went away.
    case cancelled
}

/// Who asks, in plain: lines show only hashes of it, and metrics nothing.
package struct ObservedCaller: Sendable, Equatable {
    package let tenant: String?
    package let subject: String?

    package init(tenant: String?, subject: String?) {
        self.tenant = tenant
        self.subject = subject
    }
}

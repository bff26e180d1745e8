/// Everything the server can say: the one list that logs read.
package enum Observation: Sendable {
    /// The program runs with this shape.
    case started(role: String, version: String, address: String, database: String, profile: String)
    /// The settings in force: name and source or value; secrets only as `set` or `unset`.
    case configured([(name: String, value: String)])
    /// A setting does less, or opens more, than one might think.
    case settingWarning(name: String, text: String)
    /// An issuer's keys came, as they do all the time.
    case keySetFetched(url: String, usable: Int, skipped: Int)
    /// An issuer's keys can't be had; those that came before are believed for a day.
    case keySetFailed(url: String, error: String)
    /// The provider of memberships was asked; status 0 is no answer.
    case membershipsAsked(operation: String, status: Int, duration: Duration)
    /// Memberships can't be asked for.
    case membershipsRefused(reason: String)
    /// The file of the tenants' keys has changed, and counts from now on.
    case keyringReplaced(path: String, keys: [String])
    /// The file of the tenants' keys has become useless; the keys before it stay.
    case keyringKept(error: String)
    /// A tenant was proved by this key: only so can the end of an old one's use be seen.
    case tenantProved(version: Int, key: String)
    /// Connections are accepted at this URL.
    case listening(url: String)
    /// Metrics are served at this URL.
    case metricsListening(url: String)
    /// Metrics aren't served; everything else is.
    case metricsUnavailable(reason: String)
    /// The MCP server in front of an API is put together.
    case gatewayStarted(GatewayObservation)
    /// All its requests go to the API for this tenant.
    case tenantFixed(tenant: String)
    /// The API, of a kind that wants sessions, has made one.
    case apiSessionOpened
    /// A request ended, or its stream opened or closed.
    case request(RequestObservation)
    /// A request of MCP was answered, one of a batch too; a line only at trace.
    case mcpRequest(MCPRequestObservation)
    /// A tool was called.
    case toolCall(ToolCallObservation)
    /// The level of the log changed while the program runs.
    case levelChanged(LogLevel)
    /// The API behind this program was asked.
    case upstream(UpstreamObservation)
    /// A fault of ours, at the place that handles it.
    ///
    /// `error` goes to the log alone.
    case internalError(error: String, requestID: CorrelationID?, route: String?)
    /// The store couldn't do its work.
    case storeFault(error: String, operation: String?)
    /// The system asked the program to stop.
    case signalReceived(Int32)
    /// Nothing is in flight any more, or the limit was reached; counts are of what was in flight when the drain began.
    case drainFinished(requests: Int, streams: Int, duration: Duration)
    /// The last line.
    case shutdownComplete
    /// A library said something worth a line.
    case library(level: LogLevel, label: String, text: String)
    /// A message came so often that it was left out this many times.
    case suppressed(message: String, count: Int)
}

/// One request, as access log and metrics see it.
package struct RequestObservation: Sendable {
    /// What happened to it.
    package enum Phase: Sendable {
        /// Answered in whole.
        case ended
        /// An event stream began.
        case streamOpened
        /// An event stream ended after this many writes.
        case streamClosed(events: Int)
        /// The client went away first.
        case cancelled
    }

    package var phase: Phase
    /// Method as sent; nil when the request line couldn't be read.
    package var method: String?
    /// The route's label, never the path.
    package var route: String
    /// HTTP status.
    package var status: Int
    package var duration: Duration
    package var requestID: CorrelationID
    /// Body bytes received.
    package var bytesIn: Int
    /// Body bytes sent.
    package var bytesOut: Int
    /// Stable error code.
    package var code: String?
    /// Who asks; nil where that wasn't found out.
    package var caller: ObservedCaller?
    /// The caller's span, as it came; nil unless the header is there once.
    package var traceparent: String?

    package init(
        phase: Phase = .ended,
        method: String?,
        route: String,
        status: Int,
        duration: Duration,
        requestID: CorrelationID,
        bytesIn: Int,
        bytesOut: Int,
        code: String?,
        caller: ObservedCaller? = nil,
        traceparent: String? = nil
    ) {
        self.phase = phase
        self.method = method
        self.route = route
        self.status = status
        self.duration = duration
        self.requestID = requestID
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
        self.code = code
        self.caller = caller
        self.traceparent = traceparent
    }
}

extension Observation {
    /// How loud it is: 5xx is an error, 4xx is the client's own business.
    package var level: LogLevel {
        switch self {
        case .started, .gatewayStarted, .tenantFixed, .apiSessionOpened, .configured, .listening, .metricsListening, .signalReceived,
            .drainFinished,
            .shutdownComplete:
            .info
        case .request(let request): request.status >= 500 ? .error : .info
        case .mcpRequest: .trace
        case .upstream: .debug
        case .toolCall(let call): call.outcome == .fault ? .error : .info
        case .levelChanged: .info
        case .internalError, .storeFault: .error
        case .library(let level, _, _): level
        case .suppressed, .settingWarning, .metricsUnavailable, .keySetFailed, .membershipsRefused: .warning
        case .keySetFetched, .tenantProved: .debug
        case .membershipsAsked(_, let status, _): status == 200 ? .debug : .warning
        case .keyringReplaced: .info
        case .keyringKept: .error
        }
    }
}

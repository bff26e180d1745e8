extension Observation {
    /// Text from this list; what varies is in members, but for the two lines whose wording operators search for.
    var message: String {
        switch self {
        case .started: "ToolBridge started"
        case .configured: "configuration"
        case .gatewayStarted(let gateway): "ToolBridge MCP server initialized with \(gateway.dataTools) tools"
        case .tenantFixed: "TenantDirectTransport initialized"
        case .apiSessionOpened: "API session created"
        case .settingWarning: "setting"
        case .keySetFetched: "key set fetched"
        case .keySetFailed: "key set not fetched"
        case .membershipsAsked: "memberships asked"
        case .membershipsRefused: "memberships not asked"
        case .keyringReplaced: "keyring replaced"
        case .keyringKept: "keyring not replaced"
        case .tenantProved: "tenant proved"
        case .listening(let url): "Listening on \(url)"
        case .metricsListening: "metrics listening"
        case .metricsUnavailable: "metrics unavailable"
        case .request(let request):
            switch request.phase {
            case .ended, .cancelled: "request"
            case .streamOpened: "stream opened"
            case .streamClosed: "stream closed"
            }
        case .mcpRequest: "mcp request"
        case .upstream: "upstream request"
        case .toolCall: "tool call"
        case .levelChanged(let level): "log level is \(level.name) from now on"
        case .internalError: "internal error"
        case .storeFault: "store fault"
        case .signalReceived(let number): "Received signal \(number), initiating graceful shutdown"
        case .drainFinished: "drain finished"
        case .shutdownComplete: "Application shutdown complete"
        case .library: "library message"
        case .suppressed: "suppressed"
        }
    }

    /// Which part speaks.
    var component: StaticString {
        switch self {
        case .request, .internalError: "http"
        case .configured, .settingWarning: "config"
        case .mcpRequest, .toolCall: "mcp"
        case .levelChanged: "config"
        case .storeFault: "store"
        case .upstream, .apiSessionOpened: "upstream"
        case .keySetFetched, .keySetFailed, .membershipsAsked, .membershipsRefused, .keyringReplaced, .keyringKept, .tenantProved: "auth"
        case .started, .gatewayStarted, .tenantFixed, .listening, .metricsListening, .metricsUnavailable, .signalReceived, .drainFinished,
            .shutdownComplete, .library,
            .suppressed:
            "lifecycle"
        }
    }

    /// Appends the members after `component`, in the order that each kind of line always has.
    func describe(to line: inout LogLine) {
        switch self {
        case .started(let role, let version, let address, let database, let profile):
            line.fields([
                ("role", .text(role)),
                ("version", .text(version)),
                ("address", .text(address)),
                ("database", .text(database)),
                ("profile", .text(profile)),
            ])
        case .gatewayStarted(let gateway):
            line.fields([
                ("data_tools", .integer(gateway.dataTools)),
                ("tools", .integer(gateway.tools)),
                ("api_base_url", .text(gateway.apiURL)),
                ("upstream_auth", .text(gateway.upstreamAuth)),
                ("version", .text(gateway.version)),
            ])
        case .tenantFixed(let tenant):
            line.fields([("tenant_id", .text(tenant))])
        case .configured(let settings):
            line.fields(settings.map { ($0.name, .text($0.value)) })
        case .settingWarning(let name, let text):
            line.fields([("name", .text(name)), ("text", .text(text))])
        case .keySetFetched(let url, let usable, let skipped):
            line.fields([("url", .text(url)), ("usable", .integer(usable)), ("skipped", .integer(skipped))])
        case .keySetFailed(let url, let error):
            line.member("error", error)
            line.fields([("url", .text(url))])
        case .membershipsAsked(let operation, let status, let duration):
            line.member("status", status)
            line.member("duration_ms", duration)
            line.fields([("operation", .text(operation))])
        case .membershipsRefused(let reason):
            line.member("error", reason)
        case .keyringReplaced(let path, let keys):
            line.fields([("path", .text(path)), ("keys", .text(keys.joined(separator: ",")))])
        case .keyringKept(let error):
            line.member("error", error)
        case .tenantProved(let version, let key):
            line.fields([("version", .integer(version)), ("key", .text(key))])
        case .metricsListening(let url):
            line.fields([("url", .text(url))])
        case .metricsUnavailable(let reason):
            line.member("error", reason)
        case .apiSessionOpened, .listening, .signalReceived, .shutdownComplete, .levelChanged:
            break
        case .mcpRequest(let request):
            line.member("outcome", request.outcome.rawValue)
            line.fields([("mcp_method", .text(request.method)), ("era", .text(request.era.rawValue))])
        case .upstream(let request):
            request.describe(to: &line)
        case .toolCall(let call):
            call.describe(to: &line)
        case .request(let request):
            request.describe(to: &line)
        case .internalError(let error, let requestID, let route):
            if let requestID { line.member("request_id", requestID) }
            line.member("route", route)
            line.member("code", "internal_error")
            line.member("error", error)
        case .storeFault(let error, let operation):
            line.member("error", error)
            if let operation { line.fields([("operation", .text(operation))]) }
        case .drainFinished(let requests, let streams, let duration):
            line.member("duration_ms", duration)
            line.fields([("requests", .integer(requests)), ("streams", .integer(streams))])
        case .library(_, let label, let text):
            line.member("error", text)
            line.fields([("label", .text(label))])
        case .suppressed(let message, let count):
            line.member("items", count)
            line.fields([("message", .text(message))])
        }
    }
}

extension RequestObservation {
    fileprivate func describe(to line: inout LogLine) {
        line.member("request_id", requestID)
        line.members(RequestTrace(parent: traceparent, of: requestID))
        line.member("method", method)
        line.member("route", route)
        line.member("status", status)
        line.member("duration_ms", duration)
        line.members(caller)
        if case .cancelled = phase { line.member("outcome", "cancelled") }
        line.member("code", code)
        line.member("bytes_in", bytesIn)
        line.member("bytes_out", bytesOut)
        if case .streamClosed(let events) = phase { line.member("items", events) }
    }
}

extension ToolCallObservation {
    fileprivate func describe(to line: inout LogLine) {
        line.member("request_id", requestID)
        line.members(RequestTrace(parent: traceparent, of: requestID))
        line.member("duration_ms", duration)
        line.members(caller)
        line.member("client", client?.description)
        line.member("tool", tool)
        line.member("outcome", outcome.rawValue)
        line.member("code", code)
        line.fields([("era", .text(era.rawValue))])
    }
}

extension LogLine {
    fileprivate mutating func members(_ trace: RequestTrace) {
        member("trace_id", trace.traceID)
        member("span_id", trace.spanID)
    }

    fileprivate mutating func members(_ caller: ObservedCaller?) {
        guard let caller else { return }
        member("tenant", hidden(caller.tenant))
        member("subject", hidden(caller.subject))
    }
}

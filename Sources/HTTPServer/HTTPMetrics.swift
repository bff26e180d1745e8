import HTTPTypes
import Observability

/// What a server counts beside its routes.
struct HTTPMetrics: Sendable {
    let inFlight: Gauge
    let connections: Gauge
    private let limit, malformed, duplicateHeader, origin, host: Counter
    private let refusals: [String: Counter]

    /// - Parameter refusals: Counters of refusals, by their code.
    init(_ metrics: Metrics, refusals: [String: Counter]) {
        self.refusals = refusals
        inFlight = metrics.gauge(.httpInFlight)
        connections = metrics.gauge(.httpConnections)
        limit = metrics.counter(.httpRejected, "limit")
        malformed = metrics.counter(.httpRejected, "malformed")
        duplicateHeader = metrics.counter(.httpRejected, "duplicate_header")
        origin = metrics.counter(.httpRejected, "origin")
        host = metrics.counter(.httpRejected, "host")
    }

    /// Counts a refusal that has a counter.
    ///
    /// - Parameter isUnread: Whether the request could not even be read in whole.
    func reject(_ code: String, isUnread: Bool) {
        switch code {
        case "payload_too_large", "uri_too_long", "headers_too_large", "request_timeout": limit.add()
        case "duplicate_header": duplicateHeader.add()
        case "origin_not_allowed": origin.add()
        case "misdirected_request": host.add()
        default: if isUnread { malformed.add() } else { refusals[code]?.add() }
        }
    }
}

/// The counters of one route.
///
/// A request that no route takes, for its path or its method, counts under `other`: so there are as many series as the routes have methods.
struct RouteMeter: Sendable {
    /// Of one method.
    struct Requests: Sendable {
        let codes: CodeCounters
        let duration: Histogram
    }

    /// An open event stream.
    struct Streams: Sendable {
        let open: Gauge
        let events: Counter
        let ended, failed, client, stalled, drain: Counter
    }

    private static let methods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete, .head, .options]

    private let only: Requests?
    private let each: [Requests]
    private let body: Histogram
    let streams: Streams?

    /// - Parameters:
    ///   - method: The one that the route has; nil where it takes any.
    ///   - streams: What its event streams are called; nil where it has none.
    init(_ metrics: Metrics, route: String, method: HTTPRequest.Method?, streams: String?) {
        func requests(_ method: String) -> Requests {
            Requests(codes: metrics.codes(.httpRequests, route, method), duration: metrics.histogram(.httpDuration, route, method))
        }
        only = method.map { requests($0.rawValue) }
        each = method == nil ? Self.methods.map { requests($0.rawValue) } + [requests("other")] : []
        body = metrics.histogram(.httpBody, route)
        self.streams = streams.map { kind in
            func closed(_ reason: String) -> Counter { metrics.counter(.sseClosed, kind, reason) }
            return Streams(
                open: metrics.gauge(.sseStreams, kind),
                events: metrics.counter(.sseEvents, kind),
                ended: closed("ended"),
                failed: closed("failed"),
                client: closed("client"),
                stalled: closed("stalled"),
                drain: closed("drain")
            )
        }
    }

    /// - Parameters:
    ///   - method: nil where nobody could read it.
    ///   - nanoseconds: From the request's last byte to its answer.
    ///   - bytesIn: 0 for no body.
    func count(_ method: HTTPRequest.Method?, code: Int, nanoseconds: Int, bytesIn: Int) {
        let requests = only ?? each[Self.place(of: method)]
        requests.codes.add(code)
        requests.duration.observe(nanoseconds)
        if bytesIn > 0 { body.observe(bytesIn) }
    }

    private static func place(of method: HTTPRequest.Method?) -> Int {
        guard let method else { return methods.count }
        return methods.firstIndex(of: method) ?? methods.count
    }
}

import Synchronization

/// Reads observations for the metrics.
///
/// Requests aren't among them: who serves a route counts them in the route's own counters.
struct ObservationCounters: Sendable {
    private let metrics: Metrics
    private let levels: [Counter]
    private let drain: Atom
    let keySets: KeySets
    let mcp: MCPCounters

    init(_ metrics: Metrics) {
        self.metrics = metrics
        levels = LogLevel.allCases.map { metrics.counter(.logEvents, $0.name.description) }
        drain = Atom()
        keySets = KeySets()
        mcp = MCPCounters(metrics)
        metrics.read(.drainSeconds) { [drain] in Double(drain.value.load(ordering: .relaxed)) / 1e9 }
    }

    /// How many lines of a level there were.
    func lines(_ level: LogLevel) -> Counter {
        levels[Int(level.rawValue)]
    }

    func count(_ observation: Observation) {
        switch observation {
        case .keySetFetched(let url, _, _): keySets.count(url, isFetched: true, metrics)
        case .keySetFailed(let url, _): keySets.count(url, isFetched: false, metrics)
        case .membershipsAsked(let operation, let status, let duration):
            metrics.codes(.workOSRequests, operation).add(status)
            metrics.histogram(.workOSDuration, operation).observe(duration)
        case .drainFinished(_, _, let duration):
            let (seconds, attoseconds) = duration.components
            drain.value.store(Int(seconds) &* 1_000_000_000 &+ Int(attoseconds / 1_000_000_000), ordering: .relaxed)
        case .upstream(let request):
            if let status = request.status {
                metrics.codes(.upstreamRequests, request.operation).add(status)
            } else {
                metrics.rareCounter(.upstreamRequests, request.operation, request.fault ?? "other").add()
            }
            metrics.histogram(.upstreamDuration, request.operation).observe(request.duration)
        case .toolCall(let call): mcp.count(call)
        case .mcpRequest(let request): mcp.count(request)
        default: break
        }
    }
}

private final class Atom: Sendable {
    let value = Atomic(0)
}

/// When each issuer's keys came last; issuers are numbered in the order in which they were first heard of.
final class KeySets: Sendable {
    private struct State {
        var urls: [String] = []
        var fetched: [Int: ContinuousClock.Instant] = [:]
    }

    /// More issuers than this aren't told apart.
    private static let limit = 8

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    func count(_ url: String, isFetched: Bool, _ metrics: Metrics) {
        let (index, isNew) = state.withLock { state -> (Int, Bool) in
            if isFetched, let index = state.urls.firstIndex(of: url) { state.fetched[index] = .now }
            if let index = state.urls.firstIndex(of: url) { return (index, false) }
            guard state.urls.count < Self.limit else { return (Self.limit - 1, false) }
            state.urls.append(url)
            if isFetched { state.fetched[state.urls.count - 1] = .now }
            return (state.urls.count - 1, true)
        }
        let outcomes = ["ok", "failed"].map { metrics.counter(.jwksFetches, String(index), $0) }
        outcomes[isFetched ? 0 : 1].add()
        if isNew { metrics.read(.jwksAge, String(index)) { [self] in age(index) } }
    }

    /// Seconds since each was fetched; since the start where it never was.
    var ages: [Double] { (0..<state.withLock { $0.urls.count }).map(age) }

    private func age(_ index: Int) -> Double {
        let (seconds, attoseconds) = (.now - (state.withLock { $0.fetched[index] } ?? start)).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}

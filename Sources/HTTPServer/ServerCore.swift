import Observability
import Synchronization

/// What all connections of a service share.
final class ServerCore: Sendable {
    let endpoints: EndpointTable
    let deadlines: HTTPServerConfiguration.Deadlines
    let drainLimit: Duration
    let trustedProxies: TrustedProxies?
    let runsHandlersOnEventLoops: Bool
    let logsRequests: Bool
    let observations: Observations
    let bodies: BodyBudget
    let metrics: HTTPMetrics
    private let draining = Atomic(false)
    private let drainedRequests = Atomic(0)
    private let drainedStreams = Atomic(0)

    init(endpoints: EndpointTable, configuration: HTTPServerConfiguration, observations: Observations, metrics: HTTPMetrics) {
        self.endpoints = endpoints
        deadlines = configuration.deadlines
        drainLimit = configuration.drainLimit
        trustedProxies = configuration.trustedProxies
        runsHandlersOnEventLoops = configuration.runsHandlersOnEventLoops
        logsRequests = configuration.logsRequests
        self.observations = observations
        bodies = BodyBudget(limit: configuration.maximumBodyBytes)
        self.metrics = metrics
    }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// What was in flight when the drain began.
    var drained: (requests: Int, streams: Int) {
        (drainedRequests.load(ordering: .relaxed), drainedStreams.load(ordering: .relaxed))
    }

    func beginDrain() {
        draining.store(true, ordering: .relaxed)
    }

    func countDrainedRequest() {
        drainedRequests.wrappingAdd(1, ordering: .relaxed)
    }

    func countDrainedStream() {
        drainedStreams.wrappingAdd(1, ordering: .relaxed)
    }
}

package import Observability
import ServiceLifecycle

/// Says that a signal came; what follows is the HTTP service's business.
package struct SignalReport: Service, CustomStringConvertible {
    private let observations: Observations
    package let description = "signals"

    package init(observations: Observations) {
        self.observations = observations
    }

    package func run() async throws {
        try await gracefulShutdown()
        observations.record(.signalReceived(15))
    }
}

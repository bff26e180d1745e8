import APIClient
import Observability

extension UpstreamObservation {
    init(_ event: UpstreamEvent) {
        self.init(
            operation: event.operation.rawValue,
            status: event.status,
            fault: event.fault?.rawValue,
            duration: event.duration,
            attempt: event.attempt,
            requestID: event.requestID.flatMap { CorrelationID($0) }
        )
    }
}

import APIClient
import Synchronization

/// What a client reported.
final class EventLog: Sendable {
    private let state = Mutex<[UpstreamEvent]>([])

    func add(_ event: UpstreamEvent) { state.withLock { $0.append(event) } }

    var all: [UpstreamEvent] { state.withLock { $0 } }
}

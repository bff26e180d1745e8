/// One request to the API, as it ended; for logs and metrics.
package struct UpstreamEvent: Sendable {
    /// What the request was for.
    package enum Operation: String, Sendable, CaseIterable {
        case list, recent, get, create, replace, patch, delete, restore, archive, process, batch, search
        case session, tenant, exchange, health, info
    }

    package let operation: Operation
    package let method: String
    package let result: Result<Int, TransportFault>
    package let duration: Duration
    /// From 1; a repeat is another attempt.
    package let attempt: Int
    /// The correlation id that was sent.
    package let requestID: String?

    /// HTTP's status; `nil` where there was no answer.
    package var status: Int? { try? result.get() }

    /// Why there was no answer.
    package var fault: TransportFault? {
        guard case .failure(let fault) = result else { return nil }
        return fault
    }
}

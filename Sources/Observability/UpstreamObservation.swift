/// One request that this program made to an API behind it.
package struct UpstreamObservation: Sendable {
    /// What it was for, from a closed list.
    package let operation: String
    /// HTTP's status; nil where there was no answer.
    package let status: Int?
    /// Why there was no answer, from a closed list.
    package let fault: String?
    package let duration: Duration
    /// From 1; a repeat is another attempt.
    package let attempt: Int
    /// Of the request that it served.
    package let requestID: CorrelationID?

    package init(operation: String, status: Int?, fault: String?, duration: Duration, attempt: Int, requestID: CorrelationID?) {
        self.operation = operation
        self.status = status
        self.fault = fault
        self.duration = duration
        self.attempt = attempt
        self.requestID = requestID
    }

    func describe(to line: inout LogLine) {
        if let requestID { line.member("request_id", requestID) }
        if let status { line.member("status", status) }
        line.member("duration_ms", duration)
        line.member("error", fault)
        line.member("attempt", attempt)
        line.fields([("operation", .text(operation))])
    }
}

/// Fetches what the operator's configuration names: key sets, metadata, memberships.
///
/// Nothing in a request ever says what is fetched.
package protocol Outbound: Sendable {
    /// One GET.
    ///
    /// A redirect is an answer like others: it is never followed.
    ///
    /// - Parameters:
    ///   - url: `https`, or `http` to loopback.
    ///   - headers: Sent as they are.
    ///   - bodyLimit: Bytes; a longer answer is an error, and not read to its end.
    ///   - limit: From the beginning to the last byte of the body.
    func get(
        _ url: String,
        headers: [(name: String, value: String)],
        bodyLimit: Int,
        within limit: Duration
    ) async throws(OutboundFault) -> OutboundAnswer
}

/// An answer, whole.
package struct OutboundAnswer: Sendable {
    /// HTTP status.
    package let status: Int
    /// Seconds of `Retry-After`, where it has a number.
    package let retryAfter: Int?
    package let body: [UInt8]

    package init(status: Int, retryAfter: Int? = nil, body: [UInt8]) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
    }
}

/// Why nothing could be fetched.
package enum OutboundFault: Error, Sendable, Equatable {
    /// No connection, or it broke.
    case unreachable
    case tooSlow
    case tooLarge
}

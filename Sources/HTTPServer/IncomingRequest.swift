package import HTTPTypes
package import NIOCore
package import Observability

/// One request, whole: its head and body were read within their limits.
package struct IncomingRequest: Sendable {
    let received: RequestHead
    /// Empty when there was none.
    package let body: ByteBuffer
    /// What the route's template found in the path.
    package let parameters: PathParameters
    /// Who asks: the socket's other end, or whom a trusted proxy names; nil for a socket without an IP address.
    package let client: IPAddress?
    /// Whether the server is about to stop.
    package let isDraining: Bool
    /// Whether the body is more than the route takes; then it wasn't read.
    let isOversized: Bool

    package var method: HTTPRequest.Method { received.method }

    /// The request target exactly as sent.
    package var target: String { received.target }

    /// What stands before "?", as sent: nothing is decoded or folded.
    package var path: String { received.text(received.pathSpan) }

    /// `X-Correlation-ID` of the answer.
    package var correlationID: String { received.correlationID.description }

    /// The same, as observations take it.
    package var requestID: CorrelationID { received.correlationID }

    /// The caller's span, unread; nil unless the header is there exactly once (W3C Trace Context, § 3.2).
    package var traceparent: String? { received.traceparent }

    /// The value of `Host`.
    package var authority: String { received.text(received.authority) }

    /// The first value of a field; bytes that aren't UTF-8 are replaced by U+FFFD.
    package func header(_ name: HTTPField.Name) -> String? {
        received.firstValue(name.canonicalName).map(received.text)
    }

    /// Whether `Content-Type` names this media type (lower-case), whatever its parameters.
    package func hasContentType(_ type: StaticString) -> Bool {
        received.firstValue("content-type").map { received.isToken($0, type) } ?? false
    }

    /// All values of a field, one per field line, never joined.
    package func headerValues(_ name: HTTPField.Name) -> [String] {
        received.texts(name.canonicalName)
    }
}

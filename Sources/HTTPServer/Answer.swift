package import HTTPTypes
package import NIOCore

/// What goes back.
///
/// `Date`, `X-Correlation-ID`, `Content-Length` or `Transfer-Encoding`, and `Connection` are the server's business.
package struct Answer: Sendable {
    package enum Body: Sendable {
        case none
        case bytes(ByteBuffer)
        /// The same from an array, which small answers needn't copy into a buffer of their own first.
        case array([UInt8])
        /// Sent in pieces, each as soon as it is written; the closure's return ends it.
        ///
        /// The closure's task is cancelled when the client goes away or the server stops, and writing throws then.
        case stream(@Sendable (any AnswerWriter) async throws -> Void)
    }

    package var status: HTTPResponse.Status
    /// Written as `Content-Type` unless `headers` has one.
    package var contentType: StaticString?
    package var headers: HTTPFields
    package var body: Body
    /// The stable error code, for log and metrics.
    package var code: String?

    package init(
        _ status: HTTPResponse.Status,
        contentType: StaticString? = nil,
        headers: HTTPFields = [:],
        body: Body = .none,
        code: String? = nil
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
        self.code = code
    }

    /// JSON that is already made.
    package static func json(_ status: HTTPResponse.Status, _ bytes: [UInt8], headers: HTTPFields = [:]) -> Answer {
        json(status, ByteBuffer(bytes: bytes), headers: headers)
    }

    package static func json(_ status: HTTPResponse.Status, _ bytes: ByteBuffer, headers: HTTPFields = [:]) -> Answer {
        Answer(status, contentType: "application/json", headers: headers, body: .bytes(bytes))
    }

    /// `text/plain` in UTF-8.
    package static func text(_ status: HTTPResponse.Status, _ text: String) -> Answer {
        Answer(status, contentType: "text/plain; charset=utf-8", body: .bytes(ByteBuffer(string: text)))
    }

    package static func empty(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Answer {
        Answer(status, headers: headers)
    }
}

/// Where a streamed answer's pieces go.
package protocol AnswerWriter: Sendable {
    /// Whether the server is about to stop: then a cancelled stream may still write its end, or go on until what it answers is done.
    var isStopping: Bool { get }

    /// Sends these bytes now and returns when the socket has taken them.
    ///
    /// Throws once the client is gone, the stream was slower than the configuration allows, or the server has closed it.
    func write(_ buffer: ByteBuffer) async throws
}

/// The connection under a streamed answer is closed.
package struct ConnectionClosed: Error {
    package init() {}
}

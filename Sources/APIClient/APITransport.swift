/// Carries requests to one API and brings its answers back.
package protocol APITransport: Sendable {
    /// One request, sent once.
    ///
    /// A redirect is an answer like others: it is never followed.
    ///
    /// - Parameter limit: From the beginning to the last byte of the answer.
    func send(_ request: APIRequest, within limit: Duration) async throws(TransportFault) -> APIResponse

    /// Lets go of connections that are kept, which may have died while the machine slept.
    func forgetConnections()

    /// Closes all connections; nothing can be sent afterwards.
    func shutdown() async
}

extension APITransport {
    package func forgetConnections() {}
    package func shutdown() async {}
}

/// A request to the API.
package struct APIRequest: Sendable {
    package var method: String
    /// From the first slash after the host on, query included.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The value of the first header of this name, without regard to case.
    package func header(_ name: String) -> String? { headers.value(of: name) }
}

/// An answer of the API, whole.
package struct APIResponse: Sendable {
    /// HTTP status.
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header of this name, without regard to case.
    package func header(_ name: String) -> String? { headers.value(of: name) }
}

extension [(name: String, value: String)] {
    /// The value of the first header of this name, without regard to case.
    fileprivate func value(of name: String) -> String? {
        first { header in
            header.name.utf8.count == name.utf8.count && zip(header.name.utf8, name.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
        }?.value
    }
}

/// Why there is no answer.
package enum TransportFault: String, Error, Sendable, Equatable {
    /// No connection came about: the request was never sent.
    case notSent = "not_sent"
    /// The connection broke after something had been sent: nobody knows whether the request was carried out.
    case broken
    /// Too little time.
    case tooSlow = "too_slow"
    /// The answer is longer than we take.
    case tooLarge = "too_large"
    /// Whoever asked doesn't want to know any more.
    case cancelled
}

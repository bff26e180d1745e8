package import Auth
package import ToolBridge

/// What requests are made with; never what a client's headers said besides these.
package struct APICredentials: Sendable {
    /// Whose items are meant: its tenant is sent, and sync sessions are kept by it.
    package let owner: Owner
    /// The token to send; `nil` sends none.
    ///
    /// It is called with `nil` first, and once more with the token that the API refused: whoever keeps tokens drops that one. No other token than
    /// the refused one ends the request as `unauthorized`.
    package let token: @Sendable (_ refused: Secret?) async throws(ItemError) -> Secret?
    package let origin: APIRequestOrigin

    package init(
        owner: Owner,
        origin: APIRequestOrigin = APIRequestOrigin(),
        token: @escaping @Sendable (_ refused: Secret?) async throws(ItemError) -> Secret?
    ) {
        self.owner = owner
        self.origin = origin
        self.token = token
    }
}

/// What a request to the API tells of the request that it is made for.
package struct APIRequestOrigin: Sendable {
    /// The client's address, sent as `X-Forwarded-For`, so that the API's limits count the client.
    package var clientAddress: String?
    /// Sent as `X-Correlation-ID`.
    package var correlationID: String?
    /// W3C trace context and baggage.
    package var traceparent: String?
    package var tracestate: String?
    package var baggage: String?

    package init(
        clientAddress: String? = nil,
        correlationID: String? = nil,
        traceparent: String? = nil,
        tracestate: String? = nil,
        baggage: String? = nil
    ) {
        self.clientAddress = clientAddress
        self.correlationID = correlationID
        self.traceparent = traceparent
        self.tracestate = tracestate
        self.baggage = baggage
    }

    /// As headers, without those that no request can have.
    var headers: [(name: String, value: String)] {
        let all = [
            ("X-Forwarded-For", clientAddress), ("X-Correlation-ID", correlationID), ("traceparent", traceparent),
            ("tracestate", tracestate), ("baggage", baggage),
        ]
        return all.compactMap { name, value in
            guard let value, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
            return (name, value)
        }
    }
}

package import HTTPTypes

/// One endpoint: router, limits, log labels and test matrices read this value.
package struct Route<Caller: Sendable>: Sendable {
    package enum Verb: Sendable, Equatable {
        case any
        case only(HTTPRequest.Method)
    }

    /// Which checks stand before the handler.
    package enum Rules: Sendable {
        /// REST: limits, encodings and ambiguous fields.
        case api
        /// MCP over HTTP: `Host` and `Origin`, then types and limits (W2–W8).
        case mcp
        /// Health: only the rules of the head.
        case probe
    }

    package enum Action: Sendable {
        case open(@Sendable (IncomingRequest) async throws -> Answer)
        case authenticated(@Sendable (IncomingRequest, Caller) async throws -> Answer)
        /// The caller if one can be had: bad credentials still refuse, absent ones are nil.
        case identified(@Sendable (IncomingRequest, Caller?) async throws -> Answer)
        /// In two steps: what the first refuses costs none of the caller's tokens; the second answers.
        case admitted(@Sendable (IncomingRequest, Caller) async throws -> (@Sendable () async throws -> Answer))
        /// The route verifies credentials itself: a client error counts against the address.
        case judged(@Sendable (IncomingRequest) async throws -> Verdict)
    }

    /// What a route that verifies credentials itself came to.
    package enum Verdict: Sendable {
        case refused(Answer)
        /// Costs a token of the route's group; nil isn't limited. The second step answers.
        case accepted(LimitKey?, @Sendable () async throws -> Answer)
    }

    package let verb: Verb
    /// `/v1/notes/{uid}/archive`: segments are compared as bytes as sent, `{x}` takes one non-empty segment, at most four of them.
    package let template: String
    /// The route in logs and metrics, such as `/v1/{kind}/{uid}`.
    package let label: String
    package let rules: Rules
    /// Bytes.
    package let bodyLimit: Int
    package let limits: LimitGroup
    /// What a token must allow whose rights are limited, in the words of this route's makers; nil where nobody asks.
    package let scope: String?
    /// Whether the handler's task is cancelled when the client goes away before the answer.
    ///
    /// Streams always are.
    package let cancelsOnDisconnect: Bool
    /// Whether the handler may take more than a millisecond of a processor: then no event loop waits for it.
    package let mayTakeLong: Bool
    /// What its event streams are called in metrics; nil where it has none.
    package private(set) var streams: String?
    package let action: Action
    /// What the route is for, for people; nil for what isn't part of the API.
    package let describe: (@Sendable () -> OperationDescription)?

    package init(
        _ verb: Verb,
        _ template: String,
        label: String,
        rules: Rules = .api,
        bodyLimit: Int = 1_048_576,
        limits: LimitGroup = .none,
        scope: String? = nil,
        cancelsOnDisconnect: Bool = false,
        mayTakeLong: Bool = false,
        describe: (@Sendable () -> OperationDescription)? = nil,
        _ action: Action
    ) {
        self.verb = verb
        self.template = template
        self.label = label
        self.rules = rules
        self.bodyLimit = bodyLimit
        self.limits = limits
        self.scope = scope
        self.cancelsOnDisconnect = cancelsOnDisconnect
        self.mayTakeLong = mayTakeLong
        self.action = action
        self.describe = describe
    }

    /// The same route, whose answers may be event streams.
    ///
    /// - Parameter kind: What they are called in metrics, from a closed list.
    package func streaming(as kind: String) -> Route {
        var route = self
        route.streams = kind
        return route
    }
}

/// Which bucket a route's requests are taken from.
package enum LimitGroup: String, Sendable, CaseIterable {
    /// None of the caller's. Requests without good credentials count against their address all the same.
    case none
    case data
    case auth
}

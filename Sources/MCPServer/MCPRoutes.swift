package import HTTPServer
internal import HTTPTypes
package import MCP
internal import NIOCore

/// MCP over HTTP: `/mcp`, and `/sse` as its second name (E9).
package struct MCPRoutes<Caller: Sendable>: Sendable {
    private let endpoint: HTTPEndpoint<Caller>
    private let ended: any EndedSessions
    private let timeLimit: Duration
    private let principal: @Sendable (Caller) -> Principal
    private let charge: @Sendable (Caller) -> RateLimits.Standing?
    private let now: @Sendable () -> Int64
    private let report: @Sendable (_ fault: any Error, _ correlationID: String) -> Void

    /// - Parameters:
    ///   - timeLimit: How long a tool may take (B17).
    ///   - principal: Whom the caller's token names.
    ///   - charge: Takes a call from the caller's rate limit; nil where there is none.
    ///   - now: Unix seconds.
    ///   - report: Takes errors of ours, for the log; the client only sees the correlation id.
    package init(
        _ endpoint: HTTPEndpoint<Caller>,
        ended: any EndedSessions,
        timeLimit: Duration = .seconds(60),
        principal: @escaping @Sendable (Caller) -> Principal,
        charge: @escaping @Sendable (Caller) -> RateLimits.Standing? = { _ in nil },
        now: @escaping @Sendable () -> Int64 = unixSeconds,
        report: @escaping @Sendable (_ fault: any Error, _ correlationID: String) -> Void = { _, _ in }
    ) {
        self.endpoint = endpoint
        self.ended = ended
        self.timeLimit = timeLimit
        self.principal = principal
        self.charge = charge
        self.now = now
        self.report = report
    }

    package var routes: [Route<Caller>] {
        [
            Route(.any, "/mcp", label: "/mcp", rules: .mcp, cancelsOnDisconnect: true, .authenticated(serve)),
            Route(.any, "/sse", label: "/sse", rules: .mcp, cancelsOnDisconnect: true, .authenticated(serveSSE)),
        ]
    }

    /// W70, W71; the transport of 2024-11-05 is not offered (W82).
    private func serveSSE(_ request: IncomingRequest, _ caller: Caller) async throws -> Answer {
        if request.method == .get, request.headerValues(.mcpSessionID).isEmpty {
            throw Problem(.notFound, "route_not_found", "no such route")
        }
        return try await serve(request, caller)
    }

    private func serve(_ request: IncomingRequest, _ caller: Caller) async throws -> Answer {
        let decision = endpoint.receive(HTTPMessage(request, principal: principal(caller), now: now()))
        if let session = decision.session, try await ended.contains(session) {
            return Answer(decision.ifEnded)
        }
        switch decision.action {
        case .answer(let reply):
            return Answer(reply)
        case .run(let invocation):
            try admit(caller)
            return Answer(endpoint.reply(await perform(invocation, caller, request), to: invocation))
        case .batch(let steps, let form):
            var messages: [[UInt8]] = []
            for step in steps {
                switch step {
                case .answer(let message): messages.append(message)
                case .run(let invocation):
                    try admit(caller)
                    messages.append(await perform(invocation, caller, request).message)
                }
            }
            return Answer(endpoint.reply(toBatch: messages, form: form))
        case .end(let session):
            return Answer(.ended(isRemembered: try await ended.end(session)))
        case .deliver: return Answer(.unexpectedResponse)
        case .cancel, .listen, .stream: return Answer(.accepted)
        }
    }

    /// What does work counts as a request to the data behind it; discovery and lists that are written already don't.
    private func admit(_ caller: Caller) throws(Problem) {
        if let standing = charge(caller), !standing.isGranted { throw standing.refusal }
    }

    private func perform(_ invocation: Invocation, _ caller: Caller, _ request: IncomingRequest) async -> Performed {
        let correlationID = request.correlationID
        let (engine, limit) = (endpoint.engine, timeLimit)
        let work = { @Sendable in
            await limited(to: limit, late: engine.timedOut(invocation, after: limit, correlationID: correlationID)) {
                await engine.perform(invocation, caller: caller, correlationID: correlationID)
            } ?? engine.timedOut(invocation, after: limit, correlationID: correlationID)
        }
        // A client that goes away has cancelled its request only in the modern era (H7, S5).
        let performed = invocation.revision.isLegacy ? await uncancelled(work) : await work()
        if let fault = performed.fault { report(fault, correlationID) }
        return performed
    }
}

extension HTTPMessage {
    fileprivate init(_ request: IncomingRequest, principal: Principal, now: Int64) {
        let method: HTTPMessage.Method =
            switch request.method {
            case .post: .post
            case .get: .get
            case .delete: .delete
            default: .other
            }
        self.init(
            method,
            body: Array(buffer: request.body),
            principal: principal,
            now: now,
            protocolVersion: request.headerValues(.mcpProtocolVersion),
            mcpMethod: request.headerValues(.mcpMethod),
            mcpName: request.headerValues(.mcpName),
            sessionID: request.headerValues(.mcpSessionID),
            accept: request.headerValues(.accept),
            trace: TraceContext(
                traceparent: request.header(.traceparent),
                tracestate: request.header(.tracestate),
                baggage: request.header(.baggage)
            )
        )
    }
}

extension HTTPField.Name {
    fileprivate static let mcpProtocolVersion = HTTPField.Name(constant: "MCP-Protocol-Version")
    fileprivate static let mcpMethod = HTTPField.Name(constant: "Mcp-Method")
    fileprivate static let mcpName = HTTPField.Name(constant: "Mcp-Name")
    fileprivate static let mcpSessionID = HTTPField.Name(constant: "Mcp-Session-Id")
    fileprivate static let traceparent = HTTPField.Name(constant: "traceparent")
    fileprivate static let tracestate = HTTPField.Name(constant: "tracestate")
    fileprivate static let baggage = HTTPField.Name(constant: "baggage")

    /// The two names that nearly every answer has aren't read again each time.
    fileprivate init?(known text: String) {
        switch text {
        case "Content-Type": self = .contentType
        case "Cache-Control": self = .cacheControl
        default: self.init(text)
        }
    }
}

extension Answer {
    fileprivate init(_ reply: HTTPReply) {
        var fields = HTTPFields()
        for header in reply.headers {
            guard let name = HTTPField.Name(known: header.name) else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        let body = reply.bytes.map { Answer.Body.bytes(ByteBuffer(bytes: $0)) } ?? .none
        self.init(HTTPResponse.Status(code: reply.status), headers: fields, body: body)
    }
}

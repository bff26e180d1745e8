package import HTTPServer
internal import HTTPTypes
package import MCP
internal import NIOCore

/// MCP over HTTP: `/mcp`, `/sse` as its second name (E9), and HTTP+SSE of 2024-11-05.
package struct MCPRoutes<Caller: Sendable>: Sendable {
    let server: Server<Caller>
    private let serverOfQuery: (@Sendable (IncomingRequest) throws(Problem) -> Server<Caller>)?
    let connections: MCPConnections
    let sealer: any Sealer
    private let ended: any EndedSessions
    let settings: MCPRouteSettings
    let identity: MCPIdentity<Caller>
    let report: @Sendable (_ fault: any Error, _ correlationID: String) -> Void
    let observer: MCPObserver<Caller>?
    let sseClients = SSEClients<Caller>()
    private let stopWatching: WatchEnd

    /// - Parameters:
    ///   - serverOfQuery: Which server answers a request whose address has a query, by that query alone; nil if always the same. They share
    ///     their `changes`, and sessions, cursors and subscriptions are good at all of them. What it throws is the answer.
    ///   - sealer: Seals sessions, cursors and request states.
    ///   - ended: Remembers which sessions were ended.
    ///   - connections: What this process holds open; other transports of the same server may share it.
    ///   - report: Takes errors that handlers throw, for the log; the client only sees the correlation id.
    ///   - observer: Is told of every request; nil for none.
    package init(
        _ server: Server<Caller>,
        serverOfQuery: (@Sendable (IncomingRequest) throws(Problem) -> Server<Caller>)? = nil,
        sealer: any Sealer,
        ended: any EndedSessions,
        connections: MCPConnections = MCPConnections(),
        settings: MCPRouteSettings = MCPRouteSettings(),
        identity: MCPIdentity<Caller>,
        report: @escaping @Sendable (_ fault: any Error, _ correlationID: String) -> Void = { _, _ in },
        observer: MCPObserver<Caller>? = nil
    ) {
        self.server = server
        self.serverOfQuery = serverOfQuery
        self.connections = connections
        self.sealer = sealer
        self.ended = ended
        self.settings = settings
        self.identity = identity
        self.report = report
        self.observer = observer
        stopWatching = WatchEnd(server.changes.watch { [weak connections] in connections?.tell($0) })
    }

    package var routes: [Route<Caller>] {
        let path = settings.path
        return [
            Route(.any, path, label: path, rules: .mcp, cancelsOnDisconnect: true, .authenticated(serve)).streaming(as: "mcp"),
            Route(.any, "/sse", label: "/sse", rules: .mcp, cancelsOnDisconnect: true, .authenticated(serveSSE)).streaming(as: "sse"),
        ] + messageRoutes
    }

    /// The server that a request means.
    ///
    /// - Throws: 400 for a query that names none.
    func server(of request: IncomingRequest) throws(Problem) -> Server<Caller> {
        guard let serverOfQuery, request.hasQuery else { return server }
        return try serverOfQuery(request)
    }

    func serve(_ request: IncomingRequest, _ caller: Caller) async throws -> Answer {
        let server = try server(of: request)
        // Made anew for each request: a definition may have been replaced, and a request keeps the one it began with.
        let endpoint = HTTPEndpoint(
            ProtocolEngine(server.definition, resource: settings.resource),
            sealer: sealer,
            sessionLife: settings.sessionLife
        )
        let message = HTTPMessage(
            request,
            principal: identity.principal(caller),
            now: identity.now(),
            parameterHeaders: endpoint.engine.definition.parameterHeaderNames
        )
        let decision = endpoint.receive(message)
        if let session = decision.session, try await ended.contains(session) {
            return Answer(decision.ifEnded)
        }
        if let problem = identity.refusal(caller, request, decision) { return Answer(decision.ifForbidden(problem.text), problem) }
        if let answered = decision.answered {
            observer?.answered(answered, request.requestID, traceparent: message.trace.traceparent, caller)
        }
        do {
            switch decision.action {
            case .answer(let reply):
                // A session costs no memory, but whoever opens them without end uses up the keys (S17).
                if reply.sessionID != nil { try admit(caller) }
                return Answer(reply)
            case .run(let invocation):
                let caller = identity.caller(caller, of: invocation)
                if let performed = try performAtOnce(invocation, endpoint, caller, request) { return performed }
                let exchange = try begin(message.principal, decision.session, invocation, caller)
                return await run(invocation, on: exchange, endpoint, caller, request)
            case .batch(let steps, let asides, let form):
                if let session = decision.session { follow(asides, of: session, message.principal) }
                let exchange = try begin(message.principal, decision.session, steps, caller, canStream: message.takesEvents)
                return await run(steps, form, on: exchange, endpoint, caller, request)
            case .listen(let listen):
                let (answer, isOpen) = try await open(listen, server, endpoint.engine, caller, request, message.principal)
                observer?.listened(isOpen: isOpen)
                return answer
            case .stream(let session, let lastEventID):
                return try await open(session, lastEventID, server, caller, request, message.principal)
            case .deliver(let response, let session):
                let isExpected = connections.questions.deliver(response, from: .session(session.number, message.principal))
                return Answer(isExpected ? .accepted : .unexpectedResponse)
            case .cancel(let id, let session):
                connections.cancel(id, of: session.number)
                return Answer(.accepted)
            case .end(let session):
                let isRemembered = try await ended.end(session)
                if isRemembered { connections.end(session.number) }
                return Answer(.ended(isRemembered: isRemembered))
            }
        } catch let problem as Problem {
            return Answer(decision.refused(problem.status.code, problem.text), problem)
        }
    }

    /// What elements of a batch ask for that get no answer, as if each had come alone.
    private func follow(_ asides: [BatchAside], of session: Session, _ principal: Principal) {
        for aside in asides {
            switch aside {
            case .deliver(let response): _ = connections.questions.deliver(response, from: .session(session.number, principal))
            case .cancel(let id): connections.cancel(id, of: session.number)
            }
        }
    }

    /// What does work, opens a stream or a session counts for the rate limit; discovery and lists that are written already don't.
    func admit(_ caller: Caller) throws(Problem) {
        if let standing = identity.charge(caller), !standing.isGranted { throw standing.refusal }
    }
}

/// How MCP is served over HTTP.
package struct MCPRouteSettings: Sendable {
    package var path = "/mcp"
    /// This server's own address, the same on all replicas: a request state is good only where it was made (M6).
    package var resource = ""
    /// Seconds, 1 hour to 30 days (LS5).
    package var sessionLife: Int64 = 604_800
    /// Whether the transport of 2024-11-05 is there (E8, W82).
    package var legacySSE = true
    /// What stands before our paths in the addresses that clients use, such as `/bridge` (E2); empty for nothing.
    package var publicPrefix = ""

    package init() {}
}

/// What the protocol needs to know of a caller.
package struct MCPIdentity<Caller: Sendable>: Sendable {
    /// Whom the caller's token names.
    package var principal: @Sendable (Caller) -> Principal
    /// Takes a call from the caller's rate limit; nil where there is none.
    package var charge: @Sendable (Caller) -> RateLimits.Standing?
    /// When the caller's token expires, in Unix seconds: then its streams end (SB7); nil if never.
    package var expires: @Sendable (Caller) -> Int64?
    /// Why a caller may not do what a message asks for: a 403 with its challenge (W23, W45); nil if it may.
    ///
    /// It is asked for every message that has a right shape, also for those that ask for nothing by name. nil where everybody may everything.
    package var forbids: (@Sendable (Caller, [RequestedOperation], IncomingRequest) -> Problem?)?
    /// The same caller, who also knows where the request stands in a distributed trace: what `_meta` says, else the headers (B16); nil
    /// where nothing is passed on.
    package var tracing: (@Sendable (Caller, TraceContext) -> Caller)?
    /// Unix seconds.
    package var now: @Sendable () -> Int64

    package init(
        principal: @escaping @Sendable (Caller) -> Principal,
        charge: @escaping @Sendable (Caller) -> RateLimits.Standing? = { _ in nil },
        expires: @escaping @Sendable (Caller) -> Int64? = { _ in nil },
        forbids: (@Sendable (Caller, [RequestedOperation], IncomingRequest) -> Problem?)? = nil,
        tracing: (@Sendable (Caller, TraceContext) -> Caller)? = nil,
        now: @escaping @Sendable () -> Int64 = unixSeconds
    ) {
        self.principal = principal
        self.charge = charge
        self.expires = expires
        self.forbids = forbids
        self.tracing = tracing
        self.now = now
    }

    func caller(_ caller: Caller, of invocation: Invocation) -> Caller {
        guard let tracing else { return caller }
        return tracing(caller, invocation.trace)
    }

    func refusal(_ caller: Caller, _ request: IncomingRequest, _ decision: Decision) -> Problem? {
        guard let forbids, let operations = decision.operations else { return nil }
        return forbids(caller, operations, request)
    }
}

/// Ends a watch when the last copy of its owner goes.
private final class WatchEnd: Sendable {
    private let end: @Sendable () -> Void

    init(_ end: @escaping @Sendable () -> Void) {
        self.end = end
    }

    deinit { end() }
}

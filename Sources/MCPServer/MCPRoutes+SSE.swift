internal import HTTPServer
internal import HTTPTypes
internal import JSON
internal import MCP

extension MCPRoutes {
    /// HTTP+SSE of 2024-11-05, with and without the slash.
    var messageRoutes: [Route<Caller>] {
        guard settings.legacySSE else { return [] }
        return ["/messages/", "/messages"].map { path in
            Route(.any, path, label: "/messages/", rules: .mcp, .authenticated(take))
        }
    }

    /// /sse: a second name of Streamable HTTP but for the GET of 2024-11-05 (W70–W74, W82, E9).
    func serveSSE(_ request: IncomingRequest, _ caller: Caller) async throws -> Answer {
        guard request.method == .get else { return try await serve(request, caller) }
        guard settings.legacySSE || !request.headerValues(.mcpSessionID).isEmpty else {
            throw Problem(.notFound, "route_not_found", "no such route")
        }
        let message = HTTPMessage(request, principal: identity.principal(caller), now: identity.now(), parameterHeaders: [])
        switch SSEOpening(message) {
        case .streamableHTTP: return try await serve(request, caller)
        case .refused(let reply): return Answer(reply)
        case .opened:
            if let problem = identity.forbids?(caller, [], request) { throw problem }
            return try await open(try server(of: request), message.principal, caller, request)
        }
    }

    /// Opens a stream; its first event says where messages go (E2).
    private func open(
        _ server: Server<Caller>,
        _ principal: Principal,
        _ caller: Caller,
        _ request: IncomingRequest
    ) async throws -> Answer {
        try count(principal)
        let (listening, engine) = (Listening(), ProtocolEngine(server.definition))
        do {
            try await listening.begin { try await engine.beginListening(caller: caller, principal: principal) }
        } catch {
            connections.streamCounts.remove(principal)
            throw unheard(error, request.correlationID)
        }
        let id = SSEStreamID(number: (0..<16).map { _ in UInt8.random(in: .min ... .max) }, replica: connections.replica)
        let client = SSEClient<Caller>(id, of: principal, at: server, connections)
        client.stream.send(Array("\(settings.publicPrefix)/messages/?session_id=\(id)".utf8), event: "endpoint")
        sseClients.add(client)
        let stopWatching = server.changes.watch(for: principal) { [weak client] notice in
            for notice in client?.client.told(by: notice, as: principal) ?? [] { client?.stream.notify(notice) }
        }
        let correlationID = request.correlationID
        // A stream of its own session has no age limit (LS15): a session would end with it.
        return answer(with: client.stream, hasAgeLimit: false, endsIdle: true) { _ in
            client.endWhenIdle()
        } tell: { notice in
            guard client.client.wants(notice) else { return nil }
            return await ProtocolEngine(server.definition)
                .message(for: notice, to: client.client.session, of: principal, caller: caller, correlationID: correlationID)
        } finally: { [sseClients, connections] in
            stopWatching()
            listening.end()
            sseClients.remove(client)
            client.close()
            connections.streamCounts.remove(principal)
        }
    }

    /// A message of a client with a stream (W75–W81).
    private func take(_ request: IncomingRequest, _ caller: Caller) async throws -> Answer {
        guard request.method == .post else { return Answer(.sseMethodRefused) }
        guard let id = (try? request.queryParameter("session_id")).flatMap({ SSEStreamID($0) }) else { return Answer(.sseStreamUnnamed) }
        let principal = identity.principal(caller)
        guard let client = sseClients.client(id, of: principal) else {
            return HandingOn.answer(to: request, for: id, at: connections.replica) ?? Answer(.sseStreamUnknown)
        }
        client.stream.touch()
        // Before the message, which may begin the one session of the stream.
        if let problem = identity.forbids?(caller, [], request) { throw problem }
        let engine = ProtocolEngine(client.server.definition, sealer: sealer)
        let message = HTTPMessage(request, principal: principal, now: identity.now(), parameterHeaders: [])
        let (receipt, answered) = client.receive(message, by: engine)
        if let answered { observer?.answered(answered, request.requestID, traceparent: message.trace.traceparent, caller) }
        switch receipt {
        case .refused(let reply): return Answer(reply)
        case .accepted(let action):
            if let problem = identity.forbids?(caller, action.operations, request) {
                return Answer(action.ifForbidden(problem.text, revision: .v2024_11_05), problem)
            }
            do {
                try follow(action, engine, client, caller, request)
                return .text(.accepted, "Accepted")
            } catch {
                return Answer(action.refused(error.status.code, error.text), error)
            }
        }
    }

    private func follow(
        _ action: SSEConversation<Caller>.Action,
        _ engine: ProtocolEngine<Caller>,
        _ client: SSEClient<Caller>,
        _ caller: Caller,
        _ request: IncomingRequest
    ) throws(Problem) {
        switch action {
        case .nothing: break
        case .answer(let message): client.stream.send(message)
        case .deliver(let response): _ = connections.questions.deliver(response, from: client.client.owner)
        case .cancel(let id): client.cancel(id)
        case .run(let invocation): try run([.run(invocation)], engine, client, caller, request)
        case .batch(let steps, let asides):
            for aside in asides {
                switch aside {
                case .deliver(let response): _ = connections.questions.deliver(response, from: client.client.owner)
                case .cancel(let id): client.cancel(id)
                }
            }
            try run(steps, engine, client, caller, request)
        }
    }

    /// Requests of one POST, one after the other, each answered by an event of its own (S19).
    ///
    /// - Throws: 429 if the principal runs as many as it may, or its rate limit is used up.
    private func run(
        _ steps: [BatchStep],
        _ engine: ProtocolEngine<Caller>,
        _ client: SSEClient<Caller>,
        _ caller: Caller,
        _ request: IncomingRequest
    ) throws(Problem) {
        for case .run in steps { try admit(caller) }
        guard connections.beginRequest(of: client.principal) else { throw .tooManyRequests }
        let (calls, keys) = client.begin(steps.compactMap(\.invocation))
        let (connections, report, correlationID) = (connections, report, request.correlationID)
        let (observer, identity, id) = (observer, identity, request.requestID)
        // A task of its own, for the POST is answered at once (E3). It ends with its work, at the time limit, or with its stream (E5).
        Task {
            var calls = calls[...]
            for step in steps {
                switch step {
                case .answer(let message): client.stream.send(message)
                case .run(let invocation):
                    guard let call = calls.popFirst() else { continue }
                    let caller = identity.caller(caller, of: invocation)
                    let observed = ObservedWork(observer, invocation, id, caller)
                    guard !call.isStopped else {
                        observed?.end(nil)
                        continue
                    }
                    let performed = await call.perform(invocation, by: engine, caller: caller, correlationID: correlationID)
                    observed?.end(performed)
                    if let fault = performed?.fault { report(fault, correlationID) }
                    if let performed { client.stream.send(performed.message) }
                }
            }
            connections.endRequest(of: client.principal)
            client.end(keys)
        }
    }
}

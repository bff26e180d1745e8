import JSON

/// What a server answers to understood messages: one core, two eras.
///
/// Values in, values out; only the handlers' own work takes time.
///
/// `HTTPEndpoint` and `StdioConversation` put it behind their framing.
public struct ProtocolEngine<Caller: Sendable>: Sendable {
    /// What is offered.
    public let definition: ServerDefinition<Caller>
    /// Seals the cursors of lists that have several pages, and the states of calls that ask the client (G1, M10).
    let sealer: any Sealer
    /// This server's own address, to which request states are bound (M6).
    let resource: String

    /// - Parameters:
    ///   - sealer: Seals cursors and request states. Without one they can be read and made up, which is well for a client that has the server
    ///     for itself; `HTTPEndpoint` brings its own.
    ///   - resource: The server's own resource URI, the same on all its replicas; empty where it has none.
    public init(_ definition: ServerDefinition<Caller>, sealer: (any Sealer)? = nil, resource: String = "") {
        self.definition = definition
        self.sealer = sealer ?? Unsealed()
        self.resource = resource
    }

    /// What a modern request is, as its envelope and headers tell (W15–W22).
    ///
    /// - Parameter headers: nil on stdio, where there are none (W93).
    func framed(
        _ request: Message,
        headers: RoutingHeaders?,
        principal: Principal = .anonymous
    ) throws(MCPError) -> FramedRequest {
        let envelope = try Envelope(request.meta)
        try headers?.requireVersion(envelope.protocolVersion)
        guard let revision = Revision(envelope.protocolVersion) else {
            throw .unsupportedVersion(requested: envelope.protocolVersion.shortened, supported: Revision.supported)
        }
        guard !revision.isLegacy else {
            throw .unsupportedVersion(requested: envelope.protocolVersion, supported: [.v2026_07_28])
        }
        try headers?.requireMethod(request.method)
        let method = try method(of: request, in: .modern)
        if let member = method.routedMember { try headers?.requireName(request.params?[member]?.string) }
        let peer = Peer(revision: revision, clientCapabilities: envelope.capabilities, client: envelope.client, principal: principal)
        return FramedRequest(method: method, peer: peer)
    }

    /// The rest of it (W24–W28).
    func modern(
        _ request: Message,
        _ framed: FramedRequest,
        headers: RoutingHeaders?,
        transportTrace: TraceContext,
        now: Int64
    ) throws(MCPError) -> Step {
        try step(framed.method, request, headers, from: framed.peer, era: .modern, transportTrace: transportTrace, now: now)
    }

    /// A legacy request other than `initialize` (W37, W39, W44).
    func legacy(_ request: Message, from peer: Peer, transportTrace: TraceContext, now: Int64) throws(MCPError) -> Step {
        let method = try method(of: request, in: .legacy)
        if method == .ping { return .result(Array("{}".utf8)) }
        guard request.params == nil || request.params?.kind == .object else { throw .invalidParameters("params must be an object") }
        return try step(method, request, nil, from: peer, era: .legacy, transportTrace: transportTrace, now: now)
    }

    /// The request that begins a legacy session (V1, V2).
    func initialize(_ request: Message) throws(MCPError) -> (peer: Peer, result: [UInt8]) {
        guard let params = request.params, let asked = params["protocolVersion"]?.string else {
            throw .invalidParameters("initialize needs protocolVersion, a string")
        }
        let known = Revision(asked).flatMap { $0.isLegacy ? $0 : nil }
        let revision = known ?? .v2025_11_25
        let peer = Peer(
            revision: revision,
            clientCapabilities: ClientCapabilities(params.object("capabilities"), era: .legacy),
            client: ClientInfo(params["clientInfo"])
        )
        return (peer, definition.published.introduction(for: revision))
    }

    /// - Throws: `methodNotFound` for what isn't known in this era or not offered by this server.
    private func method(of request: Message, in era: Era) throws(MCPError) -> Method {
        guard let method = Method(request.method), method.isKnown(in: era), isOffered(method) else {
            throw .methodNotFound
        }
        return method
    }

    private func isOffered(_ method: Method) -> Bool {
        method.needs.isEmpty || !definition.published.offer.isDisjoint(with: method.needs)
    }

    /// What any era does for a request whose framing is right.
    private func step(
        _ method: Method,
        _ request: Message,
        _ headers: RoutingHeaders?,
        from peer: Peer,
        era: Era,
        transportTrace: TraceContext,
        now: Int64
    ) throws(MCPError) -> Step {
        let params = RequestParameters(request, of: method)
        let (work, target): (Invocation.Work, String)
        switch method {
        case .discover, .ping:
            _ = try RequestMeta(request, era: era)
            return .result(definition.published.introduction(for: peer.revision))
        case .listTools: (work, target) = (.list(.tools, cursor: try params.cursor()), "")
        case .listResources: (work, target) = (.list(.resources, cursor: try params.cursor()), "")
        case .listTemplates: (work, target) = (.list(.templates, cursor: try params.cursor()), "")
        case .listPrompts: (work, target) = (.list(.prompts, cursor: try params.cursor()), "")
        case .callTool: (work, target) = try params.toolCall(definition, by: peer, headers)
        case .readResource: (work, target) = try params.resourceRead()
        case .getPrompt: (work, target) = try params.promptGet(definition)
        case .complete: (work, target) = try params.completion(definition, for: peer.revision)
        case .setLogLevel: (work, target) = (.wish(.logLevel(try params.logLevel())), "")
        case .subscribe, .unsubscribe:
            let (wish, uri) = try params.subscription()
            guard peer.canBeNotified else { throw .notNotified }
            (work, target) = (.wish(wish), uri)
        case .listen:
            _ = try RequestMeta(request, era: era)
            return .listen(try Listen(request, by: peer, offer: definition.published.offer))
        case .getTask, .updateTask, .cancelTask:
            // TK8: whatever the id, and so before W24.
            guard peer.clientCapabilities.contains(.tasks) else { throw .needsTasks }
            let task = try params.task()
            (work, target) = (.task(task), String(task.id.prefix(8)))
        }
        let meta = try RequestMeta(request, era: era)
        if case .list(let kind, let cursor) = work,
            let result = definition.published.list(kind, for: peer.clientCapabilities).whole(for: peer.revision)
        {
            // All stands on one page, so no cursor was ever given out (G1).
            guard cursor == nil else { throw .unknownCursor }
            return .result(result)
        }
        guard let id = request.id else { throw .invalidRequest("a call needs an id") }
        var invocation = Invocation(
            UnderstoodCall(
                id: id,
                method: method,
                target: target,
                work: work,
                progressToken: meta.progressToken,
                peer: peer,
                trace: meta.trace.completed(by: transportTrace),
                logLevel: meta.logLevel,
                now: now
            )
        )
        if era == .modern { invocation.input = try input(of: request, to: method, invocation) }
        return .run(invocation)
    }
}

/// A modern request whose envelope and headers are right.
struct FramedRequest {
    let method: Method
    let peer: Peer
}

extension MCPError {
    /// LS13: nothing could be delivered.
    static let notNotified = MCPError.invalidRequest("subscriptions need a session: initialize first")
}

import JSON

/// What a server answers to understood messages: one core, two eras.
///
/// Values in, values out; only a tool's own work takes time.
///
/// `HTTPEndpoint` and `StdioConversation` put it behind their framing.
public struct ProtocolEngine<Caller: Sendable>: Sendable {
    let definition: ServerDefinition<Caller>

    public init(_ definition: ServerDefinition<Caller>) {
        self.definition = definition
    }

    /// What is to be done for a request.
    enum Step {
        /// A whole result, already written.
        case result([UInt8])
        case run(Invocation)
    }

    /// Who sends a legacy request: a session, or nobody in particular (LS13, V4).
    struct LegacyPeer: Sendable, Equatable {
        let revision: Revision
        var clientCapabilities: ClientCapabilities = []
        var client: ClientInfo?
        var session: SessionNumber?

        /// Without a session nothing is known of the client; the revision is the header's, else the default of 2025-03-26.
        static func unknown(_ versions: [String] = []) -> Self {
            Self(revision: versions.first.flatMap { Revision($0) } ?? .v2025_03_26)
        }
    }

    /// A modern request (W15–W28).
    ///
    /// - Parameter headers: nil on stdio, where there are none (W93).
    func modern(_ request: Message, headers: RoutingHeaders?, transportTrace: TraceContext) throws(MCPError) -> Step {
        let envelope = try Envelope(request.meta)
        try headers?.requireVersion(envelope.protocolVersion)
        guard let revision = Revision(envelope.protocolVersion) else {
            throw .unsupportedVersion(requested: envelope.protocolVersion.shortened, supported: Revision.supported)
        }
        guard !revision.isLegacy else {
            throw .unsupportedVersion(requested: envelope.protocolVersion, supported: [.v2026_07_28])
        }
        try headers?.requireMethod(request.method)
        let method = Method(request.method)
        let meta = { () throws(MCPError) in try RequestMeta(request, era: .modern) }
        switch method {
        case .discover:
            _ = try meta()
            return .result(definition.published.introduction(for: revision))
        case .listTools where definition.published.hasTools:
            return .result(try toolList(request, for: revision, meta: meta()))
        case .callTool where definition.published.hasTools:
            try headers?.requireName(request.params?["name"]?.string)
            let peer = LegacyPeer(revision: revision, clientCapabilities: envelope.capabilities, client: envelope.client)
            return .run(try call(request, from: peer, era: .modern, transportTrace: transportTrace))
        default:
            throw .methodNotFound
        }
    }

    /// A legacy request other than `initialize` (W37, W39, W44).
    func legacy(_ request: Message, from peer: LegacyPeer, transportTrace: TraceContext) throws(MCPError) -> Step {
        switch Method(request.method) {
        case .ping:
            return .result(Array("{}".utf8))
        case .listTools where definition.published.hasTools:
            try requireObject(request.params)
            return .result(try toolList(request, for: peer.revision, meta: RequestMeta(request, era: .legacy)))
        case .callTool where definition.published.hasTools:
            try requireObject(request.params)
            return .run(try call(request, from: peer, era: .legacy, transportTrace: transportTrace))
        default:
            throw .methodNotFound
        }
    }

    /// The request that begins a legacy session (V1, V2).
    func initialize(_ request: Message) throws(MCPError) -> (peer: LegacyPeer, result: [UInt8]) {
        guard let params = request.params, let asked = params["protocolVersion"]?.string else {
            throw .invalidParameters("initialize needs protocolVersion, a string")
        }
        let known = Revision(asked).flatMap { $0.isLegacy ? $0 : nil }
        let revision = known ?? .v2025_11_25
        let peer = LegacyPeer(
            revision: revision,
            clientCapabilities: ClientCapabilities(params.object("capabilities")),
            client: ClientInfo(params["clientInfo"])
        )
        return (peer, definition.published.introduction(for: revision))
    }

    private func toolList(_ request: Message, for revision: Revision, meta: RequestMeta) throws(MCPError) -> [UInt8] {
        // All tools stand on one page, so no cursor was ever given out (G1).
        guard request.params?["cursor"]?.isNull != false else { throw .invalidParameters("unknown cursor") }
        return definition.published.toolList(for: revision)
    }

    private func call(
        _ request: Message,
        from peer: LegacyPeer,
        era: Era,
        transportTrace: TraceContext
    ) throws(MCPError) -> Invocation {
        guard let name = request.params?["name"]?.string else { throw .invalidParameters("tools/call needs name, a string") }
        guard let tool = definition.indexOfTool(named: name) else { throw .invalidParameters("unknown tool") }
        let arguments = request.params?["arguments"]
        guard arguments == nil || arguments?.kind == .object else { throw .invalidParameters("arguments must be an object") }
        let meta = try RequestMeta(request, era: era)
        guard let id = request.id else { throw .invalidRequest("a call needs an id") }
        return Invocation(
            id: id,
            revision: peer.revision,
            tool: tool,
            toolName: definition.tools[tool].name,
            arguments: arguments,
            argumentFault: request.argumentFault,
            progressToken: meta.progressToken,
            client: peer.client,
            clientCapabilities: peer.clientCapabilities,
            session: peer.session,
            trace: meta.trace ?? transportTrace
        )
    }

    private func requireObject(_ params: JSONValue?) throws(MCPError) {
        guard params == nil || params?.kind == .object else { throw .invalidParameters("params must be an object") }
    }
}

/// The methods that this server can have.
enum Method {
    case discover, ping, listTools, callTool

    init?(_ name: String) {
        if name.sameBytes("tools/call") {
            self = .callTool
        } else if name.sameBytes("tools/list") {
            self = .listTools
        } else if name.sameBytes("server/discover") {
            self = .discover
        } else if name.sameBytes("ping") {
            self = .ping
        } else {
            return nil
        }
    }
}

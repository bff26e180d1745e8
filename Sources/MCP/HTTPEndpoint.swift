import JSON

/// The rules of MCP over HTTP, both eras on one path (W9–W66): a message in, what to do out.
public struct HTTPEndpoint<Caller: Sendable>: Sendable {
    public let engine: ProtocolEngine<Caller>
    let sealer: any Sealer
    /// How long a session lives, in seconds (LS5).
    let sessionLife: Int64

    /// - Parameter sessionLife: Seconds; 7 days by default, from 1 hour to 30 days.
    public init(_ engine: ProtocolEngine<Caller>, sealer: any Sealer, sessionLife: Int64 = 604_800) {
        // Cursors are sealed with the same keys as sessions, whatever the engine was made with (G1).
        self.engine = ProtocolEngine(engine.definition, sealer: sealer, resource: engine.resource)
        self.sealer = sealer
        self.sessionLife = min(max(sessionLife, 3_600), 2_592_000)
    }

    /// Which headers a transport passes on in `HTTPMessage.parameterHeaders`; none for nearly every server (R8, H15).
    public var parameterHeaderNames: [String] { engine.definition.parameterHeaderNames }

    /// What a message asks for.
    ///
    /// It has no effect: all that is to be done is in the value.
    public func receive(_ message: HTTPMessage) -> Decision {
        let headers = RoutingHeaders(
            versions: message.protocolVersion,
            methods: message.mcpMethod,
            names: message.mcpName,
            parameters: message.parameterHeaders
        )
        do throws(Refusal) {
            switch message.method {
            case .post: return try post(message, headers)
            case .get: return try get(message, headers)
            case .delete: return try delete(message, headers)
            case .other: throw .method("GET, POST, DELETE")
            }
        } catch {
            return Decision(.answer(error.reply), refused: .unread)
        }
    }

    /// Puts what a call came to into the form in which the client takes it.
    public func reply(_ performed: Performed, to invocation: Invocation) -> HTTPReply {
        HTTPReply(performed.status, message: performed.message, form: invocation.form)
    }

    /// The answer to a batch (S19).
    ///
    /// - Parameter messages: The answers of its elements, in order.
    public func reply(toBatch messages: [[UInt8]], form: AnswerForm) -> HTTPReply {
        if messages.isEmpty { return .accepted }
        return HTTPReply(200, form == .event ? .events(messages) : .json(Batch.array(of: messages)))
    }

    /// W50–W56.
    private func get(_ message: HTTPMessage, _ headers: RoutingHeaders) throws(Refusal) -> Decision {
        guard Era(versions: headers.versions) == .legacy, let session = try session(of: message, headers) else { throw .method("POST") }
        guard message.takesEvents else {
            let error = MCPError.invalidRequest("a GET opens an event stream: Accept must admit text/event-stream")
            throw Refusal(406, error, revision: session.revision)
        }
        return Decision(.stream(session, lastEventID: message.lastEventID.first), session: session)
    }

    /// W60–W64.
    private func delete(_ message: HTTPMessage, _ headers: RoutingHeaders) throws(Refusal) -> Decision {
        guard Era(versions: headers.versions) == .legacy else { throw .method("POST") }
        guard let session = try session(of: message, headers) else {
            throw Refusal(400, .invalidRequest("the header Mcp-Session-Id is missing"), revision: statedRevision(message, headers))
        }
        return Decision(.end(session), session: session)
    }

    /// The session that a message names; nil if it names none.
    ///
    /// - Throws: 404 for a session that is none (LS3), always the same; 400 if the header occurs twice.
    func session(of message: HTTPMessage, _ headers: RoutingHeaders, request: JSONValue? = nil) throws(Refusal) -> Session? {
        guard let id = message.sessionID.first else { return nil }
        guard message.sessionID.count == 1 else {
            let error = MCPError.invalidRequest("the header Mcp-Session-Id occurs more than once")
            throw Refusal(400, error, to: request, revision: statedRevision(message, headers))
        }
        guard let session = Session(id: id.trimmed, of: message.principal, at: message.now, with: sealer) else {
            throw .noSession(request, statedRevision(message, headers))
        }
        return session
    }

    /// The revision as far as anything names one: the session, else the version header (B6).
    func statedRevision(_ message: HTTPMessage, _ headers: RoutingHeaders) -> Revision? {
        if message.sessionID.count == 1, let id = message.sessionID.first,
            let session = Session(id: id.trimmed, of: message.principal, at: message.now, with: sealer)
        {
            return session.revision
        }
        return headers.versions.first.flatMap { Revision($0) }
    }
}

/// An answer that ends the reading of a message.
struct Refusal: Error {
    let reply: HTTPReply

    /// - Parameter id: The request's, if it was a request whose id could be read.
    init(_ status: Int, _ error: MCPError, to id: JSONValue? = nil, revision: Revision?) {
        reply = HTTPReply(status, .json(error.response(to: ResponseID(id, revision))))
    }

    private init(reply: HTTPReply) {
        self.reply = reply
    }

    static func method(_ allow: String) -> Refusal {
        let error = MCPError.invalidRequest("this HTTP method is not allowed here")
        return Refusal(reply: HTTPReply(405, .json(error.response(to: .unreadable(nil))), allow: allow))
    }

    /// One text for every way in which a session can be none.
    static func noSession(_ id: JSONValue?, _ revision: Revision?) -> Refusal {
        Refusal(404, .invalidRequest("there is no such session; initialize again"), to: id, revision: revision)
    }
}

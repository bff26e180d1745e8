import JSON

extension HTTPEndpoint {
    /// A POSTed message (W9–W45).
    func post(_ message: HTTPMessage, _ headers: RoutingHeaders) throws(Refusal) -> Decision {
        let body: IncomingJSON
        do {
            body = try IncomingJSON(message.body)
        } catch {
            throw Refusal(400, error, revision: statedRevision(message, headers))
        }
        guard body.value.kind == .object else {
            let isLegacy = Era(versions: headers.versions) == .legacy
            if body.value.kind == .array, isLegacy { return try batch(body.value, message, headers) }
            throw Refusal(
                400,
                .invalidRequest("a message is an object"),
                revision: isLegacy ? legacyRevision(message, headers) : .v2026_07_28
            )
        }
        let parsed = Message(body.value, argumentFault: body.argumentFault)
        let era = Era(of: parsed, versions: headers.versions)
        if case .malformed(let reason) = parsed.kind {
            let revision = era == .modern ? .v2026_07_28 : legacyRevision(message, headers)
            throw Refusal(400, .invalidRequest(reason), to: parsed.id, revision: revision)
        }
        return era == .modern ? modern(parsed, message, headers) : try legacy(parsed, message, headers)
    }

    /// W13–W32; a session id that came along is ignored.
    private func modern(_ parsed: Message, _ message: HTTPMessage, _ headers: RoutingHeaders) -> Decision {
        var framed: FramedRequest?
        do throws(MCPError) {
            switch parsed.kind {
            case .notification:
                try headers.check(notification: parsed.method, name: parsed.params?["name"]?.string)
                return Decision(.answer(.accepted))
            case .request:
                let known = try engine.framed(parsed, headers: headers, principal: message.principal)
                framed = known
                let step = try engine.modern(parsed, known, headers: headers, transportTrace: message.trace, now: message.now)
                var decision = Decision(action(step, to: parsed, message), request: parsed.id)
                decision.noteAnswer(AnsweredRequest(parsed, at: engine, isLegacy: false, isRefused: false, client: known.peer.client))
                return decision
            default:
                throw .invalidRequest("a modern client sends no responses")
            }
        } catch {
            let request = parsed.kind == .request ? parsed.id : nil
            var decision = Decision(
                .answer(HTTPReply(error.modernStatus, message: error.response(to: ResponseID(request, .v2026_07_28)), form: .json)),
                request: request,
                refused: framed.map { .operation(RequestedOperation($0.method, parsed)) } ?? .unread
            )
            if request != nil {
                let client = framed?.peer.client
                decision.noteAnswer(AnsweredRequest(parsed, at: engine, isLegacy: false, isRefused: true, client: client))
            }
            return decision
        }
    }

    /// W33–W45.
    private func legacy(_ parsed: Message, _ message: HTTPMessage, _ headers: RoutingHeaders) throws(Refusal) -> Decision {
        let request = parsed.kind == .request ? parsed.id : nil
        let session = try session(of: message, headers, request: request)
        let peer = session.map { Peer($0, of: message.principal) } ?? .unknown(headers.versions, principal: message.principal)
        let action: Action
        var isRefused = false
        switch parsed.kind {
        case .notification:
            action = parsed.cancelledRequest.flatMap { id in session.map { .cancel(id, $0) } } ?? .answer(.accepted)
        case .request where parsed.method.sameBytes("initialize"):
            isRefused = session != nil
            action = session == nil ? initialize(parsed, message) : .answer(Refusal(400, .isInitialized, to: request, revision: nil).reply)
        case .request:
            do {
                let step = try engine.legacy(parsed, from: peer, transportTrace: message.trace, now: message.now)
                action = self.action(step, to: parsed, message)
            } catch .notNotified {
                throw Refusal(400, .notNotified, to: request, revision: peer.revision)
            } catch {
                isRefused = true
                action = .answer(HTTPReply(200, message: error.response(to: ResponseID(request, nil)), form: message.form))
            }
        default:
            guard let session else { throw Refusal(400, .invalidRequest("nobody waits for this answer"), revision: peer.revision) }
            action = .deliver(parsed.value, session)
        }
        var decision = Decision(action, session: session, request: request)
        if request != nil {
            decision.noteAnswer(AnsweredRequest(parsed, at: engine, isLegacy: true, isRefused: isRefused, client: peer.client))
        }
        return decision
    }

    /// W33, W34: the only thing that makes a session (S17).
    private func initialize(_ parsed: Message, _ message: HTTPMessage) -> Action {
        do throws(MCPError) {
            let (peer, result) = try engine.initialize(parsed)
            let session = Session(
                revision: peer.revision,
                clientCapabilities: peer.clientCapabilities,
                issued: message.now,
                life: sessionLife,
                number: SessionNumber(bytes: sealer.randomBytes(16)),
                client: peer.client
            )
            guard let id = try? sealer.seal(.session, for: message.principal, { session.content(principalTag: $0) }) else {
                throw .internalError(correlationID: session.number.description)
            }
            return .answer(HTTPReply(200, message: response(to: parsed.id, result: result), form: message.form, sessionID: id))
        } catch {
            return .answer(HTTPReply(200, message: error.response(to: ResponseID(parsed.id, nil)), form: message.form))
        }
    }

    private func action(_ step: Step, to parsed: Message, _ message: HTTPMessage) -> Action {
        switch step {
        case .result(let result):
            return .answer(HTTPReply(200, message: response(to: parsed.id, result: result), form: message.form))
        case .run(var invocation):
            invocation.form = message.form
            invocation.canStream = message.takesEvents
            return .run(invocation)
        case .listen(let listen):
            guard message.takesEvents else {
                let error = MCPError.invalidRequest("subscriptions/listen is answered with an event stream: Accept must admit it")
                return .answer(Refusal(406, error, to: parsed.id, revision: .v2026_07_28).reply)
            }
            return .listen(listen)
        }
    }

    /// W10, W11, S19.
    private func batch(_ array: JSONValue, _ message: HTTPMessage, _ headers: RoutingHeaders) throws(Refusal) -> Decision {
        let session = try session(of: message, headers)
        let peer = session.map { Peer($0, of: message.principal) } ?? .unknown(headers.versions, principal: message.principal)
        do {
            let steps = try Batch.steps(array, from: peer, in: engine, trace: message.trace, now: message.now, form: message.form)
            // Without a session nothing was asked, and nothing can be cancelled (LS13).
            return Decision(.batch(steps, asides: session == nil ? [] : Batch.asides(array), message.form), session: session)
        } catch {
            throw Refusal(400, error, revision: peer.revision)
        }
    }

    /// The revision for a message that can't be read: its session's, else that of a message without one (LS13).
    private func legacyRevision(_ message: HTTPMessage, _ headers: RoutingHeaders) -> Revision {
        statedRevision(message, headers) ?? Peer.unknown(headers.versions).revision
    }
}

extension Decision {
    /// - Parameter answered: Worked out only where there is an answer.
    fileprivate mutating func noteAnswer(_ answered: @autoclosure () -> AnsweredRequest) {
        if case .answer = action { self.answered = answered() }
    }
}

extension Peer {
    init(_ session: Session, of principal: Principal) {
        self.init(
            revision: session.revision,
            clientCapabilities: session.clientCapabilities,
            client: ClientInfo(sealed: session.client),
            session: session.number,
            principal: principal
        )
    }
}

extension MCPError {
    fileprivate static let isInitialized = MCPError.invalidRequest("this session is initialized already")
}

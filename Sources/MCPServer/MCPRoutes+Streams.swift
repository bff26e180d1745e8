internal import HTTPServer
internal import HTTPTypes
internal import JSON
internal import MCP
internal import NIOCore

extension MCPRoutes {
    /// A stream of notices of 2026-07-28 (SB1–SB7).
    func open(
        _ listen: Listen,
        _ server: Server<Caller>,
        _ engine: ProtocolEngine<Caller>,
        _ caller: Caller,
        _ request: IncomingRequest,
        _ principal: Principal
    ) async throws -> (answer: Answer, isOpen: Bool) {
        let correlationID = request.correlationID
        // Looking at the caller's rights is work, so it is only done for a stream that may be opened.
        try admit(caller)
        try count(principal)
        let connections = connections
        let listening = Listening()
        do {
            let subscription = try await engine.subscribe(listen, caller: caller, correlationID: correlationID)
            let stream = EventStream(limits: connections.settings.stream, farewell: subscription.end)
            // Before anybody says that changes are told from now on, so that none is lost; the acknowledgement goes first all the same (SB4).
            let stopWatching = server.changes.watch(for: principal) { [weak stream] notice in
                for notice in subscription.told(by: notice) { stream?.notify(notice) }
            }
            let finally: @Sendable () -> Void = {
                stopWatching()
                listening.end()
                connections.streamCounts.remove(principal)
            }
            do {
                if subscription.tellsOfResources {
                    try await listening.begin { try await engine.beginListening(caller: caller, principal: principal) }
                }
            } catch {
                stopWatching()
                throw error
            }
            stream.send(subscription.acknowledgement)
            return (answer(with: stream, subscription, server, caller, correlationID, finally: finally), true)
        } catch {
            connections.streamCounts.remove(principal)
            if error is CancellationError { throw error }
            report(error, correlationID)
            return (answer(withOnly: listen.refusal(correlationID: correlationID)), false)
        }
    }

    private func answer(
        with stream: EventStream,
        _ subscription: Subscription,
        _ server: Server<Caller>,
        _ caller: Caller,
        _ correlationID: String,
        finally: @escaping @Sendable () -> Void
    ) -> Answer {
        let end: @Sendable (EventStream) -> Void = { stream in
            stream.send(subscription.end)
            stream.finish()
        }
        return answer(with: stream, expires: identity.expires(caller), end: end) { notice in
            // By what is offered now: the definition may have been replaced.
            await ProtocolEngine(server.definition).message(for: notice, on: subscription, caller: caller, correlationID: correlationID)
        } finally: {
            finally()
        }
    }

    /// A session's own stream, or one that goes on after its connection broke (W54–W56).
    func open(
        _ session: Session,
        _ lastEventID: String?,
        _ server: Server<Caller>,
        _ caller: Caller,
        _ request: IncomingRequest,
        _ principal: Principal
    ) async throws -> Answer {
        try admit(caller)
        try count(principal)
        let finally = { @Sendable [connections] in connections.streamCounts.remove(principal) }
        if let parsed = lastEventID.flatMap({ EventIDs.parse($0) }) {
            if let found = connections.resume(parsed, of: session, principal) {
                guard found.isStandalone else { return answer(with: found.stream, connection: found.connection, finally: finally) }
                return standalone(found.stream, found.connection, session, server, caller, request, principal, finally: finally)
            }
            if let id = parsed.requestID { return answer(withOnly: MCPError.lostStream(of: id), finally: finally) }
        }
        let listening = Listening()
        do {
            let engine = ProtocolEngine(server.definition)
            try await listening.begin { try await engine.beginListening(caller: caller, principal: principal) }
        } catch {
            finally()
            throw unheard(error, request.correlationID)
        }
        let stream = connections.standaloneStream(of: session, principal, listening)
        return standalone(stream, nil, session, server, caller, request, principal, finally: finally)
    }

    private func standalone(
        _ stream: EventStream,
        _ connection: Int?,
        _ session: Session,
        _ server: Server<Caller>,
        _ caller: Caller,
        _ request: IncomingRequest,
        _ principal: Principal,
        finally: @escaping @Sendable () -> Void
    ) -> Answer {
        let correlationID = request.correlationID
        let end: @Sendable (EventStream) -> Void = { stream in
            // The client comes back soon, perhaps to another process (LS15).
            stream.retry(milliseconds: 1_000)
            stream.finish()
        }
        return answer(with: stream, connection: connection, expires: identity.expires(caller), end: end) { notice in
            await ProtocolEngine(server.definition)
                .message(for: notice, to: session, of: principal, caller: caller, correlationID: correlationID)
        } finally: {
            finally()
        }
    }

    /// What refuses a legacy stream because the server's author can't tell changes now.
    func unheard(_ error: any Error, _ correlationID: String) -> any Error {
        if error is CancellationError { return error }
        report(error, correlationID)
        return Problem(.serviceUnavailable, "unavailable", "changes can't be told at this moment", headers: [.retryAfter: "5"])
    }

    /// - Throws: 503 above the limits (SB5).
    func count(_ principal: Principal) throws(Problem) {
        guard connections.streamCounts.add(principal) else {
            throw Problem(.serviceUnavailable, "too_many_streams", "too many event streams are open", headers: [.retryAfter: "5"])
        }
    }

    /// A stream of one message.
    private func answer(withOnly message: [UInt8], finally: @escaping @Sendable () -> Void = {}) -> Answer {
        let stream = EventStream()
        stream.send(message)
        stream.finish()
        return answer(with: stream, finally: finally)
    }

    /// The answer that carries a stream.
    ///
    /// - Parameters:
    ///   - connection: Where it was connected already.
    ///   - hasAgeLimit: Whether it ends when it is old, or its caller's token is.
    ///   - endsIdle: Whether it ends when nothing has been said on it for long, where the settings want that.
    ///   - end: Says goodbye at the age limit, at the token's end and when the server stops; nil for a stream that ends with its request.
    ///   - tell: Writes a notice; nil if the caller may not know it.
    ///   - finally: Called once, at the connection's end, whoever ended it.
    func answer(
        with stream: EventStream,
        connection: Int? = nil,
        expires: Int64? = nil,
        hasAgeLimit: Bool = true,
        endsIdle: Bool = false,
        end: (@Sendable (EventStream) -> Void)? = nil,
        tell: @escaping @Sendable (ChangeNotice) async -> [UInt8]? = { _ in nil },
        finally: @escaping @Sendable () -> Void = {}
    ) -> Answer {
        let connections = connections
        let body: @Sendable (any AnswerWriter) async throws -> Void = { writer in
            defer { finally() }
            guard let connection = connection ?? stream.connect() else { return }
            connections.opened(stream, connection, expires: expires, end: hasAgeLimit ? end : nil, endIdle: endsIdle ? end : nil)
            defer { connections.closed(stream, connection) }
            try await carry(stream, connection, to: writer, end: end, tell: tell)
        }
        return Answer(.ok, headers: .eventStream, body: .stream(body))
    }
}

/// Writes what a stream has to say until it ends, or its connection.
private func carry(
    _ stream: EventStream,
    _ connection: Int,
    to writer: any AnswerWriter,
    end: (@Sendable (EventStream) -> Void)?,
    tell: @Sendable (ChangeNotice) async -> [UInt8]?
) async throws {
    var isStopping = false
    while true {
        let step =
            isStopping
            ? await stream.next(connection)
            : await withTaskCancellationHandler {
                await stream.next(connection)
            } onCancel: {
                stream.wake(connection)
            }
        switch step {
        case .write(let bytes):
            try await writer.write(ByteBuffer(bytes: bytes))
        case .notices(let notices):
            for notice in notices {
                if let message = await tell(notice) { stream.send(message) }
            }
        case .close:
            guard Task.isCancelled, !isStopping else { return }
            // Either the client is gone, or the server stops and lets streams say goodbye and requests end (LS15).
            guard writer.isStopping else { throw ConnectionClosed() }
            isStopping = true
            end?(stream)
        }
    }
}

extension HTTPFields {
    /// H6.
    fileprivate static let eventStream: HTTPFields = {
        var fields = HTTPFields()
        fields[.contentType] = "text/event-stream"
        fields[.cacheControl] = "no-cache, no-store"
        if let name = HTTPField.Name("X-Accel-Buffering") { fields[name] = "no" }
        return fields
    }()
}

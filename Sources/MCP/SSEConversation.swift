public import JSON

/// The rules of the transport of 2024-11-05 (W71–W80, E1–E9): messages come one by one by POST, answers go over one stream.
///
/// The transport isn't the revision: up to 2025-11-25 can be negotiated on it (E6). It holds no engine, for what a server offers may
/// change.
public struct SSEConversation<Caller: Sendable>: Sendable {
    private let principal: Principal
    /// The one session that a stream can have.
    private var initialized: Peer?
    /// The request that the last message's action answers without any work; nil for everything else.
    package private(set) var answered: AnsweredRequest?

    /// - Parameter principal: Who opened the stream; only its POSTs may be handed in (E5).
    public init(principal: Principal) {
        self.principal = principal
    }

    /// What a POST comes to.
    public enum Receipt: Sendable, Equatable {
        /// It isn't taken (W78, W79).
        case refused(HTTPReply)
        /// 202 at once (E3), and then this.
        case accepted(Action)
    }

    /// What to do for a message.
    public enum Action: Sendable, Equatable {
        case nothing
        case answer([UInt8])
        case run(Invocation)
        /// Elements that are answered, one after the other and one event each; before them what the others ask for (S19).
        case batch([BatchStep], asides: [BatchAside])
        /// Hand a response to the question of ours that waits for it; without one it is ignored.
        case deliver(JSONValue)
        /// Stop the request with this id, if it runs (CN1).
        case cancel(RequestID)
    }

    /// Whether `initialize` was answered: only then the client can be asked, and is told of changed lists.
    public var isInitialized: Bool { initialized != nil }

    /// The session; before `initialize` that of a client of which nothing is known (E6).
    public var session: Session { Session(of: peer) }

    /// - Parameters:
    ///   - body: Of a POST whose principal is that of the stream.
    ///   - engine: Also runs what comes of the message.
    ///   - now: Unix seconds.
    public mutating func receive(_ body: [UInt8], trace: TraceContext, by engine: ProtocolEngine<Caller>, now: Int64) -> Receipt {
        answered = nil
        do throws(Refusal) {
            let body = try read(body)
            switch body.value.kind {
            case .object:
                let message = Message(body.value, argumentFault: body.argumentFault)
                return .accepted(try action(message, trace, engine, now))
            case .array: return .accepted(try batch(body.value, trace, engine, now))
            default: throw Refusal(400, .invalidRequest("a message is an object"), revision: peer.revision)
            }
        } catch {
            return .refused(error.reply)
        }
    }

    private var peer: Peer {
        initialized ?? Peer(revision: .v2024_11_05, principal: principal, isInitialized: false)
    }

    private func read(_ body: [UInt8]) throws(Refusal) -> IncomingJSON {
        do {
            return try IncomingJSON(body)
        } catch {
            throw Refusal(400, error, revision: peer.revision)
        }
    }

    private mutating func action(
        _ message: Message,
        _ trace: TraceContext,
        _ engine: ProtocolEngine<Caller>,
        _ now: Int64
    ) throws(Refusal) -> Action {
        if case .malformed(let reason) = message.kind {
            throw Refusal(400, .invalidRequest(reason), to: message.id, revision: peer.revision)
        }
        guard !message.hasEnvelope else {
            throw Refusal(400, .invalidRequest("this transport has no envelopes: use /mcp"), to: message.id, revision: peer.revision)
        }
        switch message.kind {
        case .notification: return message.cancelledRequest.map { .cancel($0) } ?? .nothing
        case .request: break
        default: return .deliver(message.value)
        }
        do throws(MCPError) {
            guard !message.method.sameBytes("initialize") else {
                let answer = try initialize(message, engine)
                answered = AnsweredRequest(message, at: engine, isLegacy: true, isRefused: false, client: peer.client)
                return .answer(answer)
            }
            switch try engine.legacy(message, from: peer, transportTrace: trace, now: now) {
            case .result(let result):
                answered = AnsweredRequest(message, at: engine, isLegacy: true, isRefused: false, client: peer.client)
                return .answer(response(to: message.id, result: result))
            case .run(var invocation):
                invocation.form = .event
                return .run(invocation)
            case .listen: throw .methodNotFound
            }
        } catch {
            answered = AnsweredRequest(message, at: engine, isLegacy: true, isRefused: true, client: peer.client)
            return .answer(error.response(to: ResponseID(message.id, peer.revision)))
        }
    }

    private mutating func initialize(_ message: Message, _ engine: ProtocolEngine<Caller>) throws(MCPError) -> [UInt8] {
        guard initialized == nil else { throw .invalidRequest("this stream is initialized already") }
        var (peer, result) = try engine.initialize(message)
        peer.principal = principal
        initialized = peer
        return response(to: message.id, result: result)
    }

    private func batch(
        _ array: JSONValue,
        _ trace: TraceContext,
        _ engine: ProtocolEngine<Caller>,
        _ now: Int64
    ) throws(Refusal) -> Action {
        do {
            let steps = try Batch.steps(array, from: peer, in: engine, trace: trace, now: now, form: .event)
            return .batch(steps, asides: Batch.asides(array))
        } catch {
            throw Refusal(400, error, revision: peer.revision)
        }
    }
}

extension SSEConversation.Action {
    /// What to answer the POST instead if there is no room for its requests now (§ 28).
    ///
    /// - Parameter text: One sentence; it says when to come again.
    package func refused(_ status: Int, _ text: String) -> HTTPReply {
        guard case .run(let invocation) = self else { return .refused(status, text, to: nil, revision: .v2024_11_05) }
        return .refused(status, text, to: invocation.id, revision: invocation.revision)
    }
}

public import JSON

/// The rules of MCP over lines (W90–W99): one peer, any mix of eras.
///
/// A line in, what to do out. It holds no engine, for what a server offers may change from line to line.
public struct StdioConversation<Caller: Sendable>: Sendable {
    private let principal: Principal
    /// The one legacy session that a connection can have (W95).
    private var initialized: Peer?
    /// The request that the last message's action answers without any work; nil for everything else.
    package private(set) var answered: AnsweredRequest?

    /// - Parameter principal: Who is at the other end (I9).
    public init(principal: Principal = .anonymous) {
        self.principal = principal
    }

    /// Whether `initialize` was answered: only then the client can be asked, and is told of changed lists (I2).
    public var isInitialized: Bool { initialized != nil }

    /// The legacy session; before `initialize` that of a client of which nothing is known (W97).
    public var session: Session { Session(of: peer) }

    /// What to do for a line.
    public enum Action: Sendable, Equatable {
        case nothing
        case answer([UInt8])
        case run(Invocation)
        /// Elements that are answered, one after the other; before them what the others ask for (S19).
        case batch([BatchStep], asides: [BatchAside])
        /// Open a subscription; its messages go on the same pipe (I5).
        case listen(Listen)
        /// Hand a response to the question of ours that waits for it; without one it is ignored (W99).
        case deliver(JSONValue)
        /// Stop the request with this id, if it runs, and send nothing more for it (I4, CN1).
        case cancel(RequestID)
    }

    /// - Parameters:
    ///   - line: Without its line break.
    ///   - engine: Also runs what comes of the line.
    ///   - now: Unix seconds.
    public mutating func receive(_ line: [UInt8], by engine: ProtocolEngine<Caller>, now: Int64) -> Action {
        answered = nil
        guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return .nothing }
        let body: IncomingJSON
        do {
            body = try IncomingJSON(line)
        } catch {
            return .answer(error.response(to: .unreadable(initialized?.revision)))
        }
        switch body.value.kind {
        case .object: return receive(Message(body.value, argumentFault: body.argumentFault), engine, now)
        case .array: return batch(body.value, engine, now)
        default: return .answer(MCPError.invalidRequest("a message is an object").response(to: .unreadable(peer.revision)))
        }
    }

    /// The answer to a line that is too long to be read (W91).
    public func refusalOfLongLine() -> [UInt8] {
        MCPError.invalidRequest("a line may be at most 1 MiB long").response(to: .unreadable(initialized?.revision))
    }

    /// The answers of a batch on one line.
    public static func line(ofBatch messages: [[UInt8]]) -> [UInt8] {
        Batch.array(of: messages).onOneLine
    }

    private var peer: Peer {
        if let initialized { return initialized }
        var peer = Peer.unknown(principal: principal)
        peer.canBeNotified = true
        return peer
    }

    private mutating func receive(_ message: Message, _ engine: ProtocolEngine<Caller>, _ now: Int64) -> Action {
        let era = Era(of: message, versions: [])
        let revision = era == .modern ? .v2026_07_28 : peer.revision
        do throws(MCPError) {
            switch message.kind {
            case .malformed(let reason): throw .invalidRequest(reason)
            case .response: return .deliver(message.value)
            case .notification: return message.cancelledRequest.map { .cancel($0) } ?? .nothing
            case .request where era == .modern:
                let framed = try engine.framed(message, headers: nil, principal: principal)
                let step = try engine.modern(message, framed, headers: nil, transportTrace: TraceContext(), now: now)
                if case .result = step {
                    answered = AnsweredRequest(message, at: engine, isLegacy: false, isRefused: false, client: framed.peer.client)
                }
                return action(step, to: message)
            case .request where message.method.sameBytes("initialize"):
                guard initialized == nil else { throw .invalidRequest("this connection is initialized already") }
                var (peer, result) = try engine.initialize(message)
                peer.principal = principal
                initialized = peer
                answered = AnsweredRequest(message, at: engine, isLegacy: true, isRefused: false, client: peer.client)
                return .answer(response(to: message.id, result: result))
            case .request:
                let step = try engine.legacy(message, from: peer, transportTrace: TraceContext(), now: now)
                if case .result = step {
                    answered = AnsweredRequest(message, at: engine, isLegacy: true, isRefused: false, client: peer.client)
                }
                return action(step, to: message)
            }
        } catch {
            if message.kind == .request {
                let client = era == .modern ? nil : peer.client
                answered = AnsweredRequest(message, at: engine, isLegacy: era == .legacy, isRefused: true, client: client)
            }
            return .answer(error.response(to: ResponseID(message.id, revision)))
        }
    }

    private func action(_ step: Step, to message: Message) -> Action {
        switch step {
        case .result(let result): return .answer(response(to: message.id, result: result.onOneLine))
        case .run(var invocation):
            invocation.form = .line
            return .run(invocation)
        case .listen(let listen): return .listen(listen)
        }
    }

    private func batch(_ array: JSONValue, _ engine: ProtocolEngine<Caller>, _ now: Int64) -> Action {
        do throws(MCPError) {
            let steps = try Batch.steps(array, from: peer, in: engine, trace: TraceContext(), now: now, form: .line)
            return .batch(steps, asides: Batch.asides(array))
        } catch {
            return .answer(error.response(to: .unreadable(peer.revision)))
        }
    }
}

/// A request's id as a key: text and number never meet (B2, B4).
public struct RequestID: Sendable, Hashable {
    private let key: [UInt8]

    /// nil unless the value is a string or an integer.
    public init?(_ value: JSONValue) {
        guard value.isRequestID else { return nil }
        key = value.string.map { [UInt8(ascii: "\"")] + $0.utf8 } ?? Array(value.bytes)
    }
}

extension Invocation {
    /// The key under which a connection finds this call while it runs.
    public var requestID: RequestID? { RequestID(id) }
}

public import JSON

/// What is to be done for an HTTP message.
public struct Decision: Sendable {
    /// Holds unless the session was ended in the meantime.
    public let action: Action
    /// The live session that the message used; whoever remembers ended sessions must be asked before `action` is followed (LS8).
    public let session: Session?
    private let request: JSONValue?
    let refused: Refused
    /// The request that `action` answers without any work; nil for everything else.
    package var answered: AnsweredRequest?

    /// Whether the action is a refusal, and how much was known when it was decided.
    enum Refused: Sendable {
        case no
        /// Nothing (W9–W22).
        case unread
        case operation(RequestedOperation)
    }

    init(_ action: Action, session: Session? = nil, request: JSONValue? = nil, refused: Refused = .no) {
        self.action = action
        self.session = session
        self.request = request
        self.refused = refused
    }

    /// What to answer instead to a caller who may not do what the message asks for (W23, W45).
    ///
    /// - Parameter text: One sentence that says what is missing.
    public func ifForbidden(_ text: String) -> HTTPReply {
        Refusal(403, .invalidRequest(text), to: request, revision: session?.revision).reply
    }

    /// What to answer instead if the session was ended: the same 404 as for one that never was.
    public var ifEnded: HTTPReply {
        Refusal.noSession(request, session?.revision).reply
    }
}

extension Decision {
    /// What to answer instead if there is no room for it now: too many requests, or too many streams (§ 28).
    ///
    /// - Parameter text: One sentence; it says when to come again.
    package func refused(_ status: Int, _ text: String) -> HTTPReply {
        switch action {
        case .run(let invocation): .refused(status, text, to: invocation.id, revision: invocation.revision)
        case .listen(let listen): .refused(status, text, to: listen.id, revision: .v2026_07_28)
        case .batch(_, _, _): .refused(status, text, to: nil, revision: session?.revision ?? .v2025_03_26)
        default: .refused(status, text, to: request, revision: session?.revision)
        }
    }
}

extension HTTPReply {
    /// - Parameter id: The request's; nil for a batch.
    package static func refused(_ status: Int, _ text: String, to id: JSONValue?, revision: Revision?) -> HTTPReply {
        Refusal(status, .internalFailure(text), to: id, revision: revision).reply
    }
}

/// One thing to do.
public enum Action: Sendable, Equatable {
    case answer(HTTPReply)
    case run(Invocation)
    /// First what gets no answer, then the elements one after the other, their answers together (S19).
    case batch([BatchStep], asides: [BatchAside], AnswerForm)
    /// Open a stream of notices (2026-07-28).
    case listen(Listen)
    /// Open a stream of its own for a session, or go on with one that broke (W54–W56).
    case stream(Session, lastEventID: String?)
    /// Hand a response to the question of ours that waits for it: 202, or if nobody waits `HTTPReply.unexpectedResponse` (W42, W43).
    case deliver(JSONValue, Session)
    /// Stop a request of this session, if it runs; the answer is 202 in any case (CN1, CN3).
    case cancel(RequestID, Session)
    /// End the session, if this deployment can remember that (LS8); then `HTTPReply.ended`.
    case end(Session)
}

/// What is to be done for an element of a batch that gets an answer.
public enum BatchStep: Sendable, Equatable {
    case answer([UInt8])
    case run(Invocation)
}

/// What an element of a batch asks for that gets no answer.
public enum BatchAside: Sendable, Equatable {
    /// Hand a response to the question of ours that waits for it, if one does.
    case deliver(JSONValue)
    /// Stop a request, if it runs (CN1, CN3).
    case cancel(RequestID)
}

extension HTTPReply {
    /// The answer to a DELETE: 204 if the end will be remembered, else 405 (W63, W64).
    public static func ended(isRemembered: Bool) -> HTTPReply {
        isRemembered ? HTTPReply(204) : Refusal.method("GET, POST").reply
    }
}

extension HTTPReply {
    /// The answer to a response that nobody waits for: never 404, which would say that the session is dead (LS10).
    public static let unexpectedResponse = Refusal(400, .invalidRequest("nobody waits for this answer"), revision: .v2025_11_25).reply
}

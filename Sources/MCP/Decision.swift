import JSON

/// What is to be done for an HTTP message.
public struct Decision: Sendable {
    /// Holds unless the session was ended in the meantime.
    public let action: Action
    /// The live session that the message used; whoever remembers ended sessions must be asked before `action` is followed (LS8).
    public let session: Session?
    private let request: JSONValue?

    init(_ action: Action, session: Session? = nil, request: JSONValue? = nil) {
        self.action = action
        self.session = session
        self.request = request
    }

    /// What to answer instead if the session was ended: the same 404 as for one that never was.
    public var ifEnded: HTTPReply {
        Refusal.noSession(request, session?.revision).reply
    }
}

/// One thing to do.
public enum Action: Sendable, Equatable {
    case answer(HTTPReply)
    case run(Invocation)
    /// Elements one after the other, their answers together (S19).
    case batch([BatchStep], AnswerForm)
    /// End the session, if this deployment can remember that (LS8); then `HTTPReply.ended`.
    case end(Session)
}

/// What is to be done for an element of a batch that gets an answer.
public enum BatchStep: Sendable, Equatable {
    case answer([UInt8])
    case run(Invocation)
}

extension HTTPReply {
    /// The answer to a DELETE: 204 if the end will be remembered, else 405 (W63, W64).
    public static func ended(isRemembered: Bool) -> HTTPReply {
        isRemembered ? HTTPReply(204) : Refusal.method("GET, POST").reply
    }
}

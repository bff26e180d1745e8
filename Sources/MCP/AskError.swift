/// Why a client could not be asked, or gave nothing that answers (X9, EL4, LS10).
///
/// A tool that lets it pass gives a result with `isError: true` and its text. In 2026-07-28 a client never breaks in the middle of a
/// handler, so there only `RequestContext`s without a client throw it.
public enum AskError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The client doesn't declare what the question needs, named as in its capabilities: `sampling`, `elicitation.url`.
    case cannot(String)
    /// The same, of a client that never said what it can do (LS13).
    case notInitialized(String)
    /// Nothing can be sent to it before the answer.
    case unreachable
    /// It answered with an error, whatever its reason (X9).
    case refused(code: Int64, message: String)
    /// It answered too late or went away.
    case noAnswer
    /// It answered with something else than was asked.
    case malformed(String)

    public var description: String {
        switch self {
        case .cannot(let what): "The client cannot do this: \(what)"
        case .notInitialized(let what): "The client cannot do this: \(what); it must initialize first"
        case .unreachable: "The client cannot be asked here: it takes no messages before the answer"
        case .refused(_, let message): "The client refused: \(message)"
        case .noAnswer: "The client gave no answer in time"
        case .malformed(let reason): "The client's answer does not fit the question: \(reason)"
        }
    }
}

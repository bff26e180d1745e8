internal import MCP
import Synchronization

/// The client at the other end of a connection that carries messages both ways: a pipe, or a stream of 2024-11-05.
final class ConnectedClient: Sendable {
    /// Under which its wishes are remembered.
    let number: SessionNumber
    let owner = QuestionOwner.connection(ConnectionNumber())
    let questions: PendingQuestions
    let memories: SessionMemories
    /// Sends a message that belongs to a request, if to any, unless that is stopped; the flag says whether it may be dropped.
    let post: @Sendable (_ message: [UInt8], _ call: RunningCall?, _ mayBeDropped: Bool) -> Void
    private let state: Mutex<(session: Session, isInitialized: Bool)>
    private let hasLeft = Atomic(false)

    init(
        _ session: Session,
        questions: PendingQuestions,
        memories: SessionMemories,
        post: @escaping @Sendable (_ message: [UInt8], _ call: RunningCall?, _ mayBeDropped: Bool) -> Void
    ) {
        number = SessionNumber(bytes: (0..<16).map { _ in UInt8.random(in: .min ... .max) })
        self.questions = questions
        self.memories = memories
        self.post = post
        state = Mutex((session, false))
    }

    /// What is known of it.
    var session: Session { state.withLock { $0.session } }

    func initialize(_ session: Session) {
        state.withLock { $0 = (session, true) }
    }

    /// Whether it asked, in the legacy era, to be told of this (T14, RS6).
    func wants(_ notice: ChangeNotice) -> Bool {
        switch notice.subject {
        case .toolList, .promptList, .resourceList: state.withLock { $0.isInitialized }
        case .resource(let uri): memories.isSubscribed(number, to: uri)
        case .task: false
        }
    }

    /// Whether no answer of it can come any more.
    var isDeaf: Bool { hasLeft.load(ordering: .acquiring) }

    /// Nothing comes of it any more: all questions have no answer.
    func leave() {
        hasLeft.store(true, ordering: .releasing)
        questions.cancelAll(of: owner)
    }
}

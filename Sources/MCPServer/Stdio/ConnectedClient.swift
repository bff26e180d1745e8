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
    /// That changes of resources are told to it.
    private let listening = Listening()
    private let beginListening: @Sendable () async throws -> Listening.End?

    init(
        _ session: Session,
        questions: PendingQuestions,
        memories: SessionMemories,
        beginListening: @escaping @Sendable () async throws -> Listening.End? = { nil },
        post: @escaping @Sendable (_ message: [UInt8], _ call: RunningCall?, _ mayBeDropped: Bool) -> Void
    ) {
        number = SessionNumber(bytes: (0..<16).map { _ in UInt8.random(in: .min ... .max) })
        self.questions = questions
        self.memories = memories
        self.beginListening = beginListening
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
        case .everyResource, .task: false
        }
    }

    /// What it is to be told, in the legacy era, when this is posted: with addresses as it spelled them.
    ///
    /// - Parameter principal: Who it is.
    func told(by notice: ChangeNotice, as principal: Principal) -> [ChangeNotice] {
        if let wanted = notice.principal, wanted != principal { return [] }
        let uris: [String]
        switch notice.subject {
        case .resource(let uri): uris = memories.subscriptions(of: number, to: uri)
        case .everyResource: uris = memories.subscriptions(of: number)
        case .toolList, .promptList, .resourceList, .task: return wants(notice) ? [notice] : []
        }
        return uris.map { ChangeNotice(.resource(uri: $0), of: notice.principal) }
    }

    /// Returns when it is certain that, from now on, it is told of changes of resources.
    func listen() async throws {
        try await listening.begin(beginListening)
    }

    /// Whether no answer of it can come any more.
    var isDeaf: Bool { hasLeft.load(ordering: .acquiring) }

    /// Nothing comes of it any more: all questions have no answer, and it hears nothing.
    func leave() {
        hasLeft.store(true, ordering: .releasing)
        questions.cancelAll(of: owner)
        listening.end()
    }
}

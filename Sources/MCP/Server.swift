import Synchronization

/// A server that can change while it runs: what it offers at this moment, and who is told when that changes.
///
/// ```swift
/// let server = Server(try ServerDefinition(info: …, tools: [add], announces: [.tools]))
/// server.replace(try ServerDefinition(info: …, tools: [add, multiply], announces: [.tools]))
/// server.changes.post(ChangeNotice(.resource(uri: "notes://1")))
/// ```
public final class Server<Caller: Sendable>: Sendable {
    /// Where transports listen for what their clients should be told.
    public let changes: ServerChanges
    private let current: Mutex<ServerDefinition<Caller>>

    /// - Parameter changes: By default its own. Servers that offer different things to the same clients share them: whoever watches the changes
    ///   of one watches those of the others.
    public init(_ definition: ServerDefinition<Caller>, sharing changes: ServerChanges = ServerChanges()) {
        self.changes = changes
        current = Mutex(definition)
        definition.tasks?.notify(changes)
    }

    /// What is offered now.
    public var definition: ServerDefinition<Caller> { current.withLock { $0 } }

    /// Offers something else from now on; clients that asked for it are told which lists have changed (T14).
    ///
    /// Requests that run keep what they began with. What is announced must stay as it was: sessions that are open were told of it (V4).
    public func replace(_ definition: ServerDefinition<Caller>) {
        definition.tasks?.notify(changes)
        let former = current.withLock { current in
            defer { current = definition }
            return current
        }
        for kind in ListKind.allCases where former.published.list(kind, for: .apps) != definition.published.list(kind, for: .apps) {
            guard let subject = kind.noticeSubject else { continue }
            changes.post(ChangeNotice(subject))
        }
    }
}

extension ListKind {
    fileprivate var noticeSubject: ChangeNotice.Subject? {
        switch self {
        case .tools: .toolList
        case .prompts: .promptList
        case .resources, .templates: .resourceList
        }
    }
}

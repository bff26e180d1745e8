import Synchronization

/// Something that clients may want to read again; it holds no content (SB9).
public struct ChangeNotice: Sendable, Hashable {
    public enum Subject: Sendable, Hashable {
        case toolList, promptList, resourceList
        /// The resource at this address.
        case resource(uri: String)
        /// Any resource, as after a restore: whoever watches some is told of each of them.
        case everyResource
        /// The task with this id.
        case task(String)
    }

    public let subject: Subject
    /// Who may be told; nil for everybody who asked.
    public let principal: Principal?

    public init(_ subject: Subject, of principal: Principal? = nil) {
        self.subject = subject
        self.principal = principal
    }
}

/// Carries notices from whoever changes something to all streams that watch (SB10).
public final class ServerChanges: Sendable {
    private let watchers = Mutex(Watchers())

    private struct Watchers {
        typealias Receive = @Sendable (ChangeNotice) -> Void
        var next = 0
        var ofAll: [Int: Receive] = [:]
        /// A notice that is meant for one of many thousands shouldn't be shown to all.
        var ofPrincipals: [Principal: [Int: Receive]] = [:]

        func receivers(of notice: ChangeNotice) -> [Receive] {
            guard let principal = notice.principal else { return Array(ofAll.values) + ofPrincipals.values.flatMap(\.values) }
            return Array(ofAll.values) + (ofPrincipals[principal].map { Array($0.values) } ?? [])
        }
    }

    public init() {}

    /// Tells everybody who watches.
    public func post(_ notice: ChangeNotice) {
        for receive in watchers.withLock({ $0.receivers(of: notice) }) { receive(notice) }
    }

    /// Calls `receive` for each notice, on the thread that posts it: it must be quick.
    ///
    /// - Parameter principal: Who watches: of notices that are meant for others nothing is heard. nil for all there are.
    /// - Returns: What ends it when it is called.
    public func watch(
        for principal: Principal? = nil,
        _ receive: @escaping @Sendable (ChangeNotice) -> Void
    ) -> @Sendable () -> Void {
        let number = watchers.withLock { watchers in
            watchers.next += 1
            if let principal {
                watchers.ofPrincipals[principal, default: [:]][watchers.next] = receive
            } else {
                watchers.ofAll[watchers.next] = receive
            }
            return watchers.next
        }
        return { [weak self] in
            self?.watchers.withLock { watchers in
                guard let principal else { return watchers.ofAll[number] = nil }
                watchers.ofPrincipals[principal]?[number] = nil
                if watchers.ofPrincipals[principal]?.isEmpty == true { watchers.ofPrincipals[principal] = nil }
            }
        }
    }
}

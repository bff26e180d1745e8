import Synchronization

/// Something that clients may want to read again; it holds no content (SB9).
public struct ChangeNotice: Sendable, Hashable {
    public enum Subject: Sendable, Hashable {
        case toolList, promptList, resourceList
        /// The resource at this address.
        case resource(uri: String)
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
        var next = 0
        var all: [Int: @Sendable (ChangeNotice) -> Void] = [:]
    }

    public init() {}

    /// Tells everybody who watches.
    public func post(_ notice: ChangeNotice) {
        for receive in watchers.withLock({ Array($0.all.values) }) { receive(notice) }
    }

    /// Calls `receive` for each notice, on the thread that posts it: it must be quick.
    ///
    /// - Returns: What ends it when it is called.
    public func watch(_ receive: @escaping @Sendable (ChangeNotice) -> Void) -> @Sendable () -> Void {
        let number = watchers.withLock { watchers in
            watchers.next += 1
            watchers.all[watchers.next] = receive
            return watchers.next
        }
        return { [weak self] in self?.watchers.withLock { _ = $0.all.removeValue(forKey: number) } }
    }
}

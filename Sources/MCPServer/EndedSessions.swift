public import MCP
import Synchronization

/// Remembers which legacy sessions were ended (LS8).
public protocol EndedSessions: Sendable {
    /// Whether this session was ended here or at another replica.
    func contains(_ session: Session) async throws -> Bool

    /// Ends a session for good.
    ///
    /// - Returns: false if this deployment can't remember it; then the session lives on (W64).
    func end(_ session: Session) async throws -> Bool
}

/// Ended sessions in the memory of this process, for keys that only this process has.
///
/// When it is full, `onFull` must make all sessions void, since none may come back; then it starts anew.
public final class EndedSessionsInMemory: EndedSessions {
    private let limit: Int
    private let numbers = Mutex<Set<SessionNumber>>([])
    private let onFull: @Sendable () -> Void

    /// - Parameter onFull: Replaces the keys that open sessions.
    public init(limit: Int = 100_000, onFull: @escaping @Sendable () -> Void) {
        self.limit = max(1, limit)
        self.onFull = onFull
    }

    public func contains(_ session: Session) async throws -> Bool {
        numbers.withLock { $0.contains(session.number) }
    }

    public func end(_ session: Session) async throws -> Bool {
        numbers.withLock { numbers in
            numbers.insert(session.number)
            guard numbers.count >= limit else { return }
            // The keys go first, while nobody can look into the set.
            onFull()
            numbers.removeAll()
        }
        return true
    }
}

/// For keys that others have too and no database: nothing can be remembered (LS6, LS8).
public struct NoEndedSessions: EndedSessions {
    public init() {}

    public func contains(_ session: Session) async throws -> Bool { false }

    public func end(_ session: Session) async throws -> Bool { false }
}

import Synchronization

/// Wakes those who follow an owner's changes.
///
/// A signal says only that there may be something to read. What it is, the follower reads from the feed, beyond what it has read before; so a
/// signal too many costs a look, and none that is missed costs a change as long as another comes.
package final class ChangeSignals: Sendable {
    private struct State {
        var followers: [Owner: [ObjectIdentifier: ChangeFollower]] = [:]
        var changed: Set<Owner> = []
        var keepsChanged = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes an owner's followers.
    package func ring(_ owner: Owner) {
        let followers = state.withLock { state in
            if state.keepsChanged { state.changed.insert(owner) }
            return state.followers[owner].map { Array($0.values) } ?? []
        }
        for follower in followers { follower.wake { $0.isChanged = true } }
    }

    /// Wakes everybody: somebody else has changed the database.
    package func ringAll() {
        for owner in state.withLock({ Array($0.followers.keys) }) { ring(owner) }
    }

    /// The owners whose data has changed since the last call; the first call begins to keep them.
    package func takeChanged() -> Set<Owner> {
        state.withLock { state in
            state.keepsChanged = true
            defer { state.changed = [] }
            return state.changed
        }
    }

    /// Wakes everybody, so that each can see what time it is.
    package func tick() {
        let followers = state.withLock { state in state.followers.values.flatMap(\.values) }
        for follower in followers { follower.wake { $0.isTick = true } }
    }

    /// Runs a closure with a follower of an owner's changes.
    ///
    /// Every change from before its first look on is signalled.
    package func following<Value>(_ owner: Owner, _ body: (ChangeFollower) async throws -> Value) async rethrows -> Value {
        let follower = ChangeFollower()
        state.withLock { $0.followers[owner, default: [:]][ObjectIdentifier(follower)] = follower }
        defer {
            state.withLock { state in
                state.followers[owner]?[ObjectIdentifier(follower)] = nil
                if state.followers[owner]?.isEmpty == true { state.followers[owner] = nil }
            }
        }
        return try await body(follower)
    }
}

/// One who waits for an owner's changes.
package final class ChangeFollower: Sendable {
    package struct Wake: Sendable, Equatable {
        package fileprivate(set) var isChanged = false
        package fileprivate(set) var isTick = false
    }

    private struct State {
        var wake = Wake()
        var waiter: CheckedContinuation<Wake, any Error>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    fileprivate init() {}

    fileprivate func wake(_ change: (inout Wake) -> Void) {
        let (waiter, wake) = state.withLock { state -> (CheckedContinuation<Wake, any Error>?, Wake) in
            change(&state.wake)
            guard let waiter = state.waiter else { return (nil, Wake()) }
            defer {
                state.waiter = nil
                state.wake = Wake()
            }
            return (waiter, state.wake)
        }
        waiter?.resume(returning: wake)
    }

    /// Suspends until something was signalled since the last call.
    ///
    /// One caller at a time.
    ///
    /// - Throws: `CancellationError`.
    package func next() async throws -> Wake {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready = state.withLock { state -> Result<Wake, any Error>? in
                    if state.isCancelled { return .failure(CancellationError()) }
                    guard state.wake == Wake() else {
                        defer { state.wake = Wake() }
                        return .success(state.wake)
                    }
                    state.waiter = continuation
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            stop()
        }
    }

    /// Makes a waiting ``next()`` and all later ones throw, as if its task had been cancelled.
    package func stop() {
        let waiter = state.withLock { state in
            state.isCancelled = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(throwing: CancellationError())
    }
}

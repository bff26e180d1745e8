import Synchronization

/// That somebody listens for changes of resources, from when it is first needed until the connection ends.
final class Listening: Sendable {
    typealias End = @Sendable () -> Void

    /// Seldom more than one: those who come while the first is still beginning begin as well, as they mustn't go on without.
    private let state = Mutex<(ends: [End], hasBegun: Bool, isOver: Bool)>(([], false, false))

    /// Returns when it is certain that changes are told from now on.
    ///
    /// - Parameter begin: Gives what is to be called at the end, if anything.
    func begin(_ begin: () async throws -> End?) async throws {
        guard state.withLock({ !$0.hasBegun && !$0.isOver }) else { return }
        let end = try await begin()
        let isOver = state.withLock { state in
            state.hasBegun = true
            if let end, !state.isOver { state.ends.append(end) }
            return state.isOver
        }
        if isOver { end?() }
    }

    func end() {
        let ends = state.withLock { state in
            state.isOver = true
            defer { state.ends = [] }
            return state.ends
        }
        for end in ends { end() }
    }
}

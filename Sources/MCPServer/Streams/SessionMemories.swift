package import MCP
import Synchronization

/// What sessions asked for and their tokens can't hold, because it changes (LS9): log level and subscriptions.
///
/// In this process only; its loss costs hints.
package final class SessionMemories: Sendable {
    private struct Memory {
        var logLevel: LogLevel?
        var uris: Set<[UInt8]> = []
        var lastUse = 0
    }

    private struct State {
        var memories: [SessionNumber: Memory] = [:]
        var uses = 0
    }

    private let limit: Int
    private let uriLimit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: Sessions; beyond it the one whose wishes are oldest is forgotten.
    ///   - uriLimit: Addresses of one session; more are not remembered.
    package init(limit: Int = 10_000, uriLimit: Int = 256) {
        self.limit = max(1, limit)
        self.uriLimit = uriLimit
    }

    /// nil if the session never said.
    package func logLevel(of session: SessionNumber) -> LogLevel? {
        state.withLock { $0.memories[session]?.logLevel }
    }

    package func isSubscribed(_ session: SessionNumber, to uri: String) -> Bool {
        state.withLock { $0.memories[session]?.uris.contains(Array(uri.utf8)) == true }
    }

    package func remember(_ wish: SessionWish, of session: SessionNumber) {
        state.withLock { state in
            state.uses += 1
            if state.memories[session] == nil, state.memories.count >= limit { forgetOldest(&state) }
            var memory = state.memories[session] ?? Memory()
            memory.lastUse = state.uses
            switch wish {
            case .logLevel(let level): memory.logLevel = level
            case .subscription(let uri): if memory.uris.count < uriLimit { memory.uris.insert(Array(uri.utf8)) }
            case .noSubscription(let uri): memory.uris.remove(Array(uri.utf8))
            }
            state.memories[session] = memory
        }
    }

    package func forget(_ session: SessionNumber) {
        state.withLock { $0.memories[session] = nil }
    }

    /// A sixteenth at once, so that a full table isn't searched for each new session.
    private func forgetOldest(_ state: inout State) {
        let uses = state.memories.values.map(\.lastUse).sorted()
        let bound = uses[min(uses.count - 1, limit / 16)]
        state.memories = state.memories.filter { $0.value.lastUse > bound }
    }
}

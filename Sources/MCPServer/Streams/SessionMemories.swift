package import MCP
import Synchronization

/// What sessions asked for and their tokens can't hold, because it changes (LS9): log level and subscriptions.
///
/// In this process only; its loss costs hints.
package final class SessionMemories: Sendable {
    /// How much is remembered (section 28).
    package struct Limits: Sendable {
        /// Beyond it the sessions whose wishes are oldest are forgotten.
        package var sessions = 10_000
        /// Bytes of all addresses, with what it costs to keep each; beyond it the oldest are forgotten too.
        package var bytes = 67_108_864
        /// Addresses of one session.
        package var addresses = 256
        /// Bytes of one session's addresses.
        package var sessionBytes = 65_536

        package init() {}
    }

    private struct Memory {
        var logLevel: LogLevel?
        var uris: Set<[UInt8]> = []
        /// Of all `uris`.
        var bytes = 0
        var lastUse = 0
        /// Unix seconds; nil for a session that ends with its connection.
        var expires: Int64?

        var cost: Int { bytes + uris.count * SessionMemories.costOfAddress }
    }

    private struct State {
        var memories: [SessionNumber: Memory] = [:]
        /// By the address as they spelled it.
        var subscribers: [[UInt8]: Set<SessionNumber>] = [:]
        /// By the canonical address: all that sessions subscribed to instead of it.
        var spellings: [[UInt8]: Set<[UInt8]>] = [:]
        /// The same, the other way round.
        var canonical: [[UInt8]: [UInt8]] = [:]
        var uses = 0
        var cost = 0
        /// No session expires before, in Unix seconds.
        var nextExpiry = Int64.max
    }

    /// What an address takes in the tables besides its own bytes, about.
    private static let costOfAddress = 128
    /// Replicas' clocks may differ by so many seconds (LS3).
    private static let grace: Int64 = 60
    private let limits: Limits
    private let state = Mutex(State())

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// nil if the session never said.
    package func logLevel(of session: SessionNumber) -> LogLevel? {
        state.withLock { $0.memories[session]?.logLevel }
    }

    package func isSubscribed(_ session: SessionNumber, to uri: String) -> Bool {
        let uri = Array(uri.utf8)
        return state.withLock { $0.memories[session]?.uris.contains(uri) == true }
    }

    /// Everyone who wants to be told of the resource with this canonical address, by the address as they spelled it.
    package func subscribers(of uri: String) -> [(uri: String, sessions: Set<SessionNumber>)] {
        let uri = Array(uri.utf8)
        return state.withLock { state in
            ([uri] + (state.spellings[uri] ?? [])).compactMap { spelled in
                state.subscribers[spelled].map { (String(decoding: spelled, as: UTF8.self), $0) }
            }
        }
    }

    /// All that a session subscribed to, as it spelled it.
    package func subscriptions(of session: SessionNumber) -> [String] {
        state.withLock { $0.memories[session]?.uris.map { String(decoding: $0, as: UTF8.self) } ?? [] }
    }

    /// The addresses, as this session spelled them, of the resource with this canonical address.
    package func subscriptions(of session: SessionNumber, to uri: String) -> [String] {
        subscribers(of: uri).filter { $0.sessions.contains(session) }.map(\.uri)
    }

    /// How many sessions are remembered.
    package var count: Int { state.withLock { $0.memories.count } }

    /// - Parameter expires: When the session ends, in Unix seconds; nil if it ends with its connection.
    /// - Throws: -32602 for a subscription too many; what was remembered before stays.
    package func remember(_ wish: SessionWish, of session: SessionNumber, until expires: Int64? = nil) throws(MCPError) {
        let isRemembered = state.withLock { state in
            // Taken out, so that nothing of it is copied when it changes.
            var memory = state.memories.removeValue(forKey: session) ?? Memory()
            let cost = memory.cost
            var isRefused = false
            switch wish {
            case .logLevel(let level): memory.logLevel = level
            case .subscription(let uri, let canonical):
                isRefused = !subscribe(session, to: Array(uri.utf8), of: Array((canonical ?? uri).utf8), &memory, &state)
            case .noSubscription(let uri): unsubscribe(session, from: Array(uri.utf8), &memory, &state)
            }
            state.cost += memory.cost - cost
            guard memory.logLevel != nil || !memory.uris.isEmpty else { return !isRefused }
            state.uses += 1
            (memory.lastUse, memory.expires) = (state.uses, expires)
            state.nextExpiry = min(state.nextExpiry, expires ?? .max)
            state.memories[session] = memory
            if state.memories.count > limits.sessions || state.cost > limits.bytes { forgetOldest(&state) }
            return !isRefused
        }
        guard isRemembered else { throw .invalidParameters("too many subscriptions") }
    }

    package func forget(_ session: SessionNumber) {
        state.withLock { forget(session, &$0) }
    }

    /// Forgets sessions that are over.
    package func removeExpired(unixNow: Int64) {
        state.withLock { state in
            guard state.nextExpiry < unixNow - Self.grace else { return }
            for (session, memory) in state.memories where memory.expires.map({ $0 < unixNow - Self.grace }) == true {
                forget(session, &state)
            }
            state.nextExpiry = state.memories.values.compactMap(\.expires).min() ?? .max
        }
    }

    private func subscribe(
        _ session: SessionNumber,
        to uri: [UInt8],
        of canonical: [UInt8],
        _ memory: inout Memory,
        _ state: inout State
    ) -> Bool {
        guard !memory.uris.contains(uri) else { return true }
        let spelling = uri == canonical ? nil : state.canonical[uri] ?? canonical
        let bytes = uri.count + (spelling?.count ?? 0)
        guard memory.uris.count < limits.addresses, memory.bytes + bytes <= limits.sessionBytes else { return false }
        // The bytes that another session's subscription holds already.
        let shared = state.subscribers.index(forKey: uri).map { state.subscribers[$0].key } ?? uri
        memory.uris.insert(shared)
        memory.bytes += bytes
        state.subscribers[shared, default: []].insert(session)
        if let spelling {
            state.canonical[shared] = spelling
            state.spellings[spelling, default: []].insert(shared)
        }
        return true
    }

    private func unsubscribe(_ session: SessionNumber, from uri: [UInt8], _ memory: inout Memory, _ state: inout State) {
        guard memory.uris.remove(uri) != nil else { return }
        memory.bytes -= uri.count + (state.canonical[uri]?.count ?? 0)
        dropSubscriber(session, of: uri, &state)
    }

    private func dropSubscriber(_ session: SessionNumber, of uri: [UInt8], _ state: inout State) {
        state.subscribers[uri]?.remove(session)
        guard state.subscribers[uri]?.isEmpty == true else { return }
        state.subscribers[uri] = nil
        guard let canonical = state.canonical.removeValue(forKey: uri) else { return }
        state.spellings[canonical]?.remove(uri)
        if state.spellings[canonical]?.isEmpty == true { state.spellings[canonical] = nil }
    }

    private func forget(_ session: SessionNumber, _ state: inout State) {
        guard let memory = state.memories.removeValue(forKey: session) else { return }
        state.cost -= memory.cost
        for uri in memory.uris { dropSubscriber(session, of: uri, &state) }
    }

    /// A sixteenth at once, so that a full table isn't searched for each new session; never the newest.
    private func forgetOldest(_ state: inout State) {
        let ages = state.memories.map { (session: $0.key, lastUse: $0.value.lastUse) }.sorted { $0.lastUse < $1.lastUse }
        let (sessions, cost) = (limits.sessions - limits.sessions / 16, limits.bytes - limits.bytes / 16)
        for age in ages.dropLast() {
            guard state.memories.count > sessions || state.cost > cost else { return }
            forget(age.session, &state)
        }
    }
}

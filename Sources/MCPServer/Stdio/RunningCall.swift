internal import JSON
internal import MCP
import Synchronization

/// A request that runs on a connection which carries messages both ways, and the way back to its client.
final class RunningCall: RequestTransport {
    let canAsk: Bool
    private let client: ConnectedClient
    private let limits: CallLimits
    private let started = ContinuousClock.now
    private let isOver = Atomic(false)
    private let state: Mutex<State>
    private let (stops, stopping) = AsyncStream.makeStream(of: Void.self)

    private struct State {
        var emissions = EmissionLimits()
        /// When the work last said something (B17).
        var lastSign: ContinuousClock.Instant
        var openQuestions = 0
    }

    /// - Parameter canAsk: Whether it belongs to the legacy session that was initialized here (I2).
    init(_ client: ConnectedClient, canAsk: Bool, limits: CallLimits) {
        self.client = client
        self.canAsk = canAsk
        self.limits = limits
        state = Mutex(State(lastSign: started))
    }

    /// Whether it was cancelled: nothing is sent for it any more (I4).
    var isStopped: Bool { isOver.load(ordering: .acquiring) }

    func stop() {
        isOver.store(true, ordering: .releasing)
        stopping.yield()
    }

    /// Runs a request to its answer.
    ///
    /// - Parameter correlationID: Leads from an internal error to the log.
    /// - Returns: nil if it was stopped.
    func perform<Caller>(
        _ invocation: Invocation,
        by engine: ProtocolEngine<Caller>,
        caller: Caller,
        correlationID: String
    ) async -> Performed? {
        let performed = await limited(
            while: { [self] in remaining },
            late: engine.timedOut(invocation, after: limits.time, correlationID: correlationID),
            stop: { [stops] in
                for await _ in stops { return true }
                return false
            },
            { [self] in await engine.perform(invocation, caller: caller, correlationID: correlationID, transport: self) }
        )
        guard !isStopped else { return nil }
        if let last = state.withLock({ $0.emissions.flush() }) { client.post(last, self, true) }
        return performed
    }

    /// How long it may still run; each sign of life counts, but not beyond the hard limit (B17).
    private var remaining: Duration {
        let now = ContinuousClock.now
        let atMost = limits.hardTime - started.duration(to: now)
        let (lastSign, isAsking) = state.withLock { ($0.lastSign, $0.openQuestions > 0) }
        return isAsking ? min(atMost, limits.time) : min(atMost, limits.time - lastSign.duration(to: now))
    }

    var logLevel: LogLevel { client.memories.logLevel(of: client.number) ?? .info }

    func send(_ message: [UInt8], _ kind: RequestEmission) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.lastSign = now
            guard !isStopped else { return }
            switch kind {
            case .progress: if let message = state.emissions.progress(message, at: now) { client.post(message, self, true) }
            case .log: if state.emissions.admitsLog(at: now) { client.post(message, self, true) }
            }
        }
    }

    func ask(_ question: OutgoingRequest) async throws -> JSONValue {
        guard canAsk, !client.isDeaf else { throw NoAnswer() }
        state.withLock { $0.openQuestions += 1 }
        defer {
            state.withLock { state in
                state.openQuestions -= 1
                state.lastSign = .now
            }
        }
        // It's our request, and not the client's: it is taken back also when that was cancelled (CN1).
        return try await client.questions.ask(question, of: client.owner) { [client] in client.post($0, nil, false) }
    }

    func reconnect(afterMilliseconds milliseconds: Int) -> Bool { false }

    func remember(_ wish: SessionWish) throws(MCPError) {
        try client.memories.remember(wish, of: client.number)
    }
}

/// How long a request may run (B17).
struct CallLimits: Sendable {
    /// Since it last said something.
    var time = Duration.seconds(60)
    /// Whatever it says.
    var hardTime = Duration.seconds(300)
}

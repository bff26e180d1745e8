internal import JSON
internal import MCP
import Synchronization

/// A request that runs on a connection which carries messages both ways, and the way back to its client.
final class RunningCall: RequestTransport {
    let canAsk: Bool
    private let client: ConnectedClient
    private let limits: CallLimits
    private let isOver = Atomic(false)
    private let work = LimitedWork<Performed>()
    private let state: Mutex<State>

    private struct State {
        var emissions = EmissionLimits()
        /// When the work began: others may have gone before it.
        var started = ContinuousClock.now
        /// When the work last said something (B17).
        var lastSign = ContinuousClock.now
        var openQuestions = 0
        /// Nothing comes after the answer, whatever the work still does.
        var isAnswered = false
    }

    /// - Parameter canAsk: Whether it belongs to the legacy session that was initialized here (I2).
    init(_ client: ConnectedClient, canAsk: Bool, limits: CallLimits) {
        self.client = client
        self.canAsk = canAsk
        self.limits = limits
        state = Mutex(State())
    }

    /// Whether it was cancelled: nothing is sent for it any more (I4).
    var isStopped: Bool { isOver.load(ordering: .acquiring) }

    func stop() {
        isOver.store(true, ordering: .releasing)
        work.stop()
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
        state.withLock { state in
            state.started = .now
            state.lastSign = state.started
        }
        let performed = await work.run(
            while: { [self] in remaining },
            late: { [limits] in engine.timedOut(invocation, after: limits.time, correlationID: correlationID) },
            { [self] in await engine.perform(invocation, caller: caller, correlationID: correlationID, transport: self) }
        )
        let last = state.withLock { state in
            state.isAnswered = true
            return state.emissions.flush()
        }
        guard !isStopped else { return nil }
        if let last { client.post(last, self, true) }
        return performed
    }

    /// How long it may still run; each sign of life counts, but not beyond the hard limit (B17).
    private var remaining: Duration {
        let now = ContinuousClock.now
        let (started, lastSign, isAsking) = state.withLock { ($0.started, $0.lastSign, $0.openQuestions > 0) }
        let atMost = limits.hardTime - started.duration(to: now)
        return isAsking ? min(atMost, limits.time) : min(atMost, limits.time - lastSign.duration(to: now))
    }

    var logLevel: LogLevel { client.memories.logLevel(of: client.number) ?? .info }

    func send(_ message: [UInt8], _ kind: RequestEmission) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.lastSign = now
            guard !isStopped, !state.isAnswered else { return }
            switch kind {
            case .progress: if let message = state.emissions.progress(message, at: now) { client.post(message, self, true) }
            case .log: if state.emissions.admitsLog(at: now) { client.post(message, self, true) }
            }
        }
    }

    func ask(_ question: OutgoingRequest) async throws -> JSONValue {
        guard canAsk, !client.isDeaf, !state.withLock({ $0.isAnswered }) else { throw NoAnswer() }
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

    func remember(_ wish: SessionWish) async throws {
        guard !isStopped else { return }
        if case .subscription = wish { try await client.listen() }
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

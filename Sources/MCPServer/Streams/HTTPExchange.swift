internal import JSON
internal import MCP
import Synchronization

/// One POST whose work runs: whether it becomes a whole answer or a stream is decided late (H12, S4).
///
/// The work is a task of its own, for it may outlive its connection (S5).
final class HTTPExchange: RequestTransport {
    /// What the connection sends.
    enum Outcome: Sendable {
        case whole(HTTPReply)
        case stream(EventStream)
    }

    /// What the work came to, in both forms.
    struct Completion: Sendable {
        let reply: HTTPReply
        /// One event each (S19).
        let messages: [[UInt8]]
    }

    /// How long work may take, and be quiet.
    struct Times: Sendable {
        /// Since the last sign of life.
        var limit = Duration.seconds(60)
        /// Whatever signs of life there are (B17).
        var hardLimit = Duration.seconds(300)
        /// After it a whole answer becomes a stream, so that nobody between takes the connection for dead (H12).
        var untilStream = Duration.seconds(15)
    }

    let session: Session?
    let principal: Principal
    private let requestID: JSONValue?
    private let canStream: Bool
    private let connections: MCPConnections
    private let started: ContinuousClock.Instant
    private let state: Mutex<State>

    private struct State {
        var outcome: Outcome?
        var waiter: UnsafeContinuation<Outcome, Never>?
        var stream: EventStream?
        var isAnswered = false
        var isStopped = false
        /// `MCPConnections` has it, or will in a moment.
        var isListed = false
        /// The client is gone, and what it would have been sent was not decided.
        var isDetached = false
        var lastSign: ContinuousClock.Instant
        var openQuestions = 0
        var task: Task<Void, Never>?
        var late: (@Sendable () -> Completion)?
        /// Made by what is said first.
        var emissions: EmissionLimits?
        /// Made by a batch.
        var elements: Elements?

        func isSkipped(_ id: RequestID?) -> Bool { id.map { elements?.skipped.contains($0) == true } ?? false }

        mutating func admit(_ message: [UInt8], _ kind: RequestEmission, at now: ContinuousClock.Instant) -> [UInt8]? {
            if emissions == nil { emissions = EmissionLimits() }
            return switch kind {
            case .progress: emissions?.progress(message, at: now)
            case .log: emissions?.admitsLog(at: now) == true ? message : nil
            }
        }
    }

    private struct Elements {
        /// The one that runs now.
        var current: (id: RequestID?, stop: @Sendable () -> Void)?
        /// Those that were cancelled.
        var skipped: Set<RequestID> = []
    }

    /// - Parameter requestID: Nil for a batch.
    init(
        _ connections: MCPConnections,
        session: Session?,
        principal: Principal,
        requestID: JSONValue?,
        canStream: Bool,
        now: ContinuousClock.Instant = .now
    ) {
        self.connections = connections
        self.session = session
        self.principal = principal
        self.requestID = requestID
        self.canStream = canStream
        started = now
        state = Mutex(State(lastSign: now))
    }

    // MARK: The work

    /// Begins the work, on this thread for as long as it doesn't wait.
    ///
    /// - Parameters:
    ///   - late: The answer if the work takes too long (B17).
    ///   - work: Gives nil if there is nothing to answer.
    /// - Returns: What there is at once; nil if the work waits for something.
    func start(late: @escaping @Sendable () -> Completion, _ work: @escaping @Sendable () async -> Completion?) -> Outcome? {
        let run: @Sendable () async -> Void = { [self] in complete(await work()) }
        // A task of its own is the only thing that its parent's cancellation doesn't reach. It ends with its work or at the time limit.
        let task =
            if #available(macOS 26, *) {
                Task.immediate(operation: run)
            } else {
                Task(operation: run)
            }
        // Nobody looks at the time before it is listed, and that comes later.
        let (isStopped, outcome) = state.withLock { state in
            if !state.isAnswered { (state.task, state.late) = (task, late) }
            return (state.isStopped, state.outcome)
        }
        if isStopped { task.cancel() }
        return outcome
    }

    /// Tells that it is put where time limits and cancellations reach it.
    ///
    /// - Returns: false if it is over already.
    func willBeListed() -> Bool {
        state.withLock { state in
            state.isListed = !state.isAnswered
            return state.isListed
        }
    }

    /// Whether it was cancelled.
    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Whether nothing is sent any more.
    var isAnswered: Bool { state.withLock { $0.isAnswered } }

    /// What the connection sends, as soon as that is decided.
    func outcome() async -> Outcome {
        await withUnsafeContinuation { continuation in
            let outcome = state.withLock { state -> Outcome? in
                if let outcome = state.outcome { return outcome }
                if state.isDetached { return .whole(.accepted) }
                state.waiter = continuation
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// Lets the connection of a client go that went away; the work goes on (S5).
    ///
    /// Whoever waits for the outcome gets one that nobody will see. What the work still says is dropped if no stream has begun: its client
    /// knows no event that it could come back with.
    func detach() {
        let waiter = state.withLock { state in
            state.isDetached = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: .whole(.accepted))
    }

    /// Cancels the work; whatever it still comes to isn't sent (H7, CN1).
    func stop() {
        let (task, waiter, outcome, isListed) = state.withLock { state in
            defer { (state.isAnswered, state.isStopped, state.waiter, state.late) = (true, true, nil, nil) }
            if !state.isAnswered {
                state.stream?.finish()
                if state.outcome == nil { state.outcome = silence() }
            }
            return (state.task, state.waiter, state.outcome, state.isListed)
        }
        task?.cancel()
        if isListed { connections.remove(self) }
        if let waiter, let outcome { waiter.resume(returning: outcome) }
    }

    /// Cancels one request: all the work, or an element of a batch.
    func cancel(_ id: RequestID) {
        guard requestID == nil else { return stop() }
        let stop = state.withLock { state in
            if state.elements == nil { state.elements = Elements() }
            state.elements?.skipped.insert(id)
            return state.elements?.current?.id == id ? state.elements?.current?.stop : nil
        }
        stop?()
    }

    /// Whether this element of a batch was cancelled.
    func isCancelled(_ id: RequestID?) -> Bool {
        state.withLock { $0.isSkipped(id) }
    }

    /// Runs an element of a batch, which can be cancelled apart from the others, and has a time of its own.
    ///
    /// - Returns: nil if it was; then it gets no answer. It doesn't even begin if that, or the end of the whole batch, came first.
    func element(_ id: RequestID?, _ work: @escaping @Sendable () async -> Performed) async -> Performed? {
        let begins = state.withLock { state in
            state.lastSign = .now
            return !state.isAnswered && !state.isSkipped(id)
        }
        guard begins else { return nil }
        // A task of its own, so that cancelling it leaves the rest of the batch alone; it ends within this call.
        let task = Task(operation: work)
        let isSkipped = state.withLock { state in
            if state.elements == nil { state.elements = Elements() }
            state.elements?.current = (id, { task.cancel() })
            return state.isSkipped(id)
        }
        if isSkipped { task.cancel() }
        let performed = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return state.withLock { state in
            state.elements?.current = nil
            state.lastSign = .now
            let last = state.emissions?.flush()
            state.emissions = nil
            guard !state.isSkipped(id) else { return nil }
            if let last, !state.isAnswered { state.stream?.send(last) }
            return performed
        }
    }

    /// Looks at the time: whether the work takes too long, or an answer long enough to become a stream.
    func tick(_ times: Times, now: ContinuousClock.Instant) {
        let late = state.withLock { state -> (@Sendable () -> Completion)? in
            guard !state.isAnswered else { return nil }
            let age = started.duration(to: now)
            if age >= times.hardLimit || state.openQuestions == 0 && state.lastSign.duration(to: now) >= times.limit { return state.late }
            if let progress = state.emissions?.due(at: now) { beginStream(&state)?.send(progress) }
            return nil
        }
        guard let late else {
            if started.duration(to: now) >= times.untilStream, canStream { decide { beginStream(&$0) } }
            return
        }
        complete(late())
        state.withLock { $0.task }?.cancel()
    }

    private func complete(_ completion: Completion?) {
        let (waiter, isListed) = state.withLock { state -> (resumption: (UnsafeContinuation<Outcome, Never>, Outcome)?, isListed: Bool) in
            guard !state.isAnswered else { return (nil, false) }
            (state.isAnswered, state.late) = (true, nil)
            if let stream = state.stream {
                if let last = state.emissions?.flush() { stream.send(last) }
                for message in completion?.messages ?? [] { stream.send(message) }
                stream.finish()
                return (nil, state.isListed)
            }
            let outcome = completion.map { Outcome.whole($0.reply) } ?? silence()
            state.outcome = outcome
            defer { state.waiter = nil }
            return (state.waiter.map { ($0, outcome) }, state.isListed)
        }
        if isListed { connections.remove(self) }
        if let (waiter, outcome) = waiter { waiter.resume(returning: outcome) }
    }

    /// The end of a request that gets no response: an empty stream where the client takes one, else nothing.
    private func silence() -> Outcome {
        guard canStream else { return .whole(.accepted) }
        let stream = EventStream()
        stream.finish()
        return .stream(stream)
    }

    /// Lets the connection go on if that changes what is known of the outcome.
    private func decide(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state -> (UnsafeContinuation<Outcome, Never>, Outcome)? in
            guard !state.isAnswered else { return nil }
            change(&state)
            guard let outcome = state.outcome, let waiter = state.waiter else { return nil }
            state.waiter = nil
            return (waiter, outcome)
        }
        if let (waiter, outcome) = waiter { waiter.resume(returning: outcome) }
    }

    /// From now on the answer is a stream.
    ///
    /// - Returns: nil if the client takes none, or is gone.
    @discardableResult
    private func beginStream(_ state: inout State) -> EventStream? {
        if let stream = state.stream { return stream }
        guard canStream, !state.isDetached else { return nil }
        let stream = connections.requestStream(of: session, principal, answering: requestID.map { Array($0.bytes) })
        state.stream = stream
        state.outcome = .stream(stream)
        return stream
    }

    // MARK: What handlers say

    var canAsk: Bool { session != nil && canStream }

    var logLevel: LogLevel { session.flatMap { connections.memories.logLevel(of: $0.number) } ?? .info }

    func send(_ message: [UInt8], _ kind: RequestEmission) {
        let now = ContinuousClock.now
        // A sign of life, whether or not the client can see it (B17).
        guard canStream else { return state.withLock { $0.lastSign = now } }
        decide { state in
            state.lastSign = now
            if let message = state.admit(message, kind, at: now) { beginStream(&state)?.send(message) }
        }
    }

    func ask(_ question: OutgoingRequest) async throws -> JSONValue {
        guard canAsk, let session else { throw NoAnswer() }
        let isHeard = state.withLock { state in
            state.openQuestions += 1
            return !state.isDetached || state.stream != nil
        }
        defer {
            state.withLock { state in
                state.openQuestions -= 1
                state.lastSign = .now
            }
        }
        guard isHeard else { throw NoAnswer() }
        return try await connections.questions.ask(question, of: .session(session.number, principal)) { [weak self] message in
            self?.decide { state in self?.beginStream(&state)?.send(message) }
        }
    }

    func reconnect(afterMilliseconds milliseconds: Int) -> Bool {
        guard canStream, session?.revision == .v2025_11_25 else { return false }
        var didRelease = false
        decide { state in
            guard let stream = beginStream(&state) else { return }
            stream.retry(milliseconds: milliseconds)
            stream.release()
            didRelease = true
        }
        return didRelease
    }

    func remember(_ wish: SessionWish) throws(MCPError) {
        guard let session else { return }
        try connections.memories.remember(wish, of: session.number, until: session.expires)
    }
}

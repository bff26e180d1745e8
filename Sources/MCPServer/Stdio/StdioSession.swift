internal import JSON
internal import MCP
internal import Observability

/// What one run of a stdio server does for its lines.
struct StdioSession<Caller: Sendable>: Sendable {
    enum Event: Sendable {
        case read([UInt8]?)
        case done(RunningCalls.Keys)
        /// An answer that took no work is written.
        case answered
        case listenEnded(StdioListens.Number)
        case timeIsUp(didWait: Bool)
        /// All that was to be said is written.
        case written
        case idle
    }

    /// What a line comes to, and how long it was.
    typealias Step = (action: StdioConversation<Caller>.Action, engine: ProtocolEngine<Caller>, bytes: Int, isGreeting: Bool)

    typealias Tasks = ThrowingTaskGroup<Event, any Error>

    let output = LineOutput()
    let server: Server<Caller>
    let caller: Caller
    let principal: Principal
    let settings: StdioSettings
    let report: @Sendable (_ fault: any Error, _ correlationID: String) -> Void
    let observer: MCPObserver<Caller>?
    private let sealer = StateKeys()
    let client: ConnectedClient
    /// What the legacy session is to be told.
    let changes: NoticeQueue

    init(
        _ server: Server<Caller>,
        caller: Caller,
        principal: Principal,
        settings: StdioSettings,
        observer: MCPObserver<Caller>?,
        report: @escaping @Sendable (_ fault: any Error, _ correlationID: String) -> Void
    ) {
        self.server = server
        self.caller = caller
        self.principal = principal
        self.settings = settings
        self.report = report
        self.observer = observer
        changes = NoticeQueue(interval: settings.noticeInterval)
        client = ConnectedClient(
            StdioConversation<Caller>(principal: principal).session,
            questions: PendingQuestions(),
            memories: SessionMemories(),
            beginListening: { try await ProtocolEngine(server.definition).beginListening(caller: caller, principal: principal) }
        ) { [output] in output.post($0, of: $1, mayBeDropped: $2) }
    }

    /// What is offered at this moment; what it decides for a line it also does.
    var engine: ProtocolEngine<Caller> { ProtocolEngine(server.definition, sealer: sealer) }

    func receive(_ line: [UInt8], _ conversation: inout StdioConversation<Caller>) -> Step {
        let engine = engine
        let wasInitialized = conversation.isInitialized
        let action = conversation.receive(line, by: engine, now: unixSeconds())
        if let answered = conversation.answered { observer?.answered(answered, CorrelationID(), traceparent: nil, caller) }
        let isGreeting = !wasInitialized && conversation.isInitialized
        if isGreeting { client.initialize(conversation.session) }
        return (action, engine, line.count, isGreeting)
    }

    func follow(
        _ step: Step,
        _ state: inout State,
        _ group: inout Tasks
    ) {
        let engine = step.engine
        switch step.action {
        case .nothing: break
        case .answer(let message): answer(message, isGreeting: step.isGreeting, &state, &group)
        case .cancel(let id): state.cancel(id)
        case .deliver(let response): _ = client.questions.deliver(response, from: client.owner)
        case .run(let invocation):
            let call = call(of: invocation, state)
            state.waiting.add([(invocation.requestID, call)], step.bytes) {
                if let message = await perform(invocation, engine, call) { try await output.write(message, of: call) }
            }
        case .batch(let steps, let asides):
            for aside in asides {
                switch aside {
                case .cancel(let id): state.cancel(id)
                case .deliver(let response): _ = client.questions.deliver(response, from: client.owner)
                }
            }
            let calls = steps.compactMap { step in step.invocation.map { (invocation: $0, call: call(of: $0, state)) } }
            state.waiting.add(calls.map { ($0.invocation.requestID, $0.call) }, step.bytes) {
                try await run(steps, calls.map(\.call), engine)
            }
        case .listen(let listen):
            open(listen, engine, &state, &group)
        }
    }

    /// Lets as many of the requests that wait begin as may run at once (I11).
    func begin(_ state: inout State, _ group: inout Tasks) {
        while state.running.count < settings.concurrency, let next = state.waiting.next() {
            let keys = state.running.add(next.calls)
            group.addTask {
                try await next.work()
                return .done(keys)
            }
        }
    }

    /// Gives an answer that takes no work.
    ///
    /// In a task as well: a client that takes nothing mustn't keep its own end of input from being seen.
    /// - Parameter isGreeting: Whether it answers `initialize`: who has it is told of changes.
    func answer(_ message: [UInt8], isGreeting: Bool = false, _ state: inout State, _ group: inout Tasks) {
        state.answers += 1
        group.addTask {
            if isGreeting { await listen() }
            try await output.write(message)
            return .answered
        }
    }

    /// The input has ended: no answer comes any more, and nobody waits for news.
    func inputEnded(_ state: inout State) {
        client.leave()
        state.listens.endAll()
    }

    /// Nothing is left to do but to write what waits.
    func finish() {
        changes.end()
        output.finish()
    }

    // MARK: Requests

    private func call(of invocation: Invocation, _ state: State) -> RunningCall {
        RunningCall(client, canAsk: invocation.revision.isLegacy && state.conversation.isInitialized, limits: settings.callLimits)
    }

    private func run(_ steps: [BatchStep], _ calls: [RunningCall], _ engine: ProtocolEngine<Caller>) async throws {
        var messages: [(message: [UInt8], call: RunningCall?)] = []
        var calls = calls[...]
        for step in steps {
            switch step {
            case .answer(let message): messages.append((message, nil))
            case .run(let invocation):
                guard let call = calls.popFirst(), let message = await perform(invocation, engine, call) else { continue }
                messages.append((message, call))
            }
        }
        // One that was answered and then stopped is no more answered than another (CN1).
        let answers = messages.filter { $0.call?.isStopped != true }.map(\.message)
        if !answers.isEmpty { try await output.write(StdioConversation<Caller>.line(ofBatch: answers)) }
    }

    /// - Returns: nil if the call was cancelled: then nothing is sent for it (I4).
    private func perform(_ invocation: Invocation, _ engine: ProtocolEngine<Caller>, _ call: RunningCall) async -> [UInt8]? {
        let id = CorrelationID()
        let observed = ObservedWork(observer, invocation, id, caller)
        guard !call.isStopped else {
            observed?.end(nil)
            return nil
        }
        let correlationID = id.description
        let performed = await call.perform(invocation, by: engine, caller: caller, correlationID: correlationID)
        observed?.end(performed)
        if let fault = performed?.fault { report(fault, correlationID) }
        return performed?.message
    }

    func newCorrelationID() -> String {
        CorrelationID().description
    }
}

extension BatchStep {
    /// What is to be run for it, if anything.
    var invocation: Invocation? {
        if case .run(let invocation) = self { invocation } else { nil }
    }
}

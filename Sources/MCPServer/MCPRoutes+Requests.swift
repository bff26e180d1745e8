internal import HTTPServer
internal import HTTPTypes
internal import MCP
import Synchronization

extension MCPRoutes {
    /// Calls a tool whose work never waits; nil for everything else.
    func performAtOnce(
        _ invocation: Invocation,
        _ endpoint: HTTPEndpoint<Caller>,
        _ caller: Caller,
        _ request: IncomingRequest
    ) throws(Problem) -> Answer? {
        guard endpoint.engine.endsAtOnce(invocation) else { return nil }
        try admit(caller)
        let observed = ObservedWork(observer, invocation, request.requestID, caller)
        guard let performed = endpoint.engine.performAtOnce(invocation, caller: caller, correlationID: request.correlationID) else {
            return nil
        }
        observed?.end(performed)
        if let fault = performed.fault { report(fault, request.correlationID) }
        return Answer(endpoint.reply(performed, to: invocation))
    }

    /// Makes room for a request's work.
    ///
    /// - Throws: 429 if the principal runs as many as it may, or its rate limit is used up.
    func begin(_ principal: Principal, _ session: Session?, _ invocation: Invocation, _ caller: Caller) throws(Problem) -> HTTPExchange {
        try admit(caller)
        guard connections.beginRequest(of: principal) else { throw .tooManyRequests }
        return HTTPExchange(connections, session: session, principal: principal, requestID: invocation.id, canStream: invocation.canStream)
    }

    /// The same for a batch; each of its requests counts for the rate limit.
    func begin(_ principal: Principal, _ session: Session?, _ steps: [BatchStep], _ caller: Caller, canStream: Bool) throws(Problem)
        -> HTTPExchange
    {
        for case .run in steps { try admit(caller) }
        guard connections.beginRequest(of: principal) else { throw .tooManyRequests }
        return HTTPExchange(connections, session: session, principal: principal, requestID: nil, canStream: canStream)
    }

    func run(
        _ invocation: Invocation,
        on exchange: HTTPExchange,
        _ endpoint: HTTPEndpoint<Caller>,
        _ caller: Caller,
        _ request: IncomingRequest
    ) async -> Answer {
        let observed = ObservedWork(observer, invocation, request.requestID, caller)
        let work = RequestWork(invocation, endpoint, caller, request.correlationID, connections, observed, report)
        let outcome = exchange.start {
            work.late()
        } _: { [exchange] in
            await work.perform(on: exchange)
        }
        if case .whole(let reply) = outcome { return Answer(reply) }
        return await follow(exchange, ids: [invocation.requestID].compactMap { $0 }, isModern: !invocation.revision.isLegacy)
    }

    /// Elements one after the other, their answers in one array or one event each (S19).
    func run(
        _ steps: [BatchStep],
        _ form: AnswerForm,
        on exchange: HTTPExchange,
        _ endpoint: HTTPEndpoint<Caller>,
        _ caller: Caller,
        _ request: IncomingRequest
    ) async -> Answer {
        let correlationID = request.correlationID
        let (connections, report, limit) = (connections, report, connections.settings.requestLimit)
        let answers = BatchAnswers(steps)
        let (observer, identity, id) = (observer, identity, request.requestID)
        let current = CurrentWork<Caller>()
        let completion = { @Sendable (messages: [[UInt8]]) in
            HTTPExchange.Completion(reply: endpoint.reply(toBatch: messages, form: form), messages: messages)
        }
        let outcome = exchange.start {
            completion(
                answers.messages { invocation in
                    guard !exchange.isCancelled(invocation.requestID) else { return nil }
                    let performed = endpoint.engine.timedOut(invocation, after: limit, correlationID: correlationID)
                    // Those that hadn't begun are over as well.
                    let work = current.take(invocation) ?? ObservedWork(observer, invocation, id, caller)
                    work?.end(performed)
                    return performed.message
                }
            )
        } _: {
            for (place, step) in steps.enumerated() {
                guard case .run(let invocation) = step else { continue }
                let traced = identity.caller(caller, of: invocation)
                // What hadn't begun when the batch was over was told as late with it.
                guard !exchange.isAnswered else { continue }
                let observed = ObservedWork(observer, invocation, id, traced)
                current.set(observed, for: invocation)
                let performed = await exchange.element(invocation.requestID) {
                    await endpoint.engine.perform(invocation, caller: traced, correlationID: correlationID, transport: exchange)
                }
                observed?.end(performed)
                if let fault = performed?.fault { report(fault, correlationID) }
                if let performed { answers.set(performed.message, at: place) }
                current.clear()
            }
            connections.endRequest(of: exchange.principal)
            return completion(answers.messages { _ in nil })
        }
        if case .whole(let reply) = outcome { return Answer(reply) }
        let ids = steps.compactMap { step in if case .run(let invocation) = step { invocation.requestID } else { nil } }
        return await follow(exchange, ids: ids, isModern: false)
    }

    /// Waits until it is decided whether the answer is whole or a stream.
    private func follow(_ exchange: HTTPExchange, ids: [RequestID], isModern: Bool) async -> Answer {
        connections.add(exchange, ids: ids)
        // It may have ended in between, also as a stream that nobody has begun to send.
        if exchange.isAnswered { connections.remove(exchange) }
        let outcome = await withTaskCancellationHandler {
            await exchange.outcome()
        } onCancel: {
            // A client that goes away has cancelled its request only in the modern era (H7, S5).
            if isModern { exchange.stop() } else { exchange.detach() }
        }
        switch outcome {
        case .whole(let reply): return Answer(reply)
        case .stream(let stream):
            // Also when the stream was closed because the client takes too little.
            return answer(with: stream, finally: { if isModern { exchange.stop() } })
        }
    }
}

/// The element of a batch whose work runs.
private final class CurrentWork<Caller: Sendable>: Sendable {
    private let work = Mutex<(work: ObservedWork<Caller>?, invocation: Invocation)?>(nil)

    func set(_ observed: ObservedWork<Caller>?, for invocation: Invocation) {
        work.withLock { $0 = (observed, invocation) }
    }

    func clear() {
        work.withLock { $0 = nil }
    }

    /// nil unless that is the element.
    func take(_ invocation: Invocation) -> ObservedWork<Caller>? {
        work.withLock { $0?.invocation == invocation ? $0?.work : nil }
    }
}

/// The answers of a batch so far.
private final class BatchAnswers: Sendable {
    private let steps: [BatchStep]
    private let answers: Mutex<[[UInt8]?]>

    init(_ steps: [BatchStep]) {
        self.steps = steps
        answers = Mutex(steps.map { if case .answer(let message) = $0 { message } else { nil } })
    }

    func set(_ message: [UInt8], at place: Int) {
        answers.withLock { $0[place] = message }
    }

    /// Those there are, in the order of the elements.
    ///
    /// - Parameter missing: Answers what has none.
    func messages(_ missing: (Invocation) -> [UInt8]?) -> [[UInt8]] {
        zip(steps, answers.withLock { $0 }).compactMap { step, answer in
            if let answer { return answer }
            guard case .run(let invocation) = step else { return nil }
            return missing(invocation)
        }
    }
}

extension Problem {
    /// Section 28.
    static var tooManyRequests: Problem {
        Problem(.tooManyRequests, "too_many_requests", "too many requests of yours run at once", headers: [.retryAfter: "1"])
    }
}

/// What a request's work needs: one object, for closures carry it along.
private final class RequestWork<Caller: Sendable>: Sendable {
    private let invocation: Invocation
    private let endpoint: HTTPEndpoint<Caller>
    private let caller: Caller
    private let correlationID: String
    private let connections: MCPConnections
    private let observed: ObservedWork<Caller>?
    private let report: @Sendable (_ fault: any Error, _ correlationID: String) -> Void

    init(
        _ invocation: Invocation,
        _ endpoint: HTTPEndpoint<Caller>,
        _ caller: Caller,
        _ correlationID: String,
        _ connections: MCPConnections,
        _ observed: ObservedWork<Caller>?,
        _ report: @escaping @Sendable (_ fault: any Error, _ correlationID: String) -> Void
    ) {
        self.invocation = invocation
        self.endpoint = endpoint
        self.caller = caller
        self.correlationID = correlationID
        self.connections = connections
        self.observed = observed
        self.report = report
    }

    func perform(on exchange: HTTPExchange) async -> HTTPExchange.Completion {
        let performed = await endpoint.engine.perform(invocation, caller: caller, correlationID: correlationID, transport: exchange)
        connections.endRequest(of: exchange.principal)
        // A client that cancelled gets no answer, whatever the work came to.
        observed?.end(exchange.isStopped ? nil : performed)
        if let fault = performed.fault { report(fault, correlationID) }
        return completion(performed)
    }

    /// The answer if it takes too long (B17).
    func late() -> HTTPExchange.Completion {
        let limit = connections.settings.requestLimit
        let performed = endpoint.engine.timedOut(invocation, after: limit, correlationID: correlationID)
        observed?.end(performed)
        if let fault = performed.fault { report(fault, correlationID) }
        return completion(performed)
    }

    private func completion(_ performed: Performed) -> HTTPExchange.Completion {
        HTTPExchange.Completion(reply: endpoint.reply(performed, to: invocation), messages: [performed.message])
    }
}

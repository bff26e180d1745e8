import HTTPTypes
import Observability
import Synchronization

/// From a whole request to its answer: gate, limits, caller, handler.
///
/// Errors become answers here and nowhere else.
final class Responder<Caller: Sendable>: Sendable {
    private let authenticator: any Authenticator<Caller>
    private let gate: Gate
    private let observations: Observations
    private let rateLimits: RateLimits
    private let rateKey: @Sendable (LimitGroup, Caller) -> LimitKey?
    private let logged: (@Sendable (Caller) -> ObservedCaller?)?
    /// Known once the socket is bound.
    private let port = Atomic(0)

    init(_ service: HTTPService<Caller>) {
        authenticator = service.authenticator
        gate = Gate(service.configuration)
        observations = service.observations
        rateLimits = service.rateLimits
        rateKey = service.rateKey
        logged = service.configuration.logsRequests ? service.logged : nil
    }

    func listen(on port: Int) {
        self.port.store(port, ordering: .relaxed)
    }

    func respond(to request: IncomingRequest, with route: Route<Caller>) async -> Answer {
        var limited: RateLimits.Standing?
        var answer: Answer
        do {
            switch route.rules {
            case .probe:
                if request.isOversized { throw Problem.payloadTooLarge(limit: route.bodyLimit) }
            case .api:
                try gate.checkAPI(request, bodyLimit: route.bodyLimit)
            case .mcp:
                try gate.checkMCPOrigin(request, port: port.load(ordering: .relaxed))
            }
            if route.rules == .mcp, let preflight = gate.preflight(request) {
                answer = preflight
            } else {
                answer = try await handle(request, with: route, &limited)
            }
        } catch {
            answer = self.answer(to: error, request, route.label)
        }
        if let limited { limited.mark(&answer) }
        if route.rules == .mcp { gate.expose(&answer, to: request) }
        return answer
    }

    /// 404 for a path that no route has.
    func refuseRoute(of request: IncomingRequest) async -> Answer {
        do {
            try gate.checkAPI(request, bodyLimit: 1_048_576)
            throw Problem(.notFound, "route_not_found", "no such path")
        } catch {
            return answer(to: error, request, "other")
        }
    }

    /// 405 for a path that has other methods.
    func refuseMethod(of request: IncomingRequest, allow: [String], like route: Route<Caller>) async -> Answer {
        do {
            switch route.rules {
            case .probe: break
            case .api: try gate.checkAPI(request, bodyLimit: route.bodyLimit)
            case .mcp:
                try gate.checkMCPOrigin(request, port: port.load(ordering: .relaxed))
                if var preflight = gate.preflight(request) {
                    gate.expose(&preflight, to: request)
                    return preflight
                }
            }
            throw Problem(
                .methodNotAllowed,
                "method_not_allowed",
                "method not allowed",
                headers: [.allow: allow.joined(separator: ", ")]
            )
        } catch {
            return answer(to: error, request, route.label)
        }
    }

    private func handle(_ request: IncomingRequest, with route: Route<Caller>, _ limited: inout RateLimits.Standing?) async throws -> Answer
    {
        switch route.action {
        case .open(let handler):
            if route.rules == .mcp { try gate.checkMCPBody(request, bodyLimit: route.bodyLimit) }
            return try await run(route) { try await handler(request) }
        case .authenticated(let handler):
            guard let caller = try await caller(of: request, &limited) else {
                try chargeAddress(request, &limited)
                throw authenticator.challenge(for: request)
            }
            try admit(request, caller, route, &limited)
            return try await run(route) { try await handler(request, caller) }
        case .admitted(let handler):
            guard let caller = try await caller(of: request, &limited) else {
                try chargeAddress(request, &limited)
                throw authenticator.challenge(for: request)
            }
            let answer: @Sendable () async throws -> Answer
            do {
                answer = try await run(route) { try await handler(request, caller) }
            } catch {
                // It costs no token, but says how many are left.
                if let key = rateKey(route.limits, caller) { limited = rateLimits.peek(route.limits, key: key) }
                throw error
            }
            try admit(request, caller, route, &limited)
            return try await run(route, answer)
        case .identified(let handler):
            let caller = try await caller(of: request, &limited)
            if let caller {
                try admit(request, caller, route, &limited)
            } else if route.rules == .mcp {
                try gate.checkMCPBody(request, bodyLimit: route.bodyLimit)
            }
            return try await run(route) { try await handler(request, caller) }
        case .judged(let handler):
            return try await judge(request, route, &limited) { try await handler(request) }
        }
    }

    private func judge(
        _ request: IncomingRequest,
        _ route: Route<Caller>,
        _ limited: inout RateLimits.Standing?,
        _ handler: @Sendable () async throws -> Route<Caller>.Verdict
    ) async throws -> Answer {
        try admitAddress(request, &limited)
        let verdict: Route<Caller>.Verdict
        do {
            verdict = try await run(route, handler)
        } catch let problem as Problem where problem.status.kind == .clientError {
            try chargeAddress(request, &limited)
            throw problem
        }
        switch verdict {
        case .refused(let answer):
            if answer.status.kind == .clientError { try chargeAddress(request, &limited) }
            return answer
        case .accepted(let key, let answer):
            if let key { limited = rateLimits.take(route.limits, key: key) }
            if let limited, !limited.isGranted { throw limited.refusal }
            return try await run(route, answer)
        }
    }

    private func run<Value: Sendable>(
        _ route: Route<Caller>,
        _ handler: @Sendable () async throws -> Value
    ) async throws -> Value {
        guard route.mayTakeLong else { return try await handler() }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await handler() }
    }

    private func admit(
        _ request: IncomingRequest,
        _ caller: Caller,
        _ route: Route<Caller>,
        _ limited: inout RateLimits.Standing?
    ) throws(Problem) {
        if route.rules == .mcp { try gate.checkMCPBody(request, bodyLimit: route.bodyLimit) }
        guard route.limits != .none, let key = rateKey(route.limits, caller) else { return }
        limited = rateLimits.take(route.limits, key: key)
        if let limited, !limited.isGranted { throw limited.refusal }
    }

    private func caller(of request: IncomingRequest, _ limited: inout RateLimits.Standing?) async throws -> Caller? {
        try admitAddress(request, &limited)
        do {
            let caller = try await authenticator.caller(of: request)
            if let logged, let caller, observations.takes(.info) { request.received.caller = logged(caller) }
            return caller
        } catch let problem as Problem {
            if problem.status == .unauthorized { try chargeAddress(request, &limited) }
            throw problem
        }
    }

    /// Refuses a client that failed too often, before anything is verified.
    private func admitAddress(_ request: IncomingRequest, _ limited: inout RateLimits.Standing?) throws(Problem) {
        guard let standing = rateLimits.peek(request.client), !standing.isGranted else { return }
        limited = standing
        throw standing.refusal
    }

    /// Counts a request without good credentials; the one too many isn't told what was wrong with them.
    private func chargeAddress(_ request: IncomingRequest, _ limited: inout RateLimits.Standing?) throws(Problem) {
        limited = rateLimits.take(request.client)
        if let limited, !limited.isGranted { throw limited.refusal }
    }

    private func answer(to error: any Error, _ request: IncomingRequest, _ label: String) -> Answer {
        if let problem = error as? Problem { return problem.answer(correlationID: request.correlationID) }
        // A cancelled handler has nobody to answer, or the drain is over: nothing of ours failed.
        if error is CancellationError {
            return Problem(.serviceUnavailable, "unavailable", "the request was cancelled", headers: [.retryAfter: "1"])
                .answer(correlationID: request.correlationID)
        }
        observations.record(.internalError(error: String(describing: error), requestID: request.requestID, route: label))
        return Problem.internalError.answer(correlationID: request.correlationID)
    }
}

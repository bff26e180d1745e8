import JSON

/// What a request came to.
public struct Performed: Sendable {
    /// A whole JSON-RPC message.
    public let message: [UInt8]
    /// The HTTP status that goes with it (H13, W44).
    public let status: Int
    /// Our own fault, for the log; the client sees only the correlation id (W31).
    public let fault: (any Error)?
    /// Whether the request failed, in whichever way.
    public let isError: Bool
    /// For logs and metrics.
    package var outcome: Outcome
    /// The stable code of an error that the tool tells, if it has one.
    package var code: String?

    /// How it ended.
    package enum Outcome: String, Sendable {
        case ok
        /// The tool says that it failed.
        case error
        /// An error of the protocol.
        case refused
        /// Our own fault.
        case fault
        case timeout
    }
}

extension ProtocolEngine {
    /// Runs the tool, prompt or reading, and writes its answer.
    ///
    /// - Parameters:
    ///   - correlationID: Leads from an internal error's answer to the log.
    ///   - transport: Carries what is said before the answer.
    public func perform(
        _ invocation: Invocation,
        caller: Caller,
        correlationID: String,
        transport: any RequestTransport = SilentTransport()
    ) async -> Performed {
        let link = RequestLink(invocation, transport, sealer: sealer, logs: definition.published.offer.contains(.logging))
        defer { link.close() }
        let context = RequestContext(invocation, caller: caller, correlationID: correlationID, link: link)
        do {
            if case .tool(let tool, let arguments, let fault) = invocation.work {
                guard definition.toolRules[tool].tasks == .never else {
                    return try await perform(tool, arguments, fault, invocation, context)
                }
                let result = try await call(tool, arguments, fault, context)
                if let fault = link.swallowedQuestion { throw fault }
                return answer(result, to: invocation)
            }
            let result = try await result(of: invocation, context)
            if let fault = link.swallowedQuestion { throw fault }
            return answer(result, to: invocation)
        } catch let required as InputRequired where invocation.work.mayAsk {
            return ask(required, for: invocation, correlationID: correlationID)
        } catch {
            return refuse(link.swallowedQuestion ?? error, invocation, correlationID: correlationID)
        }
    }

    /// The answer to a request that was stopped because it took too long (B17).
    public func timedOut(_ invocation: Invocation, after limit: Duration, correlationID: String) -> Performed {
        var performed =
            if case .tool = invocation.work {
                answer(.failure("the tool took longer than \(limit.components.seconds) seconds and was stopped"), to: invocation)
            } else {
                refuse(.internalError(correlationID: correlationID), invocation, fault: TimeIsUp(method: invocation.method, limit: limit))
            }
        performed.outcome = .timeout
        return performed
    }

    /// A call that may become a task.
    private func perform(
        _ tool: Int,
        _ arguments: JSONValue?,
        _ fault: String?,
        _ invocation: Invocation,
        _ context: RequestContext<Caller>
    ) async throws -> Performed {
        switch try await taskOrResult(of: tool, invocation, context, { try await call(tool, arguments, fault, $0) }) {
        case .result(let result):
            if let fault = context.link?.swallowedQuestion { throw fault }
            return answer(result, to: invocation)
        case .task(let task): return answer(task.creationResult(meta: definition.published.resultMeta), to: invocation)
        }
    }

    func call(
        _ tool: Int,
        _ arguments: JSONValue?,
        _ fault: String?,
        _ context: RequestContext<Caller>
    ) async throws -> ToolResult {
        if let fault = fault ?? definition.toolRules[tool].fault(in: arguments) { return .failure(fault) }
        return try await mended(tool) { try await definition.handlers[tool].run(context, arguments) }
    }

    /// T9: what the model can mend is a result.
    func mended(_ tool: Int, _ work: () async throws -> ToolResult) async throws -> ToolResult {
        do {
            let result = try await work()
            try definition.toolRules[tool].check(result, isThorough: definition.checksResults)
            return result
        } catch let error as ArgumentError {
            return .failure(error.message)
        } catch let error as ToolFailure {
            return .failure(error.message)
        } catch let error as AskError {
            return .failure(error.description)
        }
    }

    private func ask(_ required: InputRequired, for invocation: Invocation, correlationID: String) -> Performed {
        do {
            return answer(try inputRequired(required, by: invocation), to: invocation)
        } catch {
            return refuse(error, invocation, correlationID: correlationID)
        }
    }

    func answer(_ result: ToolResult, to invocation: Invocation) -> Performed {
        var wrapsObjects = false
        if case .tool(let tool, _, _) = invocation.work { wrapsObjects = definition.toolRules[tool].wrapsObjects }
        let message = result.response(
            to: invocation.id,
            for: invocation.revision,
            meta: definition.published.resultMeta,
            isSingleLine: invocation.form.isSingleLine,
            wrapsObjects: wrapsObjects
        )
        return Performed(
            message: message,
            status: 200,
            fault: nil,
            isError: result.isError,
            outcome: result.isError ? .error : .ok,
            code: result.code
        )
    }

    private func answer(_ result: [UInt8], to invocation: Invocation) -> Performed {
        // Schemas in lists of tools may hold line breaks between their tokens.
        let result = invocation.form.isSingleLine ? result.onOneLine : result
        return Performed(message: response(to: invocation.id, result: result), status: 200, fault: nil, isError: false, outcome: .ok)
    }

    private func refuse(_ error: any Error, _ invocation: Invocation, correlationID: String) -> Performed {
        switch error {
        case let error as MCPError: return refuse(error, invocation, fault: nil)
        case let error as AskError: return refuse(.invalidRequest(error.description), invocation, fault: nil)
        default:
            // Once it was cancelled nobody waits for the answer any more, and nothing of ours failed.
            let isOver = Task.isCancelled && (error is CancellationError || error is QuestionFault)
            return refuse(.internalError(correlationID: correlationID), invocation, fault: isOver ? nil : error)
        }
    }

    func refuse(_ error: MCPError, _ invocation: Invocation, fault: (any Error)?) -> Performed {
        let status = invocation.revision.isLegacy ? 200 : error.modernStatus
        let message = error.response(to: .request(invocation.id), in: invocation.revision)
        return Performed(message: message, status: status, fault: fault, isError: true, outcome: fault == nil ? .refused : .fault)
    }
}

/// A request other than a tool's took too long; told in the log alone, for there its correlation id leads.
struct TimeIsUp: Error, CustomStringConvertible {
    let method: String
    let limit: Duration

    var description: String { "\(method) took longer than \(limit.components.seconds) seconds and was stopped" }
}

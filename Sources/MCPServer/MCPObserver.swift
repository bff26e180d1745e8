internal import MCP
package import Observability
import Synchronization

/// Tells logs and metrics of every request and every tool call, each exactly once.
package struct MCPObserver<Caller: Sendable>: Sendable {
    private let observations: Observations
    private let caller: @Sendable (Caller) -> ObservedCaller?

    /// - Parameter caller: Who somebody is, for the lines; nil where that is known anyway.
    package init(_ observations: Observations, caller: @escaping @Sendable (Caller) -> ObservedCaller? = { _ in nil }) {
        self.observations = observations
        self.caller = caller
    }

    /// Work that ended.
    func ended(
        _ invocation: Invocation,
        _ outcome: MCPOutcome,
        code: String?,
        after duration: Duration,
        _ id: CorrelationID,
        _ caller: Caller
    ) {
        let era = invocation.revision.isLegacy ? MCPEra.legacy : .modern
        observations.record(.mcpRequest(MCPRequestObservation(method: invocation.method, era: era, outcome: outcome)))
        guard invocation.isToolCall else { return }
        let call = ToolCallObservation(
            tool: invocation.target,
            outcome: outcome,
            duration: duration,
            era: era,
            client: invocation.client.map { KnownClient($0.name) },
            code: code,
            requestID: id,
            traceparent: invocation.trace.traceparent,
            caller: self.caller(caller)
        )
        observations.record(.toolCall(call))
    }

    /// A request that was answered as soon as it was read.
    func answered(_ request: AnsweredRequest, _ id: @autoclosure () -> CorrelationID, traceparent: String?, _ caller: Caller) {
        let era = request.isLegacy ? MCPEra.legacy : .modern
        let outcome = request.isRefused ? MCPOutcome.refused : .ok
        observations.record(.mcpRequest(MCPRequestObservation(method: request.method, era: era, outcome: outcome)))
        guard let tool = request.tool else { return }
        let call = ToolCallObservation(
            tool: tool,
            outcome: outcome,
            duration: .zero,
            era: era,
            client: request.client.map { KnownClient($0.name) },
            code: nil,
            requestID: id(),
            traceparent: traceparent,
            caller: self.caller(caller)
        )
        observations.record(.toolCall(call))
    }

    /// A subscription was opened, or could not be.
    func listened(isOpen: Bool) {
        let outcome = isOpen ? MCPOutcome.ok : .fault
        observations.record(.mcpRequest(MCPRequestObservation(method: "subscriptions/listen", era: .modern, outcome: outcome)))
    }
}

/// One request's work, from its beginning to the first of its ends.
final class ObservedWork<Caller: Sendable>: Sendable {
    private let observer: MCPObserver<Caller>
    private let invocation: Invocation
    private let id: CorrelationID
    private let caller: Caller
    private let start = ContinuousClock.now
    private let isOver = Atomic(false)

    /// - Returns: nil where nobody observes.
    init?(_ observer: MCPObserver<Caller>?, _ invocation: Invocation, _ id: CorrelationID, _ caller: Caller) {
        guard let observer else { return nil }
        self.observer = observer
        self.invocation = invocation
        self.id = id
        self.caller = caller
    }

    /// - Parameter performed: nil if it was cancelled.
    func end(_ performed: Performed?) {
        end(performed.map { MCPOutcome($0.outcome) } ?? .cancelled, code: performed?.code)
    }

    private func end(_ outcome: MCPOutcome, code: String?) {
        guard !isOver.exchange(true, ordering: .relaxed) else { return }
        observer.ended(invocation, outcome, code: code, after: start.duration(to: .now), id, caller)
    }
}

extension MCPOutcome {
    init(_ outcome: Performed.Outcome) {
        self =
            switch outcome {
            case .ok: .ok
            case .error: .error
            case .refused: .refused
            case .fault: .fault
            case .timeout: .timeout
            }
    }
}

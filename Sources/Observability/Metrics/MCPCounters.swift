import Synchronization

/// Counts calls of tools and other requests of MCP.
final class MCPCounters: Sendable {
    private struct Tool {
        let outcomes: [Counter]
        let duration: Histogram
    }

    private struct Name: Hashable {
        let method: String
        let era: MCPEra
    }

    private struct State {
        var tools: [String: Tool] = [:]
        var methods: [Name: [Counter]] = [:]
    }

    /// Names come from lists of ours; should they not, no more than this are told apart.
    private static let limit = 100

    private let metrics: Metrics
    private let state = Mutex(State())

    init(_ metrics: Metrics) {
        self.metrics = metrics
    }

    /// Shows counters from the beginning.
    func expect(tools: [String], methods: [String]) {
        state.withLock { (state: inout State) -> Void in
            for tool in tools { _ = self.tool(tool, &state) }
            for method in methods {
                for era in MCPEra.allCases { _ = self.outcomes(Name(method: method, era: era), &state) }
            }
        }
    }

    func count(_ call: ToolCallObservation) {
        let tool = state.withLock { state in self.tool(call.tool, &state) }
        tool.outcomes[call.outcome.place].add()
        tool.duration.observe(call.duration)
    }

    func count(_ request: MCPRequestObservation) {
        let outcomes = state.withLock { state in self.outcomes(Name(method: request.method, era: request.era), &state) }
        outcomes[request.outcome.place].add()
    }

    private func tool(_ name: String, _ state: inout State) -> Tool {
        if let known = state.tools[name] { return known }
        guard state.tools.count < Self.limit || name == "other" else { return tool("other", &state) }
        let tool = Tool(
            outcomes: MCPOutcome.allCases.map { outcome in
                outcome.isUsual
                    ? metrics.counter(.toolCalls, name, outcome.rawValue) : metrics.rareCounter(.toolCalls, name, outcome.rawValue)
            },
            duration: metrics.histogram(.toolDuration, name)
        )
        state.tools[name] = tool
        return tool
    }

    private func outcomes(_ name: Name, _ state: inout State) -> [Counter] {
        if let known = state.methods[name] { return known }
        guard state.methods.count < Self.limit || name.method == "other" else {
            return outcomes(Name(method: "other", era: name.era), &state)
        }
        let counters = MCPOutcome.allCases.map { outcome in
            outcome == .ok
                ? metrics.counter(.mcpRequests, name.method, name.era.rawValue, outcome.rawValue)
                : metrics.rareCounter(.mcpRequests, name.method, name.era.rawValue, outcome.rawValue)
        }
        state.methods[name] = counters
        return counters
    }
}

extension MCPOutcome {
    fileprivate var place: Int {
        switch self {
        case .ok: 0
        case .error: 1
        case .refused: 2
        case .fault: 3
        case .timeout: 4
        case .cancelled: 5
        }
    }

    /// What an alert may wait for is there from the beginning.
    fileprivate var isUsual: Bool { self == .ok || self == .error || self == .fault }
}

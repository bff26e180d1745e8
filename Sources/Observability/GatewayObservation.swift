/// The MCP server in front of an API, as the start of its log tells.
package struct GatewayObservation: Sendable {
    package let version: String
    /// How many tools are offered.
    package let tools: Int
    /// How many of them work on items.
    package let dataTools: Int
    /// Without credentials.
    package let apiURL: String
    /// `exchange` or `forward`.
    package let upstreamAuth: String

    package init(version: String, tools: Int, dataTools: Int, apiURL: String, upstreamAuth: String) {
        self.version = version
        self.tools = tools
        self.dataTools = dataTools
        self.apiURL = apiURL
        self.upstreamAuth = upstreamAuth
    }
}

/// One request to the API, as logs and metrics see it.
package struct UpstreamObservation: Sendable {
    /// What it was for, from a fixed list.
    package let operation: String
    package let method: String
    /// HTTP status; nil if there was no answer.
    package let status: Int?
    /// Why there was none, a word from a fixed list.
    package let fault: String?
    package let duration: Duration
    /// From 1.
    package let attempt: Int
    package let requestID: CorrelationID?

    package init(
        operation: String,
        method: String,
        status: Int?,
        fault: String?,
        duration: Duration,
        attempt: Int,
        requestID: CorrelationID?
    ) {
        self.operation = operation
        self.method = method
        self.status = status
        self.fault = fault
        self.duration = duration
        self.attempt = attempt
        self.requestID = requestID
    }
}

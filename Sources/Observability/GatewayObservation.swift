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

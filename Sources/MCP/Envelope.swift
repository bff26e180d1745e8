import JSON

/// What a modern request says about itself in `params._meta` (B11).
struct Envelope {
    static let names: [StaticString] = [
        "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities", "io.modelcontextprotocol/clientInfo",
    ]

    let protocolVersion: String
    let capabilities: ClientCapabilities
    let client: ClientInfo?

    init(_ meta: JSONValue?) throws(MCPError) {
        guard let version = meta?["io.modelcontextprotocol/protocolVersion"]?.string else {
            throw .invalidParameters("params._meta needs io.modelcontextprotocol/protocolVersion, a string")
        }
        guard let capabilities = meta?.object("io.modelcontextprotocol/clientCapabilities") else {
            throw .invalidParameters("params._meta needs io.modelcontextprotocol/clientCapabilities, an object")
        }
        protocolVersion = version
        self.capabilities = ClientCapabilities(capabilities, era: .modern)
        client = ClientInfo(meta?["io.modelcontextprotocol/clientInfo"])
    }
}

/// What `_meta` may say in either era.
struct RequestMeta {
    let progressToken: JSONValue?
    /// What it says of the trace; empty for what it doesn't, or says wrongly.
    let trace: TraceContext
    /// Only in the modern era (L3).
    let logLevel: LogLevel?

    /// - Throws: `invalidParameters` for members of the wrong type, and in the modern era for an unknown log level (L3).
    init(_ message: Message, era: Era) throws(MCPError) {
        guard let params = message.params, let value = params["_meta"] else {
            (progressToken, trace, logLevel) = (nil, TraceContext(), nil)
            return
        }
        guard value.kind == .object else { throw .invalidParameters("params._meta must be an object") }
        var level: LogLevel?
        var (token, parent, state, baggage) = (JSONValue?.none, String?.none, String?.none, String?.none)
        for member in value.members {
            if member.keyEquals("progressToken" as StaticString) {
                token = member.value
            } else if member.keyEquals("io.modelcontextprotocol/logLevel" as StaticString), era == .modern {
                level = try RequestMeta.level(member.value)
            } else if member.keyEquals("traceparent" as StaticString) {
                parent = member.value.string
            } else if member.keyEquals("tracestate" as StaticString) {
                state = member.value.string
            } else if member.keyEquals("baggage" as StaticString) {
                baggage = member.value.string
            }
        }
        if let token, !token.isRequestID {
            throw .invalidParameters("a progressToken is a string or an integer")
        }
        progressToken = token
        logLevel = level
        trace = parent == nil && baggage == nil ? TraceContext() : TraceContext(traceparent: parent, tracestate: state, baggage: baggage)
    }

    private static func level(_ value: JSONValue) throws(MCPError) -> LogLevel {
        guard let level = value.string.flatMap({ LogLevel($0) }) else { throw .invalidParameters("unknown log level") }
        return level
    }
}

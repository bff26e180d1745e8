/// An HTTP request to an MCP endpoint, as values: no socket, no clock.
public struct HTTPMessage: Sendable {
    public enum Method: Sendable, Equatable {
        case post, get, delete
        /// Anything else (W66).
        case other
    }

    public var method: Method
    public var body: [UInt8]
    /// Whose request it is; its token was verified before (W5).
    public var principal: Principal
    /// Unix seconds.
    public var now: Int64
    // The values of a header, one for each field with that name, never joined.
    public var protocolVersion: [String]
    public var mcpMethod: [String]
    public var mcpName: [String]
    /// Those whose names are among `ServerDefinition.parameterHeaderNames`, in any case; one for each header field (R8).
    public var parameterHeaders: [ParameterHeader]
    public var sessionID: [String]
    public var lastEventID: [String]
    public var accept: [String] { didSet { forms = AcceptedForms(accept) } }
    /// What `accept` admits.
    private var forms: AcceptedForms
    /// From the HTTP headers; what the body's `_meta` says goes before it (B16).
    public var trace: TraceContext

    public init(
        _ method: Method,
        body: [UInt8] = [],
        principal: Principal = .anonymous,
        now: Int64,
        protocolVersion: [String] = [],
        mcpMethod: [String] = [],
        mcpName: [String] = [],
        parameterHeaders: [ParameterHeader] = [],
        sessionID: [String] = [],
        lastEventID: [String] = [],
        accept: [String] = [],
        trace: TraceContext = TraceContext()
    ) {
        self.method = method
        self.body = body
        self.principal = principal
        self.now = now
        self.protocolVersion = protocolVersion
        self.mcpMethod = mcpMethod
        self.mcpName = mcpName
        self.parameterHeaders = parameterHeaders
        self.sessionID = sessionID
        self.lastEventID = lastEventID
        self.accept = accept
        forms = AcceptedForms(accept)
        self.trace = trace
    }

    /// JSON unless the client takes only event streams (H3).
    var form: AnswerForm { forms.takesJSON || !forms.takesEvents ? .json : .event }

    /// Whether the client takes an event stream (H3).
    public var takesEvents: Bool { forms.takesEvents }
}

/// In which forms a client takes an answer (H3).
private struct AcceptedForms: Sendable {
    private(set) var takesJSON = false
    private(set) var takesEvents = false

    /// - Parameter accept: The values of `Accept`; without it, everything is taken.
    init(_ accept: [String]) {
        // What nearly every client sends.
        if accept.isEmpty || accept.count == 1 && accept[0] == "application/json, text/event-stream" {
            (takesJSON, takesEvents) = (true, true)
            return
        }
        for range in accept.lazy.flatMap({ $0.utf8.split(separator: UInt8(ascii: ",")) }) {
            let parts = range.split(separator: UInt8(ascii: ";"))
            guard let type = parts.first, !parts.dropFirst().contains(where: isZeroQuality) else { continue }
            if isSame(type, "*/*") {
                (takesJSON, takesEvents) = (true, true)
            } else if isSame(type, "application/json") || isSame(type, "application/*") {
                takesJSON = true
            } else if isSame(type, "text/event-stream") || isSame(type, "text/*") {
                takesEvents = true
            }
        }
    }
}

/// `q=0`, `q=0.0`…: explicitly not wanted (RFC 9110, § 12.4.2).
private func isZeroQuality(_ parameter: Substring.UTF8View) -> Bool {
    let value = parameter.drop { $0 == 0x20 || $0 == 0x09 }
    guard value.count > 2, value.first == UInt8(ascii: "q") || value.first == UInt8(ascii: "Q") else { return false }
    return value.dropFirst().first == UInt8(ascii: "=")
        && value.dropFirst(2).allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") || $0 == 0x20 }
}

/// Whether a media range, with white space around it, is this one, in any case.
private func isSame(_ range: Substring.UTF8View, _ type: StaticString) -> Bool {
    let name = range.drop { $0 == 0x20 || $0 == 0x09 }
    return type.withUTF8Buffer { type in
        name.count >= type.count && name.dropFirst(type.count).allSatisfy { $0 == 0x20 || $0 == 0x09 }
            && zip(name, type).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 && (0x41...0x5A).contains($0)) }
    }
}

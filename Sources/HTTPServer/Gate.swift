import HTTPTypes

/// The checks before the handler, in an order that is part of the API: of two faults the same one is always told.
///
/// Pure: a request in, a refusal out.
struct Gate: Sendable {
    let hosts: HostPolicy
    let isLoopback: Bool
    /// Request header names that browsers may send to the MCP routes.
    let corsHeaders: String

    init(_ configuration: HTTPServerConfiguration) {
        hosts = configuration.hostPolicy
        isLoopback = configuration.isLoopback
        corsHeaders = (Self.knownCORSHeaders + configuration.extraCORSHeaders).joined(separator: ", ")
    }

    // MARK: REST

    /// Limits and ambiguous fields, before the route counts.
    func checkAPI(_ request: IncomingRequest, bodyLimit: Int) throws(Problem) {
        if request.isOversized { throw .payloadTooLarge(limit: bodyLimit) }
        for encoding in request.received.values("content-encoding") where !request.received.isToken(encoding, "identity") {
            throw Problem(.unsupportedMediaType, "unsupported_encoding", "request bodies are taken without Content-Encoding only")
        }
        try SingleFields.check(request.received)
        if request.queryParameterCount > 100 { throw .invalidParameter("", "more than 100 query parameters") }
    }

    // MARK: MCP

    /// W2 to W4: who asks, before it is asked who they are.
    ///
    /// `port` is the one bound.
    func checkMCPOrigin(_ request: IncomingRequest, port: Int) throws(Problem) {
        guard hosts.allows(host: request.authority, boundToLoopback: isLoopback, port: port) else {
            throw Problem(.misdirectedRequest, "misdirected_request", "this host is not served here", fields: [("field", .string("Host"))])
        }
        for origin in request.headerValues(.origin) where !hosts.allows(origin: origin, boundToLoopback: isLoopback) {
            throw Problem(.forbidden, "origin_not_allowed", "this origin may not call", fields: [("field", .string("Origin"))])
        }
        guard request.method != .options else { return }
        for name in ["access_token", "token"] where request.hasQueryParameter(name) {
            throw .invalidRequest("tokens are not taken from the query", field: name)
        }
        try SingleFields.check(request.received)
    }

    /// W6 to W8: what it brings and takes.
    func checkMCPBody(_ request: IncomingRequest, bodyLimit: Int) throws(Problem) {
        if request.method == .post {
            if request.received.firstValue("content-encoding") != nil {
                throw Problem(.unsupportedMediaType, "unsupported_encoding", "request bodies are taken without Content-Encoding only")
            }
            guard let type = request.received.onlyValue("content-type"), request.received.isToken(type, "application/json") else {
                throw Problem(.unsupportedMediaType, "unsupported_media_type", "Content-Type must be application/json")
            }
        }
        if request.isOversized { throw .payloadTooLarge(limit: bodyLimit) }
        if request.method == .post, !request.received.acceptsAsClientsDo,
            !AcceptHeader(request.headerValues(.accept)).admits(["application/json", "text/event-stream"])
        {
            throw Problem(.notAcceptable, "not_acceptable", "answers are application/json or text/event-stream")
        }
    }

    // MARK: CORS (H15)

    private static let knownCORSHeaders = [
        "Content-Type", "Accept", "Authorization", "DPoP", "MCP-Protocol-Version", "Mcp-Session-Id", "Last-Event-ID", "Mcp-Method",
        "Mcp-Name",
        "traceparent", "tracestate",
    ]

    /// W65: what a browser asks before it calls.
    func preflight(_ request: IncomingRequest) -> Answer? {
        guard request.method == .options, request.header(.origin) != nil else { return nil }
        var headers: HTTPFields = [.accessControlAllowMethods: "POST, GET, DELETE"]
        headers[.accessControlAllowHeaders] = corsHeaders
        headers[.accessControlMaxAge] = "600"
        return Answer(.noContent, headers: headers)
    }

    /// Lets the page that sent an allowed origin read the answer.
    func expose(_ answer: inout Answer, to request: IncomingRequest) {
        guard let origin = request.header(.origin), hosts.allows(origin: origin, boundToLoopback: isLoopback) else { return }
        answer.headers[.accessControlAllowOrigin] = origin
        answer.headers[.accessControlExposeHeaders] = "Mcp-Session-Id, WWW-Authenticate, DPoP-Nonce"
        answer.headers.append(HTTPField(name: .vary, value: "Origin"))
    }
}

extension RequestHead {
    /// Whether `Accept` is one of the spellings that clients send in practice, and all of which are taken: no need to take it apart.
    fileprivate var acceptsAsClientsDo: Bool {
        guard firstValue("accept") != nil else { return true }
        guard let value = onlyValue("accept") else { return false }
        let text = bytes[value.range]
        return text.elementsEqual("application/json, text/event-stream".utf8) || text.elementsEqual("application/json".utf8)
            || text.elementsEqual("*/*".utf8)
    }

    /// Whether a value, without parameters, is this (lower-case) word.
    func isToken(_ value: Span, _ word: StaticString) -> Bool {
        var slice = bytes[value.range].prefix { $0 != UInt8(ascii: ";") }
        while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
        guard slice.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in zip(slice, word).allSatisfy { $0.asciiLowercased == $1 } }
    }
}

internal import HTTPServer
internal import HTTPTypes
internal import MCP
internal import NIOCore

extension HTTPMessage {
    /// - Parameter parameterHeaders: The names of those that repeat arguments of tools.
    init(_ request: IncomingRequest, principal: Principal, now: Int64, parameterHeaders: [String]) {
        let method: HTTPMessage.Method =
            switch request.method {
            case .post: .post
            case .get: .get
            case .delete: .delete
            default: .other
            }
        self.init(
            method,
            body: Array(buffer: request.body),
            principal: principal,
            now: now,
            protocolVersion: request.headerValues(.mcpProtocolVersion),
            mcpMethod: request.headerValues(.mcpMethod),
            mcpName: request.headerValues(.mcpName),
            parameterHeaders: parameterHeaders.flatMap { text in
                HTTPField.Name(text).map { request.headerValues($0).map { ParameterHeader(name: text, value: $0) } } ?? []
            },
            sessionID: request.headerValues(.mcpSessionID),
            lastEventID: method == .get ? request.headerValues(.lastEventID) : [],
            accept: request.headerValues(.accept),
            trace: TraceContext(
                traceparent: request.traceparent,
                tracestate: request.header(.tracestate, joinedBy: ","),
                baggage: request.header(.baggage, joinedBy: ",")
            )
        )
    }
}

extension HTTPField.Name {
    static let mcpProtocolVersion = HTTPField.Name(constant: "MCP-Protocol-Version")
    static let mcpMethod = HTTPField.Name(constant: "Mcp-Method")
    static let mcpName = HTTPField.Name(constant: "Mcp-Name")
    static let mcpSessionID = HTTPField.Name(constant: "Mcp-Session-Id")
    static let lastEventID = HTTPField.Name(constant: "Last-Event-ID")
    static let tracestate = HTTPField.Name(constant: "tracestate")
    static let baggage = HTTPField.Name(constant: "baggage")
}

extension IncomingRequest {
    /// All values of a list's header as one; nil without any.
    fileprivate func header(_ name: HTTPField.Name, joinedBy separator: String) -> String? {
        let values = headerValues(name)
        return values.count < 2 ? values.first : values.joined(separator: separator)
    }
}

extension Answer {
    init(_ reply: HTTPReply) {
        let status = HTTPResponse.Status(code: reply.status)
        if case .json(let message) = reply.body, reply.sessionID == nil, reply.allow == nil {
            // Nearly every answer: its fields are the same each time.
            self.init(status, contentType: "application/json", headers: .noStore, body: .array(message))
            return
        }
        var fields = HTTPFields()
        for header in reply.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        let body = reply.bytes.map { Answer.Body.bytes(ByteBuffer(bytes: $0)) } ?? .none
        self.init(status, headers: fields, body: body)
    }
}

extension Answer {
    /// A refusal whose body is JSON-RPC's (§ 3.2), with the headers and the code of a problem of HTTP's.
    init(_ reply: HTTPReply, _ problem: Problem) {
        self.init(reply)
        for field in problem.headers { headers[field.name] = field.value }
        code = problem.code
    }
}

extension HTTPFields {
    fileprivate static let noStore: HTTPFields = [.cacheControl: "no-store"]
}

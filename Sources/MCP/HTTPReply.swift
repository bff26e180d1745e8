/// An HTTP answer of an MCP endpoint, as a value.
public struct HTTPReply: Sendable, Equatable {
    public enum Body: Sendable, Equatable {
        case none
        case json([UInt8])
        /// A whole event stream: these messages, then its end.
        case events([[UInt8]])
    }

    public let status: Int
    public let body: Body
    /// `Mcp-Session-Id`, on the answer to `initialize` alone (S6, S17).
    public let sessionID: String?
    /// `Allow`, on a 405.
    public let allow: String?

    init(_ status: Int, _ body: Body = .none, sessionID: String? = nil, allow: String? = nil) {
        self.status = status
        self.body = body
        self.sessionID = sessionID
        self.allow = allow
    }

    /// An answer to a request, in the form that the client takes.
    ///
    /// Refusals are always JSON.
    init(_ status: Int, message: [UInt8], form: AnswerForm, sessionID: String? = nil) {
        self.init(status, form == .event && status == 200 ? .events([message]) : .json(message), sessionID: sessionID)
    }

    /// 202 without a body (H4, S3).
    public static let accepted = HTTPReply(202)

    /// The bytes of the body; nil for none.
    public var bytes: [UInt8]? {
        switch body {
        case .none: nil
        case .json(let message): message
        case .events(let messages):
            messages.reduce(into: []) { $0 += Array("event: message\ndata: ".utf8) + $1.onOneLine + Array("\n\n".utf8) }
        }
    }

    /// The headers, but for those of HTTP itself (H6).
    public var headers: [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        switch body {
        case .none: break
        case .json: headers += [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        case .events:
            headers += [("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache, no-store"), ("X-Accel-Buffering", "no")]
        }
        if let sessionID { headers.append(("Mcp-Session-Id", sessionID)) }
        if let allow { headers.append(("Allow", allow)) }
        return headers
    }
}

public import JSON

/// A call of a tool that was understood and may now run: what the rules made of a message.
public struct Invocation: Sendable, Equatable {
    /// The request's id, as it goes back (B2).
    public let id: JSONValue
    public let revision: Revision
    /// Which tool, by its place in the definition.
    let tool: Int
    /// The tool's name, for logs and metrics.
    public let toolName: String
    /// The arguments as they came: an object, or nil for none.
    public let arguments: JSONValue?
    /// Why the arguments can't be read at all, though the message could.
    let argumentFault: String?
    /// A string or an integer under which the client wants progress.
    public let progressToken: JSONValue?
    public let client: ClientInfo?
    public let clientCapabilities: ClientCapabilities
    /// The session it belongs to, in the legacy era, if there is one.
    public let session: SessionNumber?
    let trace: TraceContext
    var form = AnswerForm.json
}

/// How an answer is framed.
public enum AnswerForm: Sendable, Equatable {
    /// The body of an HTTP answer.
    case json
    /// One event of an HTTP stream (H3).
    case event
    /// A line of its own (I1).
    case line

    /// Line breaks between tokens would end the message.
    var isSingleLine: Bool { self != .json }
}

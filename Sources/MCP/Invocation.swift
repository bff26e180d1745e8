public import JSON

/// A request that was understood and whose work may now run: what the rules made of a message.
public struct Invocation: Sendable, Equatable {
    /// The request's id, as it goes back (B2).
    public let id: JSONValue
    public let revision: Revision
    /// `tools/call`, `resources/read`, `prompts/get`…, for logs and metrics.
    public let method: String
    /// The name of the tool or prompt, the address of the resource, or the first 8 digits of a task's id, for logs; empty for lists and completions.
    public let target: String
    let work: Work
    /// A string or an integer under which the client wants progress.
    public let progressToken: JSONValue?
    public let client: ClientInfo?
    public let clientCapabilities: ClientCapabilities
    /// The session it belongs to, in the legacy era, if there is one.
    public let session: SessionNumber?
    /// To whom cursors belong (G1).
    let principal: Principal
    let trace: TraceContext
    /// From which level on this request wants log messages; nil for none (L3).
    let logLevel: LogLevel?
    /// When the request came, in Unix seconds.
    let now: Int64
    /// Whether the client ever said what it can do (LS13).
    var isInitialized = true
    /// What it brings of its earlier rounds (M5).
    var input: RetriedInput?
    var form = AnswerForm.json
    /// Whether anything can be sent before the answer, over HTTP: the client takes event streams (H3).
    public internal(set) var canStream = false

    /// What is to be done; places are those in the definition.
    enum Work: Sendable, Equatable {
        /// The arguments as they came: an object, or nil for none; or why they can't be read at all, though the message could.
        case tool(Int, arguments: JSONValue?, fault: String?)
        case list(ListKind, cursor: String?)
        case read(uri: String)
        case prompt(Int, arguments: [String: String])
        case completePrompt(Int, argument: Int, CompletionQuery)
        case completeTemplate(Int, variable: Int, CompletionQuery)
        /// What a legacy session asks to be remembered (L2, RS6).
        case wish(SessionWish)
        case task(TaskRequest)
    }
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

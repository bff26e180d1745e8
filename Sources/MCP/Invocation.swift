public import JSON

/// A request that was understood and whose work may now run: what the rules made of a message.
public struct Invocation: Sendable, Equatable {
    private let call: UnderstoodCall
    /// What it brings of its earlier rounds (M5).
    var input: RetriedInput?
    var form = AnswerForm.json
    /// Whether anything can be sent before the answer, over HTTP: the client takes event streams (H3).
    public internal(set) var canStream = false

    init(_ call: UnderstoodCall) {
        self.call = call
    }

    /// The request's id, as it goes back (B2).
    public var id: JSONValue { call.id }
    public var revision: Revision { call.revision }
    /// `tools/call`, `resources/read`, `prompts/get`…, for logs and metrics.
    public var method: String { call.method.rawValue }
    /// The name of the tool or prompt, the address of the resource or template, or the first 8 digits of a task's id, for logs; empty for lists.
    public var target: String { call.target }
    var work: Work { call.work }
    /// A string or an integer under which the client wants progress.
    public var progressToken: JSONValue? { call.progressToken }
    public var client: ClientInfo? { call.peer.client }
    public var clientCapabilities: ClientCapabilities { call.peer.clientCapabilities }
    /// The session it belongs to, in the legacy era, if there is one.
    public var session: SessionNumber? { call.peer.session }
    /// To whom cursors belong (G1).
    var principal: Principal { call.peer.principal }
    /// Where the caller stands in a distributed trace.
    package var trace: TraceContext { call.trace }
    /// Whether it calls a tool.
    package var isToolCall: Bool { call.method == .callTool }
    /// From which level on this request wants log messages; nil for none (L3).
    var logLevel: LogLevel? { call.logLevel }
    /// When the request came, in Unix seconds.
    var now: Int64 { call.now }
    /// Whether the client ever said what it can do (LS13).
    var isInitialized: Bool { call.peer.isInitialized }

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

/// The part of an invocation that never changes: one object, for it goes through many hands.
final class UnderstoodCall: Sendable, Equatable {
    let id: JSONValue
    let revision: Revision
    let method: Method
    let target: String
    let work: Invocation.Work
    let progressToken: JSONValue?
    let peer: Peer
    let trace: TraceContext
    let logLevel: LogLevel?
    let now: Int64

    init(
        id: JSONValue,
        method: Method,
        target: String,
        work: Invocation.Work,
        progressToken: JSONValue?,
        peer: Peer,
        trace: TraceContext,
        logLevel: LogLevel?,
        now: Int64
    ) {
        self.id = id
        revision = peer.revision
        self.method = method
        self.target = target
        self.work = work
        self.progressToken = progressToken
        self.peer = peer
        self.trace = trace
        self.logLevel = logLevel
        self.now = now
    }

    static func == (a: UnderstoodCall, b: UnderstoodCall) -> Bool {
        a.id == b.id && a.method == b.method && a.target == b.target && a.work == b.work && a.progressToken == b.progressToken
            && a.peer == b.peer && a.trace == b.trace && a.logLevel == b.logLevel && a.now == b.now
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

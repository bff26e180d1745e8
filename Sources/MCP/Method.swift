/// The methods that this server can have.
enum Method: String {
    case discover = "server/discover"
    case ping
    case listTools = "tools/list"
    case callTool = "tools/call"
    case listResources = "resources/list"
    case listTemplates = "resources/templates/list"
    case readResource = "resources/read"
    case listPrompts = "prompts/list"
    case getPrompt = "prompts/get"
    case complete = "completion/complete"
    case setLogLevel = "logging/setLevel"
    case subscribe = "resources/subscribe"
    case unsubscribe = "resources/unsubscribe"
    case listen = "subscriptions/listen"
    case getTask = "tasks/get"
    case updateTask = "tasks/update"
    case cancelTask = "tasks/cancel"

    /// The method of exactly these bytes.
    init?(_ name: String) {
        guard let method = Method(rawValue: name), method.rawValue.sameBytes(name) else { return nil }
        self = method
    }

    /// Of what at least one must be offered for it to exist (B19); empty for what always does.
    var needs: Offer {
        switch self {
        case .discover, .ping: []
        case .listTools, .callTool: .tools
        case .listResources, .listTemplates, .readResource: .resources
        case .listPrompts, .getPrompt: .prompts
        case .complete: .completions
        case .setLogLevel: .logging
        case .subscribe, .unsubscribe: .subscriptions
        case .listen: [.toolChanges, .promptChanges, .resourceChanges, .subscriptions, .tasks]
        case .getTask, .updateTask, .cancelTask: .tasks
        }
    }

    /// Whether it exists in an era (V5, V11, TK12).
    func isKnown(in era: Era) -> Bool {
        switch self {
        case .discover, .listen, .getTask, .updateTask, .cancelTask: era == .modern
        case .ping, .setLogLevel, .subscribe, .unsubscribe: era == .legacy
        default: true
        }
    }

    /// The member of `params` that `Mcp-Name` repeats (R2).
    var routedMember: String? {
        switch self {
        case .callTool, .getPrompt: "name"
        case .readResource: "uri"
        case .getTask, .updateTask, .cancelTask: "taskId"
        default: nil
        }
    }
}

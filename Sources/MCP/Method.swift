/// The methods that this server can have (section 2).
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

    /// The method of exactly these bytes.
    init?(_ name: String) {
        guard let method = Method(rawValue: name), method.rawValue.sameBytes(name) else { return nil }
        self = method
    }

    /// What must be offered for it to exist (B19).
    var need: Offer {
        switch self {
        case .discover, .ping: []
        case .listTools, .callTool: .tools
        case .listResources, .listTemplates, .readResource: .resources
        case .listPrompts, .getPrompt: .prompts
        case .complete: .completions
        }
    }

    /// Whether it exists in an era (V5, V11).
    func isKnown(in era: Era) -> Bool {
        switch self {
        case .discover: era == .modern
        case .ping: era == .legacy
        default: true
        }
    }

    /// The member of `params` that `Mcp-Name` repeats (R2).
    var routedMember: String? {
        switch self {
        case .callTool, .getPrompt: "name"
        case .readResource: "uri"
        default: nil
        }
    }
}

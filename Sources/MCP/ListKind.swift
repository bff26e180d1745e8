/// The four lists that come in pages (G2).
enum ListKind: UInt8, Sendable, CaseIterable {
    case tools = 1
    case prompts = 2
    case resources = 3
    case templates = 4

    /// The member of the result that holds the entries.
    var member: StaticString {
        switch self {
        case .tools: "tools"
        case .prompts: "prompts"
        case .resources: "resources"
        case .templates: "resourceTemplates"
        }
    }
}

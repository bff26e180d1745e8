import JSON

/// What a client can be asked for, as the bits that a session remembers (LS2).
///
/// Everything else that clients declare is dropped.
public struct ClientCapabilities: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    public static let roots = ClientCapabilities(rawValue: 1 << 0)
    public static let rootsListChanged = ClientCapabilities(rawValue: 1 << 1)
    public static let sampling = ClientCapabilities(rawValue: 1 << 2)
    public static let samplingTools = ClientCapabilities(rawValue: 1 << 3)
    public static let samplingContext = ClientCapabilities(rawValue: 1 << 4)
    /// Forms; `elicitation: {}` means these.
    public static let elicitationForm = ClientCapabilities(rawValue: 1 << 5)
    public static let elicitationURL = ClientCapabilities(rawValue: 1 << 6)
    /// `io.modelcontextprotocol/ui` with `text/html;profile=mcp-app`.
    public static let apps = ClientCapabilities(rawValue: 1 << 7)
    /// `io.modelcontextprotocol/tasks`: only what a request of 2026-07-28 says of itself, never part of a session (TK2, TK12).
    public static let tasks = ClientCapabilities(rawValue: 1 << 8)

    /// What a session remembers (LS2).
    static let ofSessions = ClientCapabilities(rawValue: 0xFF)

    /// Reads `capabilities` of `initialize`, or `_meta…/clientCapabilities`.
    init(_ declared: JSONValue?, era: Era) {
        self = []
        guard let declared else { return }
        if let roots = declared.object("roots") {
            insert(.roots)
            if roots["listChanged"]?.boolean == true { insert(.rootsListChanged) }
        }
        if let sampling = declared.object("sampling") {
            insert(.sampling)
            if sampling.object("tools") != nil { insert(.samplingTools) }
            if sampling.object("context") != nil { insert(.samplingContext) }
        }
        if let elicitation = declared.object("elicitation") {
            let hasURL = elicitation.object("url") != nil
            if hasURL { insert(.elicitationURL) }
            if !hasURL || elicitation.object("form") != nil { insert(.elicitationForm) }
        }
        let extensions = declared.object("extensions")
        if era == .modern, extensions?.object("io.modelcontextprotocol/tasks") != nil { insert(.tasks) }
        let types = extensions?.object("io.modelcontextprotocol/ui")?["mimeTypes"]
        if types?.elements.contains(where: { $0.string == "text/html;profile=mcp-app" }) == true {
            insert(.apps)
        }
    }
}

extension JSONValue {
    /// The member of this name if it is an object.
    func object(_ key: String) -> JSONValue? {
        guard let value = self[key], value.kind == .object else { return nil }
        return value
    }
}

package import MCP
package import ToolBridge

/// What a caller must be allowed so that it may call a tool: `notes:read`, `items:write`.
package struct ToolScope: Sendable, Hashable {
    /// nil for items of every kind.
    package let kind: ItemKind?
    /// Writing includes reading.
    package let isWriting: Bool

    package init(_ kind: ItemKind?, isWriting: Bool) {
        self.kind = kind
        self.isWriting = isWriting
    }

    /// The scope that a tool needs, as its declaration tells; nil where it needs none.
    ///
    /// A tool of which nothing else is known needs the rights over all kinds.
    package init?<Caller>(of tool: Tool<Caller>) {
        if tool.name == "health_check" { return nil }
        let part = Toolset.allParts.first { $0.toolNames.contains { $0.name == tool.name } }
        self.init(part?.kind, isWriting: !tool.annotations.readOnly)
    }

    /// Whether this scope includes another.
    package func includes(_ other: ToolScope) -> Bool {
        (kind == nil || kind == other.kind) && (isWriting || !other.isWriting)
    }
}

extension ToolScope: LosslessStringConvertible {
    package var description: String { (kind?.path ?? Self.everyKind) + (isWriting ? Self.writing : Self.reading) }

    package init?(_ description: String) {
        let scopes = ([nil] + ItemKind.allCases).flatMap { [ToolScope($0, isWriting: false), ToolScope($0, isWriting: true)] }
        guard let scope = scopes.first(where: { $0.description.utf8.elementsEqual(description.utf8) }) else { return nil }
        self = scope
    }

    private static let everyKind = "items"
    private static let reading = ":read"
    private static let writing = ":write"
}

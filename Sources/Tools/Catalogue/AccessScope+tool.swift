package import MCP
package import ToolBridge

extension AccessScope {
    /// The scope that a tool needs, as its declaration tells; nil where it needs none.
    ///
    /// A tool of which nothing else is known needs the rights over all kinds.
    package init?<Caller>(of tool: Tool<Caller>) {
        if tool.name == "health_check" { return nil }
        let part = Toolset.allParts.first { $0.toolNames.contains { $0.name == tool.name } }
        self.init(part?.kind, isWriting: !tool.annotations.readOnly)
    }
}

package import MCP

extension Implementation {
    /// This program, as MCP clients see it.
    package static var toolbridge: Implementation { Implementation(name: "toolbridge", title: "ToolBridge", version: Version.current) }
}

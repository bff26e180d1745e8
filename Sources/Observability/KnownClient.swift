/// What an MCP client calls itself, if that is a name of this closed list; any other is `other`.
///
/// Names are chosen by whoever writes a client, so that none but these may get into lines and labels.
package struct KnownClient: Sendable, Equatable, CustomStringConvertible {
    /// All there are, `other` included; lower-case.
    package static let names = [
        "chatgpt", "claude-ai", "claude-code", "cline", "codex-mcp-client", "continue", "cursor-vscode", "gemini-cli-mcp-client", "goose",
        "inspector-client", "jetbrains", "librechat", "lm-studio", "mcp", "mcp-inspector", "mcp-remote", "n8n", "openai-mcp", "roo-code",
        "visual studio code", "windsurf", "zed", "other",
    ]

    private let place: UInt8

    /// - Parameter name: Compared without regard to the case of ASCII letters.
    package init(_ name: String) {
        let place = Self.names.firstIndex { known in
            known.utf8.count == name.utf8.count
                && zip(known.utf8, name.utf8).allSatisfy { $0 == ((0x41...0x5A).contains($1) ? $1 | 0x20 : $1) }
        }
        self.place = UInt8(truncatingIfNeeded: place ?? Self.names.count - 1)
    }

    package var description: String { Self.names[Int(place)] }
}

import JSON
import MCP

/// The only tool whose argument clients repeat in a header.
enum RoutingTool {
    static let region = Tool<Void>(
        "test_x_mcp_header",
        title: "Routing header",
        "Tells for which region it was called.",
        annotations: .reading,
        // As it was sent: an empty text is a text.
        inputSchema: [
            "type": "object",
            "properties": ["region": ["type": "string", "description": "Where.", "x-mcp-header": "Region"]],
            "additionalProperties": false,
        ]
    ) { _, arguments in
        .text("region=\(arguments["region"]?.string ?? "(none)")")
    }
}

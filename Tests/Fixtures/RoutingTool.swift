import MCP

/// The only tool whose argument clients repeat in a header.
enum RoutingTool {
    static let region = Tool<Void>(
        "test_x_mcp_header",
        title: "Routing header",
        "Tells for which region it was called.",
        annotations: .reading,
        .optionalString("region", "Where.").header("Region")
    ) { _, region in
        .text("region=\(region ?? "(none)")")
    }
}

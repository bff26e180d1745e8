import JSON
import MCP

/// The only tool whose argument clients repeat in a header.
enum RoutingTool {
    static let region = Tool<Void>(
        "test_x_mcp_header",
        title: "Routing header",
        "Tells for which region it was called.",
        annotations: .reading,
        regionParameter.header("Region")
    ) { _, region in
        .text("region=\(region ?? "(none)")")
    }

    /// A text that may be left out; the empty one is a text, unlike with the stock parameter.
    private static let regionParameter = Parameter<String?>(
        "region",
        schema: ["type": "string", "description": "Where."],
        isRequired: false
    ) { argument throws(ArgumentError) in
        guard let argument, !argument.isNull else { return nil }
        guard let text = argument.string else { throw ArgumentError("region", "must be a string") }
        return text
    }
}

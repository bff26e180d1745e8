import JSON
import MCP

extension FormAnswer where Content: CustomStringConvertible {
    /// The value, or what the user did instead.
    var text: String { content?.description ?? action }
}

extension FormAnswer<JSONValue> {
    /// Action and content.
    var inWords: String { "action=\(action), content=\(content?.compact ?? "{}")" }
}

import JSON
import MCP

extension FormAnswer {
    /// What the user did, as the protocol calls it.
    var action: String {
        switch self {
        case .accepted: "accept"
        case .declined: "decline"
        case .cancelled: "cancel"
        }
    }
}

extension FormAnswer where Value: CustomStringConvertible {
    /// The value, or what the user did instead.
    var text: String {
        if case .accepted(let value) = self { value.description } else { action }
    }
}

extension FormAnswer where Value == JSONValue {
    /// Action and content.
    var inWords: String {
        if case .accepted(let content) = self { "action=accept, content=\(content.compact)" } else { "action=\(action), content={}" }
    }
}

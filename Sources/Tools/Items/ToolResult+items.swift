import JSON
import MCP
import ToolBridge

extension ToolResult {
    /// One item; the payload's bytes are copied, never decoded.
    static func item(_ item: Item) -> ToolResult {
        var writer = JSONWriter(reserving: item.payload.count + 192)
        writer.item(item)
        return .structured(unchecked: writer.bytes)
    }

    static func page(_ page: ItemPage) -> ToolResult {
        var writer = JSONWriter(reserving: page.items.reduce(96) { $0 + $1.payload.count + 192 })
        writer.object { writer in
            writer.key("items")
            writer.array { writer in
                for item in page.items { writer.item(item) }
            }
            writer.member("nextCursor", page.nextCursor)
        }
        return .structured(unchecked: writer.bytes)
    }

    /// A refusal that a model can act on: the text, the code with what else is known, and what to do.
    ///
    /// - Parameter hints: Lines of their own.
    static func refusal(_ refusal: ItemError, correlationID: String, _ hints: [String] = []) -> ToolResult {
        var writer = JSONWriter(reserving: 192)
        writer.object { writer in
            writer.member("code", refusal.code.rawValue)
            writer.member("status", refusal.code.status)
            for detail in refusal.details {
                writer.key(escaping: detail.name.rawValue)
                switch detail.value {
                case .string(let text): writer.string(text)
                case .integer(let number): writer.integer(number)
                case .strings(let texts):
                    writer.array { writer in
                        for text in texts { writer.string(text) }
                    }
                }
            }
            if refusal.code.status >= 500 { writer.member("correlation_id", correlationID) }
        }
        // The text may quote what the caller sent, which must not look like lines of ours.
        let lines = [DisplayText.line(refusal.text, bytes: 2000), DisplayText.json(writer.bytes)] + hints
        return .failure(lines.joined(separator: "\n"), code: refusal.code.rawValue)
    }
}

extension JSONWriter {
    mutating func item(_ item: Item) {
        beginObject()
        itemMembers(item)
        endObject()
    }

    /// The members of an item, for an object that has more.
    mutating func itemMembers(_ item: Item) {
        member("uid", item.uid.description)
        member("version", item.version)
        member("updatedAt", item.updatedAt.description)
        member("deletedAt", item.deletedAt?.description)
        member("payload", raw: item.payload)
    }
}

/// What the structured results look like, in as few bytes as tell anything: all forty of the list pay for them.
///
/// The whole shape stands in ``ServerInstructions``.
enum ItemSchema {
    /// An item, as each tool that reads one says it.
    static let item: JSONValue = [
        "type": "object",
        "required": ["uid", "version", "updatedAt", "deletedAt", "payload"],
    ]

    static let anyObject: JSONValue = ["type": "object"]
}

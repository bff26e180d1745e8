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

    /// A refusal that a model can act on: the text, then the code with what else is known.
    static func refusal(_ refusal: ItemError, correlationID: String) -> ToolResult {
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
        return .failure(refusal.text + "\n" + String(decoding: writer.bytes, as: UTF8.self))
    }
}

extension JSONWriter {
    fileprivate mutating func item(_ item: Item) {
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

/// What the structured results look like.
enum ItemSchema {
    static let item: JSONValue = [
        "type": "object",
        "properties": [
            "uid": ["type": "string"],
            "version": ["type": "integer"],
            "updatedAt": ["type": "string"],
            "deletedAt": ["type": ["string", "null"]],
            "payload": ["type": "object"],
        ],
    ]

    static let page: JSONValue = [
        "type": "object",
        "properties": [
            "items": ["type": "array", "items": ["type": "object"]],
            "nextCursor": ["type": ["string", "null"]],
        ],
    ]
}

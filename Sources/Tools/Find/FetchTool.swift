import JSON
import MCP
import ToolBridge

extension ItemTools {
    /// Reads one item by the id that `search` gives, as text; the shape is what clients of OpenAI's connectors expect.
    var fetch: Tool<Caller> {
        Tool(
            "fetch",
            title: "Fetch",
            "Reads one item as text.",
            annotations: .reading,
            output: [
                "type": "object",
                "properties": [
                    "id": ["type": "string"], "title": ["type": "string"], "text": ["type": "string"], "url": ["type": "string"],
                    "metadata": ["type": "object"],
                ],
            ],
            .id(),
            .flag("include_deleted"),
            .detail
        ) { context, reference, includeDeleted, detail in
            try await answer(context, Attempt(tool: "fetch", kind: reference.kind, uid: reference.uid)) { items, _ in
                let item = try await items.item(reference.uid, reference.kind, includeDeleted: includeDeleted)
                return .fetched(item, detail)
            }
        }
    }
}

extension ToolResult {
    fileprivate static func fetched(_ item: Item, _ detail: Detail) -> ToolResult {
        let view = ItemView(item)
        var writer = JSONWriter(reserving: item.payload.count * 2 + 512)
        writer.object { writer in
            writer.member("id", item.reference.id)
            writer.member("title", view.title)
            writer.member("text", ItemMarkdown(view).text)
            writer.member("url", item.reference.uri)
            writer.key("metadata")
            writer.object { writer in
                writer.member("kind", item.kind.path)
                writer.member("uid", item.uid.description)
                writer.member("version", item.version)
                writer.member("updatedAt", item.updatedAt.description)
                writer.member("deletedAt", item.deletedAt?.description)
                writer.member("about", StoredText.ofText)
            }
            if detail == .full { writer.member("payload", raw: item.payload) }
        }
        return .structured(unchecked: writer.bytes)
    }
}

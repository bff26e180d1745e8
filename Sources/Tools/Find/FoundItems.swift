import JSON
import MCP
import ToolBridge

/// Pages of items as `list_items` and `recent_changes` answer them.
enum FoundItems {
    static let schema: JSONValue = [
        "type": "object", "properties": ["items": ["type": "array"], "nextCursor": ["type": ["string", "null"]]],
    ]

    /// One page that keeps to its size.
    ///
    /// Payloads are measured where the page is read. How long summaries are shows only here: a page of them that is too long is read once more, with as many
    /// items as fit, since only the service knows the cursor behind them.
    ///
    /// - Parameters:
    ///   - isOfChanges: Whether it is told what each change was.
    ///   - remark: Said if there is nothing at all.
    ///   - read: Reads the page with at most so many items.
    static func page(
        limit: Int,
        _ detail: Detail,
        pageBytes: Int,
        isOfChanges: Bool,
        ifEmpty remark: String? = nil,
        _ read: (_ limit: Int) async throws(ItemError) -> ItemPage
    ) async throws(ItemError) -> ToolResult {
        // With the usual length of a summary the first reading is almost always the last.
        let likely = detail == .summary ? max(1, min(limit, pageBytes / usualSummaryBytes)) : limit
        var page = try await read(likely)
        var written = write(page.items, detail, isOfChanges)
        if detail == .summary {
            let count = written.fitting(pageBytes)
            if count < written.count {
                page = try await read(count)
                written = write(page.items, detail, isOfChanges)
            }
        }
        var writer = JSONWriter(reserving: written.reduce(192) { $0 + $1.count + 1 })
        writer.object { writer in
            writer.key("items")
            writer.array { writer in
                for item in written { writer.raw(item) }
            }
            writer.member("nextCursor", page.nextCursor)
            if let remark, written.isEmpty, page.nextCursor == nil { writer.member("note", remark) }
            writer.member("about", detail == .summary ? StoredText.ofTitles : StoredText.ofPayloads)
        }
        return .structured(unchecked: writer.bytes)
    }

    private static var usualSummaryBytes: Int { 250 }

    private static func write(_ items: [Item], _ detail: Detail, _ isOfChanges: Bool) -> [[UInt8]] {
        items.map { item in
            var writer = JSONWriter(reserving: detail == .summary ? 384 : item.payload.count + 256)
            writer.object { writer in
                if isOfChanges { writer.member("change", item.change) }
                switch detail {
                case .summary: ItemSummary(item).writeMembers(to: &writer)
                case .full:
                    writer.member("kind", item.kind.path)
                    writer.itemMembers(item)
                }
            }
            return writer.bytes
        }
    }
}

extension [[UInt8]] {
    /// How many of the first fit into so many bytes; one at least.
    fileprivate func fitting(_ bytes: Int) -> Int {
        var room = bytes
        for (index, element) in enumerated() {
            guard index == 0 || element.count < room else { return index }
            room -= element.count + 1
        }
        return count
    }
}

extension Item {
    /// What the latest change did.
    fileprivate var change: String {
        deletedAt != nil ? "deleted" : version == 1 ? "created" : "updated"
    }
}

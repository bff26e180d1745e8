package import MCP
import ToolBridge

extension ItemResources {
    /// The items of all kinds that changed last, newest change first.
    package var listing: ResourceListing<Caller> {
        ResourceListing { context, key, limit in
            let start = ListKey(key)
            let room = min(limit, RecentItems.listed - start.count)
            guard room > 0 else { return ListPage([]) }
            let page = try await itemsOf(context.caller).recent(RecentQuery(limit: room, cursor: start.cursor, includeDeleted: false))
            // A page may end early, because of its size.
            let count = start.count + page.items.count
            let next = count < RecentItems.listed && !page.items.isEmpty ? page.nextCursor : nil
            return ListPage(page.items.map(\.resourceLink), next: next.map { ListKey(count: count, cursor: $0).text })
        }
    }

    /// Lets clients watch items, and tells a server's notices who does.
    ///
    /// - Parameter notices: What posts the changes.
    package func subscriptions(told notices: ItemNotices) -> ResourceSubscriptions<Caller> {
        ResourceSubscriptions(
            // Whoever has items may watch any of their own, also one that doesn't exist yet (RS6).
            mayWatch: { context, uri in
                guard ItemAddress(uri) != nil else { return false }
                _ = try await itemsOf(context.caller)
                return true
            },
            canonical: { ItemAddress($0)?.text ?? $0 },
            listening: { caller, principal in
                // Whoever has yet to choose an owner has nothing that changes; their stream is there for all else, and for the question.
                guard let items = try await chosenItemsOf(caller) else { return {} }
                return try await notices.listen(to: items.owner, as: principal)
            }
        )
    }
}

/// Where a page of the list begins: how many items came before, and the place behind them.
private struct ListKey {
    var count = 0
    var cursor: String?

    init(count: Int, cursor: String) {
        self.count = count
        self.cursor = cursor
    }

    /// - Parameter text: One of ours, or nothing.
    init(_ text: String?) {
        guard let parts = text?.split(separator: " ", maxSplits: 1), parts.count == 2, let count = Int(parts[0]) else { return }
        self.count = max(count, 0)
        cursor = String(parts[1])
    }

    var text: String { "\(count) \(cursor ?? "")" }
}

extension Item {
    /// Its line in the list of resources.
    fileprivate var resourceLink: ResourceLink {
        ResourceLink(
            uri: ItemAddress(reference).text,
            name: title,
            description: "\(kind.shownNoun), changed \(updatedAt.description.prefix(10))",
            mimeType: ItemMarkdown.mimeType,
            annotations: Annotations(lastModified: updatedAt.description)
        )
    }
}

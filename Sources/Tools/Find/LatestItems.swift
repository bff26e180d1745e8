import ToolBridge

/// The items that changed last, as many as there was room for.
struct LatestItems: Sendable {
    /// Newest change first.
    var items: [Item] = []
    /// Whether there are, or may be, older ones.
    var hasMore = false

    /// How many are read at a time.
    private static let pageItems = 200
    /// How many bytes of payloads are read at a time, and after how many reading ends.
    private static let pageBytes = 4_194_304
    private static let payloadBytes = 8_388_608

    /// Reads those of a kind, page after page.
    ///
    /// Bounded in all ways: it ends at the count, after 8 MiB of payloads, or after twice the pages that the count needs if a filter leaves
    /// them thin.
    ///
    /// - Throws: As ``ToolBridge/OwnedItems/list(_:_:)``.
    static func read(
        _ kind: ItemKind,
        atMost count: Int,
        filter: ItemFilter = ItemFilter(),
        from owned: OwnedItems
    ) async throws(ItemError) -> LatestItems {
        var query = ListQuery(direction: .newestChangeFirst, filter: filter, maximumBytes: pageBytes)
        return try await pages(atMost: count) { limit, cursor throws(ItemError) in
            query.limit = limit
            query.cursor = cursor
            return try await owned.list(kind, query)
        }
    }

    /// The same over several kinds.
    ///
    /// - Throws: As ``ToolBridge/OwnedItems/recent(_:)``.
    static func read(
        _ kinds: Set<ItemKind>,
        atMost count: Int,
        since: Timestamp? = nil,
        includeDeleted: Bool = false,
        from owned: OwnedItems
    ) async throws(ItemError) -> LatestItems {
        var query = RecentQuery(kinds: kinds, includeDeleted: includeDeleted, updatedSince: since, maximumBytes: pageBytes)
        return try await pages(atMost: count) { limit, cursor throws(ItemError) in
            query.limit = limit
            query.cursor = cursor
            return try await owned.recent(query)
        }
    }

    private static func pages(
        atMost count: Int,
        _ page: (_ limit: Int, _ cursor: String?) async throws(ItemError) -> ItemPage
    ) async throws(ItemError) -> LatestItems {
        var latest = LatestItems()
        var cursor: String?
        var bytes = 0
        for _ in 0..<(count / pageItems + 1) * 2 {
            let page = try await page(min(pageItems, count - latest.items.count), cursor)
            latest.items += page.items
            latest.hasMore = page.nextCursor != nil
            cursor = page.nextCursor
            for item in page.items { bytes += item.payload.count }
            guard latest.hasMore, latest.items.count < count, bytes < payloadBytes else { break }
        }
        return latest
    }
}

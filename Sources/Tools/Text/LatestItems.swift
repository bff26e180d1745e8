package import ToolBridge

/// The items of a kind that changed last, as many as there was room for.
package struct LatestItems: Sendable {
    /// Newest change first.
    package var items: [Item] = []
    /// Whether there are, or may be, older ones.
    package var hasMore = false

    /// How many are read at a time.
    private static let pageItems = 200
    /// After how many bytes of payloads reading ends.
    private static let payloadBytes = 8_388_608

    /// Reads page after page.
    ///
    /// Bounded in all ways: it ends at the count, after 8 MiB of payloads, or after twice the pages that the count needs if a filter leaves them thin.
    ///
    /// - Throws: As ``ToolBridge/ItemService/list(_:_:of:)``.
    package static func read(
        _ kind: ItemKind,
        atMost count: Int,
        filter: ItemFilter = ItemFilter(),
        includeDeleted: Bool = false,
        from service: any ItemService,
        of owner: Owner
    ) async throws(ItemError) -> LatestItems {
        var latest = LatestItems()
        var query = ListQuery(limit: 0, direction: .newestChangeFirst, includeDeleted: includeDeleted, filter: filter)
        var bytes = 0
        for _ in 0..<(count / pageItems + 1) * 2 {
            query.limit = min(pageItems, count - latest.items.count)
            let page = try await service.list(kind, query, of: owner)
            latest.items += page.items
            latest.hasMore = page.nextCursor != nil
            query.cursor = page.nextCursor
            for item in page.items { bytes += item.payload.count }
            guard latest.hasMore, latest.items.count < count, bytes < payloadBytes else { break }
        }
        return latest
    }
}

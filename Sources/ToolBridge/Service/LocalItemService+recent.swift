extension LocalItemService {
    package func recent(_ query: RecentQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        let purpose = SyncCursor.Purpose.recent(query)
        let cursor = try SyncCursor(query.cursor ?? "", of: owner, purpose)
        let page = try await read(of: owner) { try $0.page(query, beyond: cursor?.sequence) }
        return ItemPage(page, purpose, of: owner)
    }
}

extension StoreReader {
    /// One page of the latest changes over several kinds.
    ///
    /// - Throws: `invalid_cursor`; ``StoreError``
    fileprivate func page(_ query: RecentQuery, beyond: Int64?) throws -> StoredPage {
        let limit = min(max(query.limit, 1), Limits.pageItems)
        // One kind has an index of its own, which passes over no others.
        if let kind = query.kinds.first, query.kinds.count == 1 {
            let list = ItemQuery(
                kind,
                order: .newestChangeFirst,
                beyond: beyond,
                includesDeleted: query.includeDeleted,
                filter: ItemFilter(updatedSince: query.updatedSince),
                limit: limit,
                payloadBytes: Limits.pageBytes
            )
            return try page(list, maximumBytes: query.maximumBytes)
        }
        try check(cursor: beyond)
        guard !query.kinds.isEmpty else { return StoredPage(items: [], next: nil) }
        let changes = ChangeQuery(
            order: .newestChangeFirst,
            beyond: beyond ?? .max,
            kinds: query.kinds,
            includesDeleted: query.includeDeleted,
            updatedSince: query.updatedSince,
            limit: limit,
            payloadBytes: Limits.pageBytes
        )
        return try page(changes, maximumBytes: query.maximumBytes)
    }
}

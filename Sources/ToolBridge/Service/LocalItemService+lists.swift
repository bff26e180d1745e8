extension LocalItemService {
    package func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        if query.filter.parentUID != nil, kind.parentRule == .none {
            throw .invalidParameter(field: "parentUid", "a \(kind.noun) has no parent")
        }
        let purpose = SyncCursor.Purpose.list(kind, query.direction, query.filter)
        let cursor = try SyncCursor(query.cursor ?? "", of: owner, purpose)
        let page = try await read(of: owner) { reader in
            try reader.page(
                ItemQuery(
                    kind,
                    order: query.direction == .oldestChangeFirst ? .oldestChangeFirst : .newestChangeFirst,
                    beyond: cursor?.sequence,
                    includesDeleted: query.includeDeleted,
                    filter: query.filter,
                    limit: min(max(query.limit, 1), Limits.pageItems),
                    payloadBytes: Limits.pageBytes
                )
            )
        }
        return ItemPage(
            items: page.items.map(\.item),
            nextCursor: page.next.map { SyncCursor(purpose, sequence: $0).text(for: owner) }
        )
    }
}

/// Rows of a store, and the place from where more can be read, if there may be any.
struct StoredPage: Sendable {
    var items: [StoredItem]
    var next: Int64?
}

extension StoreReader {
    /// One page of a list.
    ///
    /// - Throws: `invalid_cursor`, `unavailable`.
    func page(_ query: ItemQuery) throws(ItemError) -> StoredPage {
        do {
            // A sequence beyond the owner's own comes from a database that has been restored since: the client must start again.
            if let beyond = query.beyond, beyond > (try ownerState()?.sequence ?? 0) { throw ItemError.invalidCursor }
            let end = try end(of: query, visiting: Limits.pageVisits)
            return try page(limit: query.limit, payloadBytes: query.payloadBytes, end: end) { beyond, limit in
                var query = query
                if let beyond { query.beyond = beyond }
                query.through = end
                query.limit = limit
                return try items(query)
            }
        } catch {
            throw ItemError(error)
        }
    }

    /// One page of the feed over several kinds.
    ///
    /// - Throws: ``StoreError``
    func page(_ query: ChangeQuery) throws -> StoredPage {
        let end = try end(of: query, visiting: Limits.pageVisits)
        return try page(limit: query.limit, payloadBytes: query.payloadBytes, end: end) { beyond, limit in
            var query = query
            if let beyond { query.beyond = beyond }
            query.through = end
            query.limit = limit
            return try changes(query)
        }
    }

    /// - Parameters:
    ///   - end: The last number that the page may look at, if there may be more behind it.
    ///   - read: Reads some rows beyond a number, or from the page's start.
    private func page(
        limit: Int,
        payloadBytes: Int,
        end: Int64?,
        _ read: (_ beyond: Int64?, _ limit: Int) throws -> [StoredItem]
    ) throws -> StoredPage {
        var items = try read(nil, limit + 1)
        if items.count > limit {
            items.removeLast()
            return StoredPage(items: items, next: items.last?.sequence)
        }
        var bytes = 0
        for item in items { bytes += item.item.payload.count }
        // A page that ended because of its size: only another look tells whether anything follows.
        if bytes > payloadBytes, let last = items.last, try !read(last.sequence, 1).isEmpty {
            return StoredPage(items: items, next: last.sequence)
        }
        return StoredPage(items: items, next: end)
    }
}

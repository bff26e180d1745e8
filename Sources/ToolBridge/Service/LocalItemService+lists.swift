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
                ),
                maximumBytes: query.maximumBytes
            )
        }
        return ItemPage(page, purpose, of: owner)
    }

    package func recent(_ query: RecentQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        let purpose = SyncCursor.Purpose.recent(query)
        let cursor = try SyncCursor(query.cursor ?? "", of: owner, purpose)
        let page = try await read(of: owner) { try $0.page(query, beyond: cursor?.sequence) }
        return ItemPage(page, purpose, of: owner)
    }
}

extension ItemPage {
    fileprivate init(_ page: StoredPage, _ purpose: SyncCursor.Purpose, of owner: Owner) {
        self.init(
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
    /// - Parameter maximumBytes: As in a ``ListQuery``.
    /// - Throws: `invalid_cursor`, `unavailable`.
    func page(_ query: ItemQuery, maximumBytes: Int? = nil) throws(ItemError) -> StoredPage {
        do {
            try check(cursor: query.beyond)
            var query = query
            if let maximumBytes { query.payloadBytes = min(query.payloadBytes, max(maximumBytes, 0)) }
            let end = try end(of: query, visiting: Limits.pageVisits)
            return try page(limit: query.limit, payloadBytes: query.payloadBytes, maximumBytes, end: end) { [query] beyond, limit in
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
        let changes = ChangeQuery(
            order: .newestChangeFirst,
            beyond: beyond ?? .max,
            kinds: query.kinds,
            includesDeleted: query.includeDeleted,
            updatedSince: query.updatedSince,
            limit: limit,
            payloadBytes: min(Limits.pageBytes, max(query.maximumBytes ?? .max, 0))
        )
        guard !query.kinds.isEmpty else { return StoredPage(items: [], next: nil) }
        return try page(changes, maximumBytes: query.maximumBytes)
    }

    /// A sequence beyond the owner's own comes from a database that has been restored since: the client must start again.
    ///
    /// - Throws: `invalid_cursor`; ``StoreError``
    private func check(cursor sequence: Int64?) throws {
        if let sequence, sequence > (try ownerState()?.sequence ?? 0) { throw ItemError.invalidCursor }
    }

    /// One page of the feed over several kinds.
    ///
    /// - Throws: ``StoreError``
    func page(_ query: ChangeQuery, maximumBytes: Int? = nil) throws -> StoredPage {
        let end = try end(of: query, visiting: Limits.pageVisits)
        return try page(limit: query.limit, payloadBytes: query.payloadBytes, maximumBytes, end: end) { beyond, limit in
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
        _ maximumBytes: Int?,
        end: Int64?,
        _ read: (_ beyond: Int64?, _ limit: Int) throws -> [StoredItem]
    ) throws -> StoredPage {
        var items = try read(nil, limit + 1)
        if let maximumBytes, let kept = items.prefix(filling: maximumBytes) {
            return StoredPage(items: kept, next: kept.last?.sequence)
        }
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

extension [StoredItem] {
    /// The first ones, as far as they fit into so many bytes, but at least one; `nil` if all fit.
    fileprivate func prefix(filling bytes: Int) -> [StoredItem]? {
        var room = Swift.max(bytes, 0)
        for (index, item) in enumerated() {
            let size = item.item.payload.count + Limits.envelopeBytes
            if size > room, index > 0 { return Array(prefix(index)) }
            room = Swift.max(room - size, 0)
        }
        return nil
    }
}

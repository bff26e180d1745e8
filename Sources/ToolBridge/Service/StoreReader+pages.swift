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
            return try page(limit: query.limit, payloadBytes: query.payloadBytes, maximumBytes: maximumBytes, end: end) {
                [query] beyond, limit in
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

    /// A sequence beyond the owner's own comes from a database that has been restored since: the client must start again.
    ///
    /// - Throws: `invalid_cursor`; ``StoreError``
    func check(cursor sequence: Int64?) throws {
        if let sequence, sequence > (try ownerState()?.sequence ?? 0) { throw ItemError.invalidCursor }
    }

    /// One page of changes over several kinds.
    ///
    /// - Parameter maximumBytes: As in a ``ListQuery``.
    /// - Throws: ``StoreError``
    func page(_ query: ChangeQuery, maximumBytes: Int? = nil) throws -> StoredPage {
        var query = query
        if let maximumBytes { query.payloadBytes = min(query.payloadBytes, max(maximumBytes, 0)) }
        let end = try end(of: query, visiting: Limits.pageVisits)
        return try page(limit: query.limit, payloadBytes: query.payloadBytes, maximumBytes: maximumBytes, end: end) {
            [query] beyond, limit in
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
        maximumBytes: Int?,
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

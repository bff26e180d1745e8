/// Search follows the owner's change sequence: a write leaves the index alone, and whoever searches first brings it up to the latest change.
extension LocalItemService {
    package func search(_ query: SearchQuery, of owner: Owner) async throws(ItemError) -> SearchPage {
        let limit = min(max(query.limit, 1), Limits.searchHits)
        guard let terms = SearchTerms(query.text, kinds: query.kinds, limit: limit + 1) else { return SearchPage(hits: [], hasMore: false) }
        // A caller waits for a little of this work, not for that of an import: the rest is done behind its back, or by the next search.
        let isComplete = try await index(owner, atMost: Limits.searchCatchUp)
        return try await read(of: owner) { reader in
            let found = try reader.search(terms)
            var parents: [ItemReference: String?] = [:]
            let hits = try found.prefix(limit).map { hit in
                SearchHit(
                    item: hit.item.item,
                    title: hit.item.item.title,
                    snippet: hit.snippet,
                    parent: try hit.item.parent.map { parent in
                        let title = try parents[parent] ?? reader.title(of: parent)
                        parents[parent] = .some(title)
                        return SearchHit.Parent(reference: parent, title: title)
                    }
                )
            }
            return SearchPage(hits: hits, hasMore: found.count > limit, isComplete: isComplete)
        }
    }

    /// Makes all changes of an owner that were committed before the call searchable.
    ///
    /// Several may do so at once; the next search has the less to do the later this was called. The work is done in small transactions, so that other
    /// writes don't wait for it.
    ///
    /// - Parameter count: After how many changes to stop.
    /// - Returns: Whether all of them are searchable.
    /// - Throws: `unavailable`.
    @discardableResult
    package func index(_ owner: Owner, atMost count: Int = .max) async throws(ItemError) -> Bool {
        let (latest, searchable) = try await read(of: owner) { reader in
            (try reader.ownerState()?.sequence ?? 0, try reader.searchableSequence())
        }
        var reached = searchable
        var slices = 0
        while reached < latest {
            guard slices < count / Self.indexSlice else { return false }
            slices += 1
            reached = try await transaction(of: owner) { .success(try $0.makeSomeSearchable(Self.indexSlice)) }
        }
        return true
    }

    /// How many changes are made searchable in one transaction.
    private static let indexSlice = 128
}

extension StoreReader {
    /// What people call an item, if it is alive and has a title.
    fileprivate func title(of reference: ItemReference) throws(StoreError) -> String? {
        guard let stored = try item(reference.uid, reference.kind), !stored.isDeleted else { return nil }
        return stored.item.title
    }
}

extension StoreTransaction {
    /// Makes the next changes searchable, so many at most.
    ///
    /// - Returns: Up to which number of the change sequence all are.
    fileprivate func makeSomeSearchable(_ count: Int) throws(StoreError) -> Int64 {
        // Under the lock, so that of two who index at once the second begins where the first ended.
        let latest = try lockOwner(taking: 0).sequence
        let reached = try searchableSequence()
        guard reached < latest else { return reached }
        let query = ChangeQuery(beyond: reached, limit: count, payloadBytes: 1_048_576)
        let changes = try changes(query)
        let bytes = changes.reduce(0) { $0 + $1.item.payload.count }
        let isLast = changes.count < query.limit && bytes <= query.payloadBytes
        let through = isLast ? latest : changes.last?.sequence ?? latest
        var documents: [SearchDocument] = []
        var gone: [ItemReference] = []
        for change in changes {
            let document = SearchDocument(change.item)
            if change.isDeleted || document.isEmpty { gone.append(document.reference) } else { documents.append(document) }
        }
        try makeSearchable(documents, removing: gone, through: through)
        return through
    }
}

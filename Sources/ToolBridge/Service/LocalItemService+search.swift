/// Search follows the owner's change sequence: a write leaves the index alone, and whoever searches first brings it up to the latest change.
extension LocalItemService {
    package func search(_ query: SearchQuery, of owner: Owner) async throws(ItemError) -> SearchPage {
        let limit = min(max(query.limit, 1), Limits.searchHits)
        guard let terms = SearchTerms(query.text, kinds: query.kinds, limit: limit + 1) else { return SearchPage(hits: [], hasMore: false) }
        // A caller waits for a little of this work, not for that of an import: the rest is done behind its back, or by the next search.
        let isComplete = try await index(owner, atMost: Limits.searchCatchUp)
        return try await read(of: owner) { reader in
            let found = try reader.search(terms)
            let hits = found.hits.prefix(limit).map { hit in
                SearchHit(
                    item: hit.item,
                    title: hit.shownTitle,
                    snippet: hit.snippet,
                    parent: hit.parent.map { SearchHit.Parent(reference: $0.reference, title: StoredHit.shown($0.title)) }
                )
            }
            return SearchPage(hits: hits, hasMore: found.hits.count > limit, isComplete: isComplete && found.isComplete)
        }
    }

    /// Makes all changes of an owner that were committed before the call searchable.
    ///
    /// Several may call it at once for an owner: one works, and the others wait for it. The work is done in small transactions, between which other
    /// writes have their turn.
    ///
    /// - Parameter count: After how many changes to stop, or sooner where they are large.
    /// - Returns: Whether all of them are searchable; false also if the caller's task was cancelled.
    /// - Throws: `unavailable`.
    @discardableResult
    package func index(_ owner: Owner, atMost count: Int = .max) async throws(ItemError) -> Bool {
        let (latest, searchable) = try await read(of: owner) { reader in
            (try reader.ownerState()?.sequence ?? 0, try reader.searchableSequence())
        }
        var reached = searchable
        var pieces = 0
        while reached < latest {
            guard pieces < count / Self.indexPiece, !Task.isCancelled else { return false }
            pieces += 1
            let end = try await catchUps.piece(of: owner) { () async throws(ItemError) in try await makeSomeSearchable(of: owner) }
            // A wipe may have set it back, and there is nothing older left to be found.
            reached = max(reached, end ?? reached)
        }
        return true
    }

    /// Does a little of what wipes have left to be done.
    ///
    /// - Returns: Whether anything is left.
    /// - Throws: `unavailable`.
    package func eraseSome() async throws(ItemError) -> Bool {
        do {
            return try await store.eraseSome()
        } catch {
            throw refusal(of: error)
        }
    }

    /// Looks at some owners for those whose changes can't all be searched for yet; as ``Store/ownersToIndex(after:)``.
    ///
    /// - Throws: `unavailable`.
    package func ownersToIndex(after last: Owner?) async throws(ItemError) -> (behind: [Owner], last: Owner?) {
        do {
            return try await store.ownersToIndex(after: last)
        } catch {
            throw refusal(of: error)
        }
    }

    /// How many changes are made searchable in one transaction, and after how many bytes of them it ends: some milliseconds of work, since
    /// whoever writes at that time waits for it.
    private static let indexPiece = 32
    private static let indexPieceBytes = 65_536

    /// Makes the next few changes searchable.
    ///
    /// - Returns: Up to which number of the change sequence all are.
    private func makeSomeSearchable(of owner: Owner) async throws(ItemError) -> Int64 {
        // All but the writing is done beside other writers.
        let piece = try await read(of: owner) { try $0.searchPiece(Self.indexPiece, bytes: Self.indexPieceBytes) }
        guard let piece else { return try await read(of: owner) { try $0.searchableSequence() } }
        return try await transaction(of: owner) { transaction in
            let epoch = try transaction.lockOwner(taking: 0).epoch
            let reached = try transaction.searchableSequence()
            // After a wipe the documents are of items that are gone; another process may have been faster.
            guard reached == piece.beyond, epoch == piece.epoch else { return .success(reached) }
            try transaction.makeSearchable(piece.documents, removing: piece.gone, through: piece.through)
            return .success(piece.through)
        }
    }
}

/// Changes that are made searchable together.
private struct SearchPiece: Sendable {
    let epoch: Int64
    /// Up to where changes were searchable before, and will be.
    let beyond: Int64
    let through: Int64
    var documents: [SearchDocument] = []
    var gone: [ItemReference] = []
}

extension StoreReader {
    /// The next changes that can't be searched for yet; `nil` if there are none.
    fileprivate func searchPiece(_ count: Int, bytes: Int) throws(StoreError) -> SearchPiece? {
        let reached = try searchableSequence()
        guard let state = try ownerState(), reached < state.sequence else { return nil }
        let query = ChangeQuery(beyond: reached, limit: count, payloadBytes: bytes)
        let changes = try changes(query)
        let length = changes.reduce(0) { $0 + $1.item.payload.count }
        let isLast = changes.count < query.limit && length <= query.payloadBytes
        let through = isLast ? state.sequence : changes.last?.sequence ?? state.sequence
        var piece = SearchPiece(epoch: state.epoch, beyond: reached, through: through)
        for change in changes {
            let document = SearchDocument(change.item)
            if change.isDeleted || document.isEmpty { piece.gone.append(document.reference) } else { piece.documents.append(document) }
        }
        return piece
    }
}

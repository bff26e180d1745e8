/// What a caller may do with the items of an owner.
///
/// The tools and the item routes are written against this port and don't know whether a database of this process or an API across the internet stands behind it.
package protocol ItemService: Sendable {
    /// One page of items.
    ///
    /// - Throws: `invalid_cursor`, `invalid_parameter` for a filter that the kind doesn't have, `unavailable`.
    func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage

    /// One page of items of several kinds, newest change first.
    ///
    /// A page may have fewer items than there are, or none, although there are more: only `nextCursor` says that it was the last.
    ///
    /// - Throws: `invalid_cursor`, `unavailable`.
    func recent(_ query: RecentQuery, of owner: Owner) async throws(ItemError) -> ItemPage

    /// One item.
    ///
    /// - Throws: `not_found`; `deleted` for a tombstone unless `includeDeleted`; `unavailable`.
    func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item

    /// Makes an item. Its uid is the payload's, or a fresh one where that is missing, null, empty or nil.
    ///
    /// - Throws: `invalid_uid`, and what ``Mutation/applied(to:_:_:expecting:at:)`` throws, `epoch_mismatch`, `idempotency_mismatch`,
    ///   `idempotency_in_progress`, `unavailable`.
    func create(_ payload: Payload, _ kind: ItemKind, _ context: WriteContext<Item>, of owner: Owner) async throws(ItemError) -> Item

    /// Changes an item, in one transaction with its version check.
    ///
    /// - Parameter condition: Refuses with `version_mismatch` if the item's version isn't meant.
    /// - Throws: What ``Mutation/applied(to:_:_:expecting:at:)`` throws, `epoch_mismatch`, `idempotency_mismatch`, `idempotency_in_progress`,
    ///   `unavailable`.
    func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item

    /// Changes items of any kinds, in order, in one transaction.
    ///
    /// - Parameter operations: Each is an operation, or why it couldn't be read as one.
    /// - Returns: One outcome for each, in order.
    /// - Throws: `epoch_mismatch`, `idempotency_mismatch`, `idempotency_in_progress`, `unavailable`; then nothing was kept.
    func write(
        _ operations: [Result<BatchOperation, ItemError>],
        _ mode: BatchMode,
        _ context: WriteContext<[BatchOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [BatchOutcome]

    /// Finds live items by their words, best first.
    ///
    /// - Throws: `unavailable`.
    func search(_ query: SearchQuery, of owner: Owner) async throws(ItemError) -> SearchPage

    /// The answer that a request of this owner got before, if it is remembered: for ``RecordedAnswer/lifetimeMilliseconds``.
    ///
    /// - Throws: `idempotency_mismatch` if another request got it; `unavailable`.
    func recordedAnswer(to request: RepeatableRequest, of owner: Owner) async throws(ItemError) -> RecordedAnswer?
}

extension ItemService {
    package func create(_ payload: Payload, _ kind: ItemKind, epoch: Int64?, of owner: Owner) async throws(ItemError) -> Item {
        try await create(payload, kind, WriteContext(epoch: epoch), of: owner)
    }

    package func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        epoch: Int64?,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        try await mutate(uid, kind, mutation, expecting: condition, WriteContext(epoch: epoch), of: owner)
    }
}

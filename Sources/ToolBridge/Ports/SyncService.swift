/// What an offline-first client may do with the items of an owner.
package protocol SyncService: Sendable {
    /// Merges changes of one kind, in order, in one transaction. A change that is refused touches none of its neighbours.
    ///
    /// - Parameter changes: Each is a change, or why it couldn't be read as one.
    /// - Returns: One outcome for each, in order.
    /// - Throws: `epoch_mismatch`, `unavailable`; then nothing was kept.
    func push(_ changes: [Result<Change, ItemError>], _ kind: ItemKind, epoch: Int64, of owner: Owner) async throws(ItemError)
        -> [PushOutcome]

    /// One page of changes after a cursor, tombstones included, oldest change first.
    ///
    /// - Throws: `invalid_cursor`, `epoch_mismatch`, `unavailable`.
    func pull(_ kind: ItemKind, cursor: String?, limit: Int, epoch: Int64, of owner: Owner) async throws(ItemError) -> PullPage

    func openSession(of owner: Owner) async throws(ItemError) -> (session: SyncSession, state: OwnerState)

    /// - Throws: `session_not_found`, `session_forbidden`, `unavailable`.
    func session(_ id: UID, of owner: Owner) async throws(ItemError) -> (session: SyncSession, state: OwnerState)

    /// - Throws: As ``session(_:of:)``.
    func endSession(_ id: UID, of owner: Owner) async throws(ItemError)

    /// The owner's state, or `nil` before the first write: its epoch is 1 then.
    func state(of owner: Owner) async throws(ItemError) -> OwnerState?

    /// Deletes everything of an owner for good and raises the epoch.
    ///
    /// - Throws: `epoch_mismatch`, `unavailable`.
    func wipe(epoch: Int64?, of owner: Owner) async throws(ItemError) -> (state: OwnerState, deleted: [ItemKind: Int])
}

/// What became of a pushed change.
package enum PushOutcome: Sendable, Equatable {
    /// The stored version and time, whether this change made them or not.
    case kept(uid: UID, version: Int64, updatedAt: Timestamp)
    case refused(Change?, ItemError)
}

package struct PullPage: Sendable, Equatable {
    /// Live items and tombstones in the order of their latest change.
    package let items: [Item]
    /// Behind the last item; `nil` on an empty page.
    package let nextCursor: String?
    package let hasMore: Bool
    /// Where to pull from next time: always there.
    package let checkpoint: String

    package init(items: [Item], nextCursor: String?, hasMore: Bool, checkpoint: String) {
        self.items = items
        self.nextCursor = nextCursor
        self.hasMore = hasMore
        self.checkpoint = checkpoint
    }
}

/// What an offline-first client may do with the items of an owner.
package protocol SyncService: Sendable {
    /// Merges changes of one kind, in order, in one transaction. A change that is refused touches none of its neighbours.
    ///
    /// - Parameters:
    ///   - changes: Each is a change, or why it couldn't be read as one.
    ///   - context: Its epoch must be there: a push without one is refused with `epoch_mismatch`.
    /// - Returns: One outcome for each, in order.
    /// - Throws: `epoch_mismatch`, `idempotency_mismatch`, `idempotency_in_progress`, `unavailable`; then nothing was kept.
    func push(
        _ changes: [Result<Change, ItemError>],
        _ kind: ItemKind,
        _ context: WriteContext<[PushOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [PushOutcome]

    /// One page of changes after a cursor, tombstones included, oldest change first.
    ///
    /// - Throws: `invalid_cursor`, `epoch_mismatch`, `unavailable`.
    func pull(_ kind: ItemKind, cursor: String?, limit: Int, epoch: Int64, of owner: Owner) async throws(ItemError) -> PullPage

    /// One page of changes of any kinds after a cursor, tombstones included, oldest change first.
    ///
    /// - Throws: `invalid_cursor`; `epoch_mismatch` too for a cursor from before a wipe; `unavailable`.
    func changes(_ query: FeedQuery, of owner: Owner) async throws(ItemError) -> FeedPage

    func openSession(_ context: WriteContext<OpenedSession>, of owner: Owner) async throws(ItemError) -> OpenedSession

    /// - Throws: `session_not_found`, `session_forbidden`, `unavailable`.
    func session(_ id: UID, of owner: Owner) async throws(ItemError) -> OpenedSession

    /// - Throws: As ``session(_:of:)``; `idempotency_mismatch`, `idempotency_in_progress`.
    func endSession(_ id: UID, _ context: WriteContext<EndedSession>, of owner: Owner) async throws(ItemError)

    /// The owner's state, or `nil` before the first write: its epoch is 1 then.
    func state(of owner: Owner) async throws(ItemError) -> OwnerState?

    /// Deletes everything of an owner for good and raises the epoch.
    ///
    /// - Throws: `epoch_mismatch`, `idempotency_mismatch`, `idempotency_in_progress`, `unavailable`.
    func wipe(_ context: WriteContext<WipeOutcome>, of owner: Owner) async throws(ItemError) -> WipeOutcome
}

extension SyncService {
    package func push(
        _ changes: [Result<Change, ItemError>],
        _ kind: ItemKind,
        epoch: Int64,
        of owner: Owner
    ) async throws(ItemError) -> [PushOutcome] {
        try await push(changes, kind, WriteContext(epoch: epoch), of: owner)
    }

    package func openSession(of owner: Owner) async throws(ItemError) -> OpenedSession {
        try await openSession(WriteContext(), of: owner)
    }

    package func endSession(_ id: UID, of owner: Owner) async throws(ItemError) {
        try await endSession(id, WriteContext(), of: owner)
    }

    package func wipe(epoch: Int64?, of owner: Owner) async throws(ItemError) -> WipeOutcome {
        try await wipe(WriteContext(epoch: epoch), of: owner)
    }
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

/// A session, and its owner's state at the same moment.
package struct OpenedSession: Sendable, Equatable {
    package let session: SyncSession
    package let state: OwnerState

    package init(session: SyncSession, state: OwnerState) {
        self.session = session
        self.state = state
    }
}

/// That a session was ended.
package struct EndedSession: Sendable, Equatable {
    package init() {}
}

package struct WipeOutcome: Sendable, Equatable {
    package let state: OwnerState
    /// How many items of each kind there were, tombstones included; every kind is there.
    package let deleted: [ItemKind: Int]

    package init(state: OwnerState, deleted: [ItemKind: Int]) {
        self.state = state
        self.deleted = deleted
    }
}

import Synchronization

extension LocalItemService: SyncService {
    package func push(
        _ changes: [Result<Change, ItemError>],
        _ kind: ItemKind,
        _ context: WriteContext<[PushOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [PushOutcome] {
        let now = now()
        let applied = Applied()
        let outcomes = try await write(of: owner, recording: context.recording, at: now) { transaction in
            // The lock comes before the epoch is read, so that a push never lands behind a wipe.
            let state = try transaction.lockOwner(taking: 0)
            guard state.epoch == context.epoch else { throw ItemError.epochMismatch(state.epoch) }
            var batch = PushBatch(at: now)
            var parents: [ItemReference: Bool] = [:]
            let outcomes = try changes.map { change in
                try batch.apply(change) { uid in
                    try transaction.item(uid, kind)
                } parent: { parent in
                    if let known = parents[parent] { return known }
                    let isAlive = try transaction.item(parent.uid, parent.kind).map { !$0.isDeleted } ?? false
                    parents[parent] = isAlive
                    return isAlive
                }
            }
            applied.count.store(batch.applied, ordering: .relaxed)
            let changed = batch.changed
            guard !changed.isEmpty else { return outcomes }
            _ = try transaction.lockOwner(taking: batch.applied)
            try transaction.put(changed.map { $0.numbered(from: state.sequence) }, replacing: changed.compactMap(\.replaced))
            return outcomes
        }
        count(.pushed(kind, PushTally(outcomes, applied: applied.count.load(ordering: .relaxed), of: changes, at: now)))
        return outcomes
    }

    package func pull(
        _ kind: ItemKind,
        cursor text: String?,
        limit: Int,
        epoch: Int64,
        of owner: Owner
    ) async throws(ItemError) -> PullPage {
        let limit = min(max(limit, 1), Limits.pageItems)
        let (cursor, page) = try await read(of: owner) { reader in
            // A client that has fallen behind learns of that first, whatever its cursor.
            let current = try reader.ownerState()?.epoch ?? 1
            guard current == epoch else { throw ItemError.epochMismatch(current) }
            let cursor = try SyncCursor(text ?? "", of: owner, kind, .oldestChangeFirst)
            return (cursor, try reader.page(ItemQuery(kind, beyond: cursor?.sequence, limit: limit, payloadBytes: Limits.pageBytes)))
        }
        count(.pulled(kind, page.items.count))
        let next = page.items.last.map { SyncCursor(kind, .oldestChangeFirst, sequence: $0.sequence).text(for: owner) }
        let start = SyncCursor(kind, .oldestChangeFirst, sequence: cursor?.sequence ?? 0).text(for: owner)
        return PullPage(items: page.items.map(\.item), nextCursor: next, hasMore: page.next != nil, checkpoint: next ?? start)
    }

    package func state(of owner: Owner) async throws(ItemError) -> OwnerState? {
        try await read(of: owner) { try $0.ownerState() }
    }

    package func wipe(_ context: WriteContext<WipeOutcome>, of owner: Owner) async throws(ItemError) -> WipeOutcome {
        let now = now()
        return try await write(of: owner, recording: context.recording, at: now) { transaction in
            let state = try transaction.lockOwner(taking: 0)
            if let epoch = context.epoch, epoch != state.epoch { throw ItemError.epochMismatch(state.epoch) }
            let wiped = try transaction.wipe(at: now)
            return WipeOutcome(state: wiped.state, deleted: wiped.deleted)
        }
    }
}

/// How many changes a push applied, carried out of its transaction.
private final class Applied: Sendable {
    let count = Atomic(0)
}

extension PushTally {
    fileprivate init(_ outcomes: [PushOutcome], applied: Int, of changes: [Result<Change, ItemError>], at now: Timestamp) {
        self.init()
        self.applied = applied
        rejected = outcomes.count { if case .refused = $0 { true } else { false } }
        unchanged = max(0, outcomes.count - applied - rejected)
        clamped = changes.count { if case .success(let change) = $0 { change.isClamped(at: now) } else { false } }
    }
}

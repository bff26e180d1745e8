extension LocalItemService: SyncService {
    package func push(
        _ changes: [Result<Change, ItemError>],
        _ kind: ItemKind,
        epoch: Int64,
        of owner: Owner
    ) async throws(ItemError) -> [PushOutcome] {
        let now = now()
        return try await write(of: owner) { transaction in
            // The lock comes before the epoch is read, so that a push never lands behind a wipe.
            let state = try transaction.lockOwner(taking: 0)
            guard state.epoch == epoch else { throw ItemError.epochMismatch(state.epoch) }
            var batch = PushBatch(try transaction.items(changes.compactMap { try? $0.get().uid }, kind), at: now)
            var parents: [ItemReference: Bool] = [:]
            let outcomes = try changes.map { change in
                try batch.apply(change) { parent in
                    if let known = parents[parent] { return known }
                    let isAlive = try transaction.item(parent.uid, parent.kind).map { !$0.isDeleted } ?? false
                    parents[parent] = isAlive
                    return isAlive
                }
            }
            let changed = batch.changed
            guard !changed.isEmpty else { return outcomes }
            let last = try transaction.lockOwner(taking: batch.applied).sequence
            try transaction.put(changed.map { $0.numbered(from: last - Int64(batch.applied)) })
            return outcomes
        }
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
        let next = page.items.last.map { SyncCursor(kind, .oldestChangeFirst, sequence: $0.sequence).text(for: owner) }
        let start = SyncCursor(kind, .oldestChangeFirst, sequence: cursor?.sequence ?? 0).text(for: owner)
        return PullPage(items: page.items.map(\.item), nextCursor: next, hasMore: page.hasMore, checkpoint: next ?? start)
    }

    package func openSession(of owner: Owner) async throws(ItemError) -> (session: SyncSession, state: OwnerState) {
        let now = now()
        let id = makeUID()
        return try await write(of: owner) { transaction in
            let state = try transaction.lockOwner(taking: 0)
            let session = SyncSession(
                id: id,
                owner: owner,
                createdAt: now,
                expiresAt: now.adding(milliseconds: Limits.sessionLifetimeMilliseconds),
                epoch: state.epoch
            )
            try transaction.removeSessions(expiredBy: now)
            try transaction.add(session)
            return (session, state)
        }
    }

    package func session(_ id: UID, of owner: Owner) async throws(ItemError) -> (session: SyncSession, state: OwnerState) {
        let now = now()
        return try await read(of: owner) { reader in
            guard let session = try reader.session(id), session.expiresAt > now else { throw ItemError.sessionNotFound }
            guard session.owner == owner, let state = try reader.ownerState() else { throw ItemError.sessionForbidden }
            return (session, state)
        }
    }

    package func endSession(_ id: UID, of owner: Owner) async throws(ItemError) {
        _ = try await session(id, of: owner)
        try await write(of: owner) { try $0.removeSession(id) }
    }

    package func state(of owner: Owner) async throws(ItemError) -> OwnerState? {
        try await read(of: owner) { try $0.ownerState() }
    }

    package func wipe(epoch: Int64?, of owner: Owner) async throws(ItemError) -> (state: OwnerState, deleted: [ItemKind: Int]) {
        let now = now()
        return try await write(of: owner) { transaction in
            let state = try transaction.lockOwner(taking: 0)
            if let epoch, epoch != state.epoch { throw ItemError.epochMismatch(state.epoch) }
            return try transaction.wipe(at: now)
        }
    }
}

extension LocalItemService {
    package func openSession(_ context: WriteContext<OpenedSession>, of owner: Owner) async throws(ItemError) -> OpenedSession {
        let now = now()
        let id = makeUID()
        return try await write(of: owner, recording: context.recording, at: now) { transaction in
            let state = try transaction.lockOwner(taking: 0)
            if let epoch = context.epoch, epoch != state.epoch { throw ItemError.epochMismatch(state.epoch) }
            let session = SyncSession(
                id: id,
                owner: owner,
                createdAt: now,
                expiresAt: now.adding(milliseconds: Limits.sessionLifetimeMilliseconds),
                epoch: state.epoch
            )
            try transaction.removeSessions(expiredBy: now)
            try transaction.add(session)
            return OpenedSession(session: session, state: state)
        }
    }

    package func session(_ id: UID, of owner: Owner) async throws(ItemError) -> OpenedSession {
        let now = now()
        return try await read(of: owner) { try $0.openedSession(id, of: owner, at: now) }
    }

    package func endSession(_ id: UID, _ context: WriteContext<EndedSession>, of owner: Owner) async throws(ItemError) {
        let now = now()
        // What needs no transaction to be refused gets none, unless the refusal is to be kept.
        if context.recording == nil { _ = try await session(id, of: owner) }
        _ = try await write(of: owner, recording: context.recording, at: now) { transaction in
            if let epoch = context.epoch {
                let state = try transaction.lockOwner(taking: 0)
                guard epoch == state.epoch else { throw ItemError.epochMismatch(state.epoch) }
            }
            _ = try transaction.openedSession(id, of: owner, at: now)
            try transaction.removeSession(id)
            return EndedSession()
        }
    }
}

extension StoreReader {
    /// - Throws: `session_not_found`, `session_forbidden`.
    fileprivate func openedSession(_ id: UID, of owner: Owner, at now: Timestamp) throws -> OpenedSession {
        guard let session = try session(id), session.expiresAt > now else { throw ItemError.sessionNotFound }
        guard session.owner == owner, let state = try ownerState() else { throw ItemError.sessionForbidden }
        return OpenedSession(session: session, state: state)
    }
}

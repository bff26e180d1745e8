import JSON

extension LocalItemService: ItemService {
    package func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item {
        guard let stored = try await read(of: owner, { try $0.item(uid, kind) }) else { throw .notFound(kind) }
        guard includeDeleted || !stored.isDeleted else { throw .deleted(stored.item) }
        return stored.item
    }

    package func create(
        _ payload: Payload,
        _ kind: ItemKind,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        let uid = try payload.chosenUID() ?? makeUID()
        return try await mutate(uid, kind, .create(payload), expecting: nil, context, of: owner)
    }

    package func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        let now = now()
        return try await write(of: owner, recording: context.recording, at: now) { transaction in
            // A refusal gives the number back, since nothing is kept of a transaction or an attempt that throws.
            let state = try transaction.lockOwner(taking: 1)
            if let epoch = context.epoch, epoch != state.epoch { throw ItemError.epochMismatch(state.epoch) }
            var sequence = state.sequence &- 1
            let item = try transaction.apply(mutation, to: uid, kind, expecting: condition, at: now, after: &sequence)
            let rest = Int(truncatingIfNeeded: sequence &- state.sequence)
            if rest > 0 { _ = try transaction.lockOwner(taking: rest) }
            return item
        }
    }
}

extension Payload {
    /// The uid that a creating client chose, or `nil` where the server is to choose.
    func chosenUID() throws(ItemError) -> UID? {
        guard let value = object["uid"], !value.isNull else { return nil }
        guard let text = value.string else { throw .invalidUID(field: "/uid") }
        guard !text.isEmpty else { return nil }
        guard let uid = UID(text) else { throw .invalidUID(field: "/uid") }
        return uid.isNil ? nil : uid
    }
}

extension StoreTransaction {
    /// Changes one item and what hangs on it.
    ///
    /// The owner is locked.
    /// - Parameter sequence: The last number that is given out; advanced by what this takes. That the database counts along is the caller's part.
    /// - Throws: What ``Mutation/applied(to:_:_:expecting:at:)`` throws, and ``StoreError``.
    func apply(
        _ mutation: Mutation,
        to uid: UID,
        _ kind: ItemKind,
        expecting condition: VersionCondition?,
        at now: Timestamp,
        after sequence: inout Int64
    ) throws -> Item {
        let stored = try item(uid, kind)
        let outcome = try mutation.applied(to: stored, kind, uid, expecting: condition, at: now)
        if case .checked(let parent) = outcome.parent { try demand(parent, of: kind) }
        // It can't overflow: the database refuses to count so far.
        sequence &+= 1
        let written = StoredItem(
            item: outcome.item,
            sequence: sequence,
            parent: outcome.parent.reference,
            createdAt: outcome.createdAt,
            facets: outcome.facets
        )
        try put([written], replacing: stored.flatMap(ReplacedItem.init).map { [$0] } ?? [])
        if case .delete = mutation, kind == .taskLists {
            try detachTasks(of: ItemReference(kind, uid), at: now, after: &sequence)
        }
        return outcome.item
    }

    /// - Throws: `invalid_parent` unless the item is there and alive.
    private func demand(_ parent: ItemReference, of kind: ItemKind) throws {
        guard let found = try item(parent.uid, parent.kind), !found.isDeleted else { throw kind.parentRule.notFound(parent) }
    }

    /// A deleted list lets go of its tasks.
    private func detachTasks(of list: ItemReference, at now: Timestamp, after sequence: inout Int64) throws {
        // In slices: a list may have more tasks than fit into memory. A task that was let go is no child any more.
        while case let tasks = try liveChildren(of: list, .tasks, limit: 100), !tasks.isEmpty {
            var detached: [StoredItem] = []
            for task in tasks {
                sequence &+= 1
                var task = try task.detached(at: now)
                task.sequence = sequence
                detached.append(task)
            }
            try put(detached, replacing: tasks.compactMap(ReplacedItem.init))
        }
    }
}

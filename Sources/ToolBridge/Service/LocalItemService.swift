import JSON

/// The items of a store in this process.
///
/// The rules are pure functions; here they meet the store's transactions.
package struct LocalItemService: Sendable {
    let store: any Store
    let now: @Sendable () -> Timestamp
    let makeUID: @Sendable () -> UID
    private let report: @Sendable (any Error) -> Void

    /// - Parameter report: Takes what the store said when it failed, for the log; callers only learn that it did.
    package init(
        store: any Store,
        now: @escaping @Sendable () -> Timestamp = { .now() },
        makeUID: @escaping @Sendable () -> UID = { .random() },
        report: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.store = store
        self.now = now
        self.makeUID = makeUID
        self.report = report
    }

    func read<Value: Sendable>(
        of owner: Owner,
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws(ItemError) -> Value {
        do {
            return try await store.read(of: owner, body)
        } catch {
            throw refusal(of: error)
        }
    }

    func write<Value: Sendable>(
        of owner: Owner,
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Value
    ) async throws(ItemError) -> Value {
        do {
            return try await store.write(of: owner, body)
        } catch {
            throw refusal(of: error)
        }
    }

    /// The one place where a cause and its refusal part.
    private func refusal(of error: any Error) -> ItemError {
        let refusal = ItemError(error)
        if let cause = refusal.underlying { report(cause) }
        return refusal
    }
}

extension LocalItemService: ItemService {
    package func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item {
        guard let stored = try await read(of: owner, { try $0.item(uid, kind) }) else { throw .notFound(kind) }
        guard includeDeleted || !stored.isDeleted else { throw .deleted(stored.item) }
        return stored.item
    }

    package func create(_ payload: Payload, _ kind: ItemKind, epoch: Int64?, of owner: Owner) async throws(ItemError) -> Item {
        let uid = try payload.chosenUID() ?? makeUID()
        return try await mutate(uid, kind, .create(payload), expecting: nil, epoch: epoch, of: owner)
    }

    package func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        epoch: Int64?,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        let now = now()
        return try await write(of: owner) { transaction in
            let state = try transaction.lockOwner(taking: 1)
            if let epoch, epoch != state.epoch { throw ItemError.epochMismatch(state.epoch) }
            let stored = try transaction.item(uid, kind)
            let outcome = try mutation.applied(to: stored, kind, uid, expecting: condition, at: now)
            if case .checked(let parent) = outcome.parent { try transaction.demand(parent, of: kind) }
            try transaction.put([
                StoredItem(
                    item: outcome.item,
                    sequence: state.sequence,
                    parent: outcome.parent.reference,
                    createdAt: outcome.createdAt
                )
            ])
            if case .delete = mutation, kind == .taskLists {
                try transaction.detachTasks(of: ItemReference(kind, uid), at: now)
            }
            return outcome.item
        }
    }

    package func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        let cursor = try SyncCursor(query.cursor ?? "", of: owner, kind, query.direction)
        let limit = min(max(query.limit, 1), Limits.pageItems)
        let page = try await read(of: owner) { reader in
            try reader.page(
                ItemQuery(
                    kind,
                    order: query.direction == .oldestChangeFirst ? .oldestChangeFirst : .newestChangeFirst,
                    beyond: cursor?.sequence,
                    includesDeleted: query.includeDeleted,
                    parent: query.parent,
                    limit: limit,
                    payloadBytes: Limits.pageBytes
                )
            )
        }
        return ItemPage(
            items: page.items.map(\.item),
            nextCursor: page.hasMore
                ? page.items.last.map { SyncCursor(kind, query.direction, sequence: $0.sequence).text(for: owner) } : nil
        )
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

extension StoreReader {
    /// Items, and whether more of them follow.
    func page(_ query: ItemQuery) throws(ItemError) -> (items: [StoredItem], hasMore: Bool) {
        do {
            // A sequence beyond the owner's own comes from a database that has been restored since: the client must start again.
            if let beyond = query.beyond, beyond > (try ownerState()?.sequence ?? 0) { throw ItemError.invalidCursor }
            var probe = query
            probe.limit = query.limit + 1
            var items = try items(probe)
            if items.count > query.limit {
                items.removeLast()
                return (items, true)
            }
            var bytes = 0
            for item in items { bytes += item.item.payload.count }
            guard bytes > query.payloadBytes, let last = items.last else { return (items, false) }
            // The page ended because of its size; only another look tells whether anything follows.
            probe.beyond = last.sequence
            probe.limit = 1
            return (items, try !self.items(probe).isEmpty)
        } catch {
            throw ItemError(error)
        }
    }
}

extension StoreTransaction {
    /// - Throws: `invalid_parent` unless the item is there and alive.
    func demand(_ parent: ItemReference, of kind: ItemKind) throws {
        guard let found = try item(parent.uid, parent.kind), !found.isDeleted else { throw kind.parentRule.notFound(parent) }
    }

    /// A deleted list lets go of its tasks.
    func detachTasks(of list: ItemReference, at now: Timestamp) throws {
        // In slices: a list may have more tasks than fit into memory. A task that was let go is no child any more.
        while try detachSomeTasks(of: list, at: now) {}
    }

    /// - Returns: False when there was none left.
    private func detachSomeTasks(of list: ItemReference, at now: Timestamp) throws -> Bool {
        let tasks = try liveChildren(of: list, .tasks, limit: 100)
        guard !tasks.isEmpty else { return false }
        let last = try lockOwner(taking: tasks.count).sequence
        var sequence = last - Int64(tasks.count)
        var detached: [StoredItem] = []
        for task in tasks {
            sequence += 1
            var task = try task.detached(at: now)
            task.sequence = sequence
            detached.append(task)
        }
        try put(detached)
        return true
    }
}

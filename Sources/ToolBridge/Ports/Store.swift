/// Where items are kept.
///
/// A store runs what it is handed in transactions and knows none of the rules: those are pure functions of this module, applied between a store's
/// reading and its writing. `StoreConformance` says what every store must do.
package protocol Store: Sendable {
    /// Runs a closure over one consistent snapshot of the owner's data. It never waits for a writer.
    ///
    /// - Throws: ``StoreError``, or what the closure throws.
    func read<Value: Sendable>(of owner: Owner, _ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value

    /// Runs a closure in a transaction of its own and returns once its changes would survive a power loss.
    ///
    /// If the closure throws, nothing of it is kept. It may be run again from its start, so it must have no effect but through the transaction.
    ///
    /// - Throws: ``StoreError``, or what the closure throws.
    func write<Value: Sendable>(of owner: Owner, _ body: @escaping @Sendable (any StoreTransaction) throws -> Value) async throws -> Value

    /// Answers if the database does, with all migrations applied.
    ///
    /// - Throws: ``StoreError``.
    func check() async throws

    /// The secrets that seal what travels through clients, newest first; the first is made on first use and kept.
    ///
    /// - Parameter fresh: The secret to keep if there is none yet.
    /// - Throws: ``StoreError``.
    func stateKeys(orKeeping fresh: StateKey) async throws -> [StateKey]
}

/// A named secret of the whole installation.
package struct StateKey: Sendable, Equatable {
    /// 1 to 16 characters of `[A-Za-z0-9_-]`.
    package let id: String
    /// At least 32 random bytes.
    package let secret: [UInt8]

    package init(id: String, secret: [UInt8]) {
        self.id = id
        self.secret = secret
    }
}

/// One owner's data at one moment.
package protocol StoreReader {
    /// The item, tombstones included.
    func item(_ uid: UID, _ kind: ItemKind) throws(StoreError) -> StoredItem?
    /// Items in the order of their latest change.
    func items(_ query: ItemQuery) throws(StoreError) -> [StoredItem]
    /// `nil` before the owner's first write.
    func ownerState() throws(StoreError) -> OwnerState?
    /// The session of that id, whoever's it is.
    func session(_ id: UID) throws(StoreError) -> SyncSession?
}

/// The same, and its changes.
package protocol StoreTransaction: StoreReader {
    /// Makes the owner's row if there is none, locks it until the end of the transaction and advances the change sequence.
    ///
    /// - Parameter count: How many numbers to take, from 0. The state that is returned has the last of them.
    func lockOwner(taking count: Int) throws(StoreError) -> OwnerState
    /// Those of the items that exist, tombstones included.
    func items(_ uids: [UID], _ kind: ItemKind) throws(StoreError) -> [UID: StoredItem]
    /// The first items, in the order of their latest change, that are alive and whose parent is this one.
    func liveChildren(of parent: ItemReference, _ kind: ItemKind, limit: Int) throws(StoreError) -> [StoredItem]
    /// Inserts or replaces.
    func put(_ items: [StoredItem]) throws(StoreError)
    /// Deletes all of the owner's items and sessions for good, raises the epoch and returns how many items of each kind there were.
    ///
    /// The owner must have been locked.
    func wipe(at time: Timestamp) throws(StoreError) -> (state: OwnerState, deleted: [ItemKind: Int])
    func add(_ session: SyncSession) throws(StoreError)
    func removeSession(_ id: UID) throws(StoreError)
    /// Removes the sessions of any owner that have expired.
    func removeSessions(expiredBy time: Timestamp) throws(StoreError)
}

/// Which items to read, and in which direction.
package struct ItemQuery: Sendable, Equatable {
    package enum Order: Sendable, Equatable {
        case oldestChangeFirst
        case newestChangeFirst
    }
    package var kind: ItemKind
    package var order: Order
    /// Only items beyond this change sequence number, in the direction of reading; `nil` reads from the start.
    package var beyond: Int64?
    package var includesDeleted: Bool
    package var parent: ItemReference?
    /// How many to return at most, from 1.
    package var limit: Int
    /// Where to stop although there is more: after the item with which the payloads exceed this many bytes.
    ///
    /// One is always returned.
    package var payloadBytes: Int

    package init(
        _ kind: ItemKind,
        order: Order = .oldestChangeFirst,
        beyond: Int64? = nil,
        includesDeleted: Bool = true,
        parent: ItemReference? = nil,
        limit: Int,
        payloadBytes: Int = .max
    ) {
        self.kind = kind
        self.order = order
        self.beyond = beyond
        self.includesDeleted = includesDeleted
        self.parent = parent
        self.limit = limit
        self.payloadBytes = payloadBytes
    }
}

/// Why a store couldn't do what it was asked.
package enum StoreError: Error {
    /// The database can't be reached, is busy or full; the same call may succeed later. Nothing was kept.
    case unavailable(underlying: any Error)
    /// The database refused; the same call will fail again. Nothing was kept.
    case rejected(underlying: any Error)
}

extension StoreError: CustomStringConvertible {
    /// What the database said.
    package var description: String {
        switch self {
        case .unavailable(let cause), .rejected(let cause): "\(cause)"
        }
    }
}

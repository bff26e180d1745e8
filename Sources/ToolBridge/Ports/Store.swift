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

    /// Does a little of what wipes have left to be done: what was searchable leaves the files in small steps, so that nobody waits for long.
    ///
    /// - Returns: Whether anything is left.
    /// - Throws: ``StoreError``.
    func eraseSome() async throws -> Bool

    /// Looks at the next owners in a fixed order, not many of them, for those of whom some changes can't be searched for yet.
    ///
    /// - Parameter last: The last that was looked at before; `nil` begins.
    /// - Returns: Those, and the last that was looked at; `nil` if there are no more.
    /// - Throws: ``StoreError``.
    func ownersToIndex(after last: Owner?) async throws -> (behind: [Owner], last: Owner?)
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
    /// The owner's latest changes over several kinds, along the change sequence.
    func changes(_ query: ChangeQuery) throws(StoreError) -> [StoredItem]
    /// Where a page must end that looks at no more than so many items to find the ones that fit: the change sequence number of the last of them, or
    /// `nil` if there are fewer, or if all that it looks at fit.
    func end(of query: ItemQuery, visiting count: Int) throws(StoreError) -> Int64?
    /// The same for changes.
    func end(of query: ChangeQuery, visiting count: Int) throws(StoreError) -> Int64?
    /// What was answered to the owner's request of this name after this time, and to which.
    func recordedAnswer(_ key: String, after time: Timestamp) throws(StoreError) -> (request: RepeatableRequest, answer: RecordedAnswer)?
    /// The number of the owner's latest change that can be searched for, from 0.
    func searchableSequence() throws(StoreError) -> Int64
    /// The live items that fit, best first, as far as there is time: a search takes a fixed share of a processor's time at most.
    ///
    /// It throws `unavailable` where that isn't enough for a single one.
    func search(_ query: SearchTerms) throws(StoreError) -> StoredHits
}

/// The same, and its changes.
package protocol StoreTransaction: StoreReader {
    /// Makes the owner's row if there is none, locks it until the end of the transaction and advances the change sequence.
    ///
    /// - Parameter count: How many numbers to take, from 0. The state that is returned has the last of them.
    func lockOwner(taking count: Int) throws(StoreError) -> OwnerState
    /// The first items, in the order of their latest change, that are alive and whose parent is this one.
    func liveChildren(of parent: ItemReference, _ kind: ItemKind, limit: Int) throws(StoreError) -> [StoredItem]
    /// Inserts or replaces; each item occurs once.
    ///
    /// - Parameter replaced: Those that are there already, as they were read in this transaction.
    func put(_ items: [StoredItem], replacing replaced: [ReplacedItem]) throws(StoreError)
    /// Deletes all of the owner's items and sessions for good, raises the epoch and returns how many items of each kind there were.
    ///
    /// The owner must have been locked.
    func wipe(at time: Timestamp) throws(StoreError) -> (state: OwnerState, deleted: [ItemKind: Int])
    func add(_ session: SyncSession) throws(StoreError)
    func removeSession(_ id: UID) throws(StoreError)
    /// Removes the sessions of any owner that have expired.
    func removeSessions(expiredBy time: Timestamp) throws(StoreError)
    /// Runs a closure whose changes are undone if it throws, while the transaction goes on.
    func attempt<Value>(_ body: (any StoreTransaction) throws -> Value) throws -> Value
    /// Keeps an answer until it is forgotten.
    func record(_ answer: RecordedAnswer, to request: RepeatableRequest, at time: Timestamp) throws(StoreError)
    /// Forgets some of the answers of any owner that were recorded at this time or before, at least as many as are recorded meanwhile.
    func forgetAnswers(recordedBy time: Timestamp) throws(StoreError)
    /// Puts documents in the place of the owner's earlier ones for the same items, removes those of other items, and remembers up to where the
    /// owner's changes can be searched for.
    func makeSearchable(_ documents: [SearchDocument], removing items: [ItemReference], through sequence: Int64) throws(StoreError)
}

extension StoreTransaction {
    /// Inserts or replaces items that nobody has looked at in this transaction.
    package func put(_ items: [StoredItem]) throws(StoreError) {
        var replaced: [ReplacedItem] = []
        for stored in items {
            if let old = try item(stored.item.uid, stored.item.kind).flatMap(ReplacedItem.init) { replaced.append(old) }
        }
        try put(items, replacing: replaced)
    }
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
    /// Only items up to this change sequence number, in the direction of reading; `nil` reads to the end.
    package var through: Int64?
    package var includesDeleted: Bool
    package var filter: ItemFilter
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
        through: Int64? = nil,
        includesDeleted: Bool = true,
        filter: ItemFilter = ItemFilter(),
        limit: Int,
        payloadBytes: Int = .max
    ) {
        self.kind = kind
        self.order = order
        self.beyond = beyond
        self.through = through
        self.includesDeleted = includesDeleted
        self.filter = filter
        self.limit = limit
        self.payloadBytes = payloadBytes
    }
}

/// Which changes to read, and in which direction.
package struct ChangeQuery: Sendable, Equatable {
    package var order: ItemQuery.Order
    /// Only changes beyond this number of the change sequence, from 0, in the direction of reading.
    package var beyond: Int64
    /// Only changes up to this number, in the direction of reading; `nil` reads to the end.
    package var through: Int64?
    package var kinds: Set<ItemKind>
    package var includesDeleted: Bool
    /// Only items whose own time is this or later.
    package var updatedSince: Timestamp?
    /// How many to return at most, from 1.
    package var limit: Int
    /// Where to stop although there is more: after the item with which the payloads exceed this many bytes.
    package var payloadBytes: Int

    package init(
        order: ItemQuery.Order = .oldestChangeFirst,
        beyond: Int64,
        through: Int64? = nil,
        kinds: Set<ItemKind> = Set(ItemKind.allCases),
        includesDeleted: Bool = true,
        updatedSince: Timestamp? = nil,
        limit: Int,
        payloadBytes: Int = .max
    ) {
        self.order = order
        self.beyond = beyond
        self.through = through
        self.kinds = kinds
        self.includesDeleted = includesDeleted
        self.updatedSince = updatedSince
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

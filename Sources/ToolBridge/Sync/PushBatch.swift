/// A push while it is applied: what becomes of the store's items change by change.
///
/// A uid that occurs twice meets the outcome of its first occurrence. Only what changed is held.
package struct PushBatch {
    /// An item that changed, and as the how manieth of the batch it changed last.
    package struct Changed {
        package let item: StoredItem
        /// Where the store has it.
        package let replaced: ReplacedItem?
        let ordinal: Int

        /// The item with its place in the change sequence, given the last number before the batch.
        package func numbered(from base: Int64) -> StoredItem {
            var numbered = item
            numbered.sequence = base + Int64(ordinal)
            return numbered
        }
    }

    private var changes: [UID: Changed] = [:]
    private let now: Timestamp
    /// How many changes were applied, which is how many sequence numbers the batch takes.
    package private(set) var applied = 0

    package init(at now: Timestamp) {
        self.now = now
    }

    /// Applies one change.
    ///
    /// - Parameters:
    ///   - lookUp: What the store has, asked for once a change at most.
    ///   - isAlive: Whether a parent exists and is no tombstone.
    package mutating func apply(
        _ result: Result<Change, ItemError>,
        to lookUp: (UID) throws -> StoredItem?,
        parent isAlive: (ItemReference) throws -> Bool
    ) rethrows -> PushOutcome {
        let change: Change
        switch result {
        case .success(let readable): change = readable
        case .failure(let refusal): return .refused(nil, refusal)
        }
        let earlier = changes[change.uid]
        let stored = try earlier?.item ?? lookUp(change.uid)
        guard let merged = change.merged(into: stored, at: now) else {
            guard let kept = stored?.item else { return .refused(change, .notFound(change.kind)) }
            return .kept(uid: kept.uid, version: kept.version, updatedAt: kept.updatedAt)
        }
        // Asked only now: a repeated change is no write, so it stays an acknowledgement although its parent has died since.
        if case .checked(let parent) = change.parent, try !isAlive(parent) {
            return .refused(change, change.kind.parentRule.notFound(parent))
        }
        applied += 1
        let replaced = earlier.map(\.replaced) ?? stored.flatMap(ReplacedItem.init)
        changes[change.uid] = Changed(item: merged, replaced: replaced, ordinal: applied)
        return .kept(uid: merged.item.uid, version: merged.item.version, updatedAt: merged.item.updatedAt)
    }

    /// What there is to write, in the order of the changes.
    package var changed: [Changed] {
        changes.values.sorted { $0.ordinal < $1.ordinal }
    }
}

/// A push while it is applied: what the store has, and what becomes of it change by change.
///
/// A uid that occurs twice meets the outcome of its first occurrence.
package struct PushBatch {
    /// An item that changed, and as the how manieth of the batch it changed last.
    package struct Changed {
        package let item: StoredItem
        let ordinal: Int

        /// The item with its place in the change sequence, given the last number before the batch.
        package func numbered(from base: Int64) -> StoredItem {
            var numbered = item
            numbered.sequence = base + Int64(ordinal)
            return numbered
        }
    }

    private var items: [UID: StoredItem]
    private var ordinals: [UID: Int] = [:]
    private let now: Timestamp
    /// How many changes were applied, which is how many sequence numbers the batch takes.
    package private(set) var applied = 0

    package init(_ stored: [UID: StoredItem], at now: Timestamp) {
        items = stored
        self.now = now
    }

    /// Applies one change.
    ///
    /// - Parameter isAlive: Whether a parent exists and is no tombstone.
    package mutating func apply(
        _ result: Result<Change, ItemError>,
        parent isAlive: (ItemReference) throws -> Bool
    ) rethrows -> PushOutcome {
        let change: Change
        switch result {
        case .success(let readable): change = readable
        case .failure(let refusal): return .refused(nil, refusal)
        }
        guard let merged = change.merged(into: items[change.uid], at: now) else {
            guard let kept = items[change.uid]?.item else { return .refused(change, .notFound(change.kind)) }
            return .kept(uid: kept.uid, version: kept.version, updatedAt: kept.updatedAt)
        }
        // Asked only now: a repeated change is no write, so it stays an acknowledgement although its parent has died since.
        if case .checked(let parent) = change.parent, try !isAlive(parent) {
            return .refused(change, change.kind.parentRule.notFound(parent))
        }
        applied += 1
        items[change.uid] = merged
        ordinals[change.uid] = applied
        return .kept(uid: merged.item.uid, version: merged.item.version, updatedAt: merged.item.updatedAt)
    }

    /// What there is to write, in the order of the changes.
    package var changed: [Changed] {
        ordinals.sorted { $0.value < $1.value }.compactMap { uid, ordinal in
            items[uid].map { Changed(item: $0, ordinal: ordinal) }
        }
    }
}

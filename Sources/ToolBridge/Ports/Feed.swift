/// Which page of the feed over all kinds.
package struct FeedQuery: Sendable, Equatable {
    /// The cursor of the last change that was read; `nil` or empty starts from the beginning.
    package var cursor: String?
    /// How many changes at most, 1 to ``Limits/pageItems``; larger values count as that.
    package var limit: Int
    /// Only these kinds; a cursor belongs to one set of them.
    package var kinds: Set<ItemKind>
    /// Refuses with `epoch_mismatch` if this isn't the owner's epoch; `nil` leaves that to the cursor.
    package var epoch: Int64?
    /// The page ends early, after the change with which its payloads exceed this many bytes.
    package var payloadBytes: Int

    package init(
        cursor: String? = nil,
        limit: Int = Limits.defaultPageItems,
        kinds: Set<ItemKind> = Set(ItemKind.allCases),
        epoch: Int64? = nil,
        payloadBytes: Int = Limits.pageBytes
    ) {
        self.cursor = cursor
        self.limit = limit
        self.kinds = kinds
        self.epoch = epoch
        self.payloadBytes = payloadBytes
    }
}

/// An item at its latest change, and the place behind it.
package struct FeedChange: Sendable, Equatable {
    package let item: Item
    package let cursor: String

    package init(item: Item, cursor: String) {
        self.item = item
        self.cursor = cursor
    }
}

package struct FeedPage: Sendable, Equatable {
    /// In the order of the change sequence.
    package let changes: [FeedChange]
    package let hasMore: Bool
    /// Where to read from next time: always there.
    package let checkpoint: String
    /// The owner's epoch when the page was read.
    package let epoch: Int64

    package init(changes: [FeedChange], hasMore: Bool, checkpoint: String, epoch: Int64) {
        self.changes = changes
        self.hasMore = hasMore
        self.checkpoint = checkpoint
        self.epoch = epoch
    }
}

/// Which page of a list.
package struct ListQuery: Sendable, Equatable {
    package var limit: Int
    /// Where the previous page ended; `nil` or empty starts from the beginning.
    package var cursor: String?
    package var direction: SyncCursor.Direction
    package var includeDeleted: Bool
    package var filter: ItemFilter
    /// Ends the page early, before the item with which it would exceed this many bytes: its payloads, and ``Limits/envelopeBytes`` for each.
    ///
    /// The first item always comes. `nil` leaves it at ``Limits/pageBytes``.
    package var maximumBytes: Int?

    /// - Parameter limit: How many items at most, 1 to ``Limits/pageItems``; larger values count as that.
    package init(
        limit: Int = Limits.defaultPageItems,
        cursor: String? = nil,
        direction: SyncCursor.Direction = .oldestChangeFirst,
        includeDeleted: Bool = false,
        filter: ItemFilter = ItemFilter(),
        maximumBytes: Int? = nil
    ) {
        self.limit = limit
        self.cursor = cursor
        self.direction = direction
        self.includeDeleted = includeDeleted
        self.filter = filter
        self.maximumBytes = maximumBytes
    }
}

/// Which page of the latest changes over several kinds.
package struct RecentQuery: Sendable, Equatable {
    /// A cursor belongs to one set of them.
    package var kinds: Set<ItemKind>
    package var limit: Int
    /// Where the previous page ended; `nil` or empty starts from the newest change.
    package var cursor: String?
    package var includeDeleted: Bool
    /// Only items whose own time is this or later.
    package var updatedSince: Timestamp?
    /// As in a ``ListQuery``.
    package var maximumBytes: Int?

    /// - Parameter limit: How many items at most, 1 to ``Limits/pageItems``; larger values count as that.
    package init(
        kinds: Set<ItemKind> = Set(ItemKind.allCases),
        limit: Int = Limits.defaultPageItems,
        cursor: String? = nil,
        includeDeleted: Bool = true,
        updatedSince: Timestamp? = nil,
        maximumBytes: Int? = nil
    ) {
        self.kinds = kinds
        self.limit = limit
        self.cursor = cursor
        self.includeDeleted = includeDeleted
        self.updatedSince = updatedSince
        self.maximumBytes = maximumBytes
    }
}

/// Which items of a kind are meant: those that fit all that is given.
///
/// Texts are compared byte for byte.
package struct ItemFilter: Sendable, Hashable {
    /// What the item hangs on, as its kind's ``ItemKind/parentRule`` reads it.
    package var parentUID: UID?
    /// Counts only together with a parent.
    package var parentKind: ItemKind?
    /// The payload's `status`.
    package var status: String?
    /// One of the texts in the payload's `tags`.
    package var tag: String?
    /// The item's own time is this or later.
    package var updatedSince: Timestamp?

    package init(
        parentUID: UID? = nil,
        parentKind: ItemKind? = nil,
        status: String? = nil,
        tag: String? = nil,
        updatedSince: Timestamp? = nil
    ) {
        self.parentUID = parentUID
        self.parentKind = parentKind
        self.status = status
        self.tag = tag
        self.updatedSince = updatedSince
    }
}

package struct ItemPage: Sendable, Equatable {
    package let items: [Item]
    /// `nil` on the last page.
    package let nextCursor: String?

    package init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

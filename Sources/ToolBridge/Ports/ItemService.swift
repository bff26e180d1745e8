/// What a caller may do with the items of an owner.
///
/// The tools and the item routes are written against this port and don't know whether a database of this process or an API across the internet stands behind it.
package protocol ItemService: Sendable {
    /// One page of items.
    ///
    /// - Throws: `invalid_cursor`, `unavailable`.
    func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage

    /// One item.
    ///
    /// - Throws: `not_found`; `deleted` for a tombstone unless `includeDeleted`; `unavailable`.
    func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item

    /// Makes an item. Its uid is the payload's, or a fresh one where that is missing, null, empty or nil.
    ///
    /// - Throws: `invalid_uid`, and what ``Mutation/applied(to:_:_:expecting:at:)`` throws, `epoch_mismatch`, `unavailable`.
    func create(_ payload: Payload, _ kind: ItemKind, epoch: Int64?, of owner: Owner) async throws(ItemError) -> Item

    /// Changes an item, in one transaction with its version check.
    ///
    /// - Parameters:
    ///   - condition: Refuses with `version_mismatch` if the item's version isn't meant.
    ///   - epoch: Refuses with `epoch_mismatch` if this isn't the owner's epoch; `nil` doesn't ask.
    /// - Throws: What ``Mutation/applied(to:_:_:expecting:at:)`` throws, `epoch_mismatch`, `unavailable`.
    func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        epoch: Int64?,
        of owner: Owner
    ) async throws(ItemError) -> Item
}

/// Which page of a list.
package struct ListQuery: Sendable, Equatable {
    package var limit: Int
    /// Where the previous page ended; `nil` or empty starts from the beginning.
    package var cursor: String?
    package var direction: SyncCursor.Direction
    package var includeDeleted: Bool
    /// Only items that hang on this one.
    package var parent: ItemReference?

    /// - Parameter limit: How many items at most, 1 to ``Limits/pageItems``; larger values count as that.
    package init(
        limit: Int = Limits.defaultPageItems,
        cursor: String? = nil,
        direction: SyncCursor.Direction = .oldestChangeFirst,
        includeDeleted: Bool = false,
        parent: ItemReference? = nil
    ) {
        self.limit = limit
        self.cursor = cursor
        self.direction = direction
        self.includeDeleted = includeDeleted
        self.parent = parent
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

import ToolBridge

/// Which items the list of resources holds, as far as is known, to tell whether a change gives it others.
struct RecentItems: Sendable, Equatable {
    /// How many items the list of resources holds; all others can be found by tools, and read by their addresses.
    static let listed = 100

    private let limit: Int
    /// The one that changed last is last.
    private var references: [ItemReference]
    /// Whether the list may hold items that aren't known here.
    private var isIncomplete: Bool

    /// - Parameters:
    ///   - items: Newest change first.
    ///   - hasMore: Whether there are items besides them.
    ///   - limit: How many the list holds.
    init(_ items: [Item], hasMore: Bool, limit: Int) {
        references = items.prefix(limit).reversed().map(\.reference)
        isIncomplete = hasMore && items.count < limit
        self.limit = limit
    }

    /// Takes note of an item's latest change.
    ///
    /// - Returns: Whether the list may hold other items than before: one was created, restored or deleted, or an old one has come back because it was changed.
    mutating func note(_ item: Item) -> Bool {
        let place = references.firstIndex(of: item.reference)
        if let place { references.remove(at: place) }
        guard item.deletedAt == nil else {
            // Where it stood there is now one that came after the last.
            if place != nil, references.count == limit - 1 { isIncomplete = true }
            return place != nil || isIncomplete
        }
        references.append(item.reference)
        if references.count > limit { references.removeFirst() }
        return place == nil
    }
}

/// What the service of items does, for those who count it.
package enum ServiceEvent: Sendable, Equatable {
    /// A push was kept.
    case pushed(ItemKind, PushTally)
    /// So many items of a kind went to a client that follows changes.
    case pulled(ItemKind, Int)
    /// A request that came again was answered as it was before.
    case replayed
}

/// What became of the changes of a push.
package struct PushTally: Sendable, Equatable {
    package var applied = 0
    package var unchanged = 0
    package var rejected = 0
    /// How many had a time in the future, which was replaced by the server's.
    package var clamped = 0

    package init() {}
}

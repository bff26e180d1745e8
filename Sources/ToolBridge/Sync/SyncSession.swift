/// A client's announcement that it is going to sync, bound to one owner.
///
/// It lives 30 minutes from its creation whatever is done with it, and it authenticates nobody.
package struct SyncSession: Sendable, Equatable {
    package let id: UID
    package let owner: Owner
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    /// The owner's epoch when the session was made.
    package let epoch: Int64

    package init(id: UID, owner: Owner, createdAt: Timestamp, expiresAt: Timestamp, epoch: Int64) {
        self.id = id
        self.owner = owner
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.epoch = epoch
    }
}

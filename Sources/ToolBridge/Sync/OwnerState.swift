/// What a store remembers of an owner besides the items.
package struct OwnerState: Sendable, Equatable {
    /// The owner's stable identifier: one per (tenant, subject).
    package var id: UID
    /// 1 at first, raised by each wipe.
    package var epoch: Int64
    /// The number of the owner's latest change, over all kinds; 0 before the first.
    package var sequence: Int64
    package var lastWipeAt: Timestamp?

    package init(id: UID, epoch: Int64, sequence: Int64, lastWipeAt: Timestamp?) {
        self.id = id
        self.epoch = epoch
        self.sequence = sequence
        self.lastWipeAt = lastWipeAt
    }
}

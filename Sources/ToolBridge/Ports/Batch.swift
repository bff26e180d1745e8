/// One write of a batch.
package struct BatchOperation: Sendable {
    package enum Target: Sendable {
        /// The uid is the payload's, or a fresh one.
        case create(Payload)
        case mutate(UID, Mutation, expecting: VersionCondition?)
    }
    package let kind: ItemKind
    package let target: Target

    package init(_ kind: ItemKind, _ target: Target) {
        self.kind = kind
        self.target = target
    }
}

/// What becomes of a batch's other operations when one is refused.
package enum BatchMode: String, Sendable {
    /// All or nothing.
    case atomic
    /// Each for itself.
    case independent
}

/// What became of one operation.
package enum BatchOutcome: Sendable, Equatable {
    case written(Item)
    case refused(ItemError)
    /// Another operation of an atomic batch was refused.
    case notApplied
}

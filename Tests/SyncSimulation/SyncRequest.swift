package import ToolBridge

/// What an app sends to the server, as a value: it can be lost, repeated and kept for later.
package enum SyncRequest: Sendable {
    case openSession
    case push(ItemKind, [[UInt8]], SyncTicket)
    case pull(ItemKind, cursor: String?, limit: Int, SyncTicket)
    /// One page of the feed over these kinds.
    case follow(Set<ItemKind>, cursor: String?, limit: Int, SyncTicket)
    case wipe(SyncTicket)
    case write(ItemWrite)
}

/// What a data route demands of a syncing app.
package struct SyncTicket: Sendable, Equatable {
    package let session: UID
    package let epoch: Int64

    package init(session: UID, epoch: Int64) {
        self.session = session
        self.epoch = epoch
    }
}

/// A request to an item route.
package struct ItemWrite: Sendable {
    package let item: ItemReference
    package let mutation: Mutation
    /// `If-Match`.
    package let condition: VersionCondition?
    /// `Idempotency-Key`.
    package let key: String?

    package init(_ item: ItemReference, _ mutation: Mutation, expecting condition: VersionCondition? = nil, key: String? = nil) {
        self.item = item
        self.mutation = mutation
        self.condition = condition
        self.key = key
    }
}

package enum SyncAnswer: Sendable, Equatable {
    case session(UID, epoch: Int64)
    case acks([PushAck])
    case page(PulledPage)
    case item(Item)
    case wiped(epoch: Int64)
    case refused(ItemError)
}

/// What the server says of one pushed item.
package struct PushAck: Sendable, Equatable {
    package let uid: UID?
    package let version: Int64
    package let updatedAt: Timestamp?
    package let refusal: ItemError?

    package init(uid: UID?, version: Int64, updatedAt: Timestamp?, refusal: ItemError? = nil) {
        self.uid = uid
        self.version = version
        self.updatedAt = updatedAt
        self.refusal = refusal
    }
}

/// A page of a pull or of the feed.
package struct PulledPage: Sendable, Equatable {
    package let changes: [PulledChange]
    package let hasMore: Bool
    package let checkpoint: String

    package init(changes: [PulledChange], hasMore: Bool, checkpoint: String) {
        self.changes = changes
        self.hasMore = hasMore
        self.checkpoint = checkpoint
    }
}

/// As much of an item as a pull tells: the payload of a live one, the time of death of a tombstone.
package enum PulledChange: Sendable, Equatable {
    case upsert(ItemReference, [UInt8])
    case delete(ItemReference, at: Timestamp)

    package init(_ item: Item) {
        let reference = ItemReference(item.kind, item.uid)
        if let time = item.deletedAt { self = .delete(reference, at: time) } else { self = .upsert(reference, item.payload) }
    }

    package var item: ItemReference {
        switch self {
        case .upsert(let item, _), .delete(let item, _): item
        }
    }
}

/// The way to a server, whatever lies between: a call in this process, HTTP, a network that loses things.
package protocol SyncTransport: Sendable {
    /// - Returns: `nil` if no answer came; then nobody knows what became of the request.
    mutating func answer(to request: SyncRequest) async -> SyncAnswer?
}

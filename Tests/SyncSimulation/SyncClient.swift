import JSON
package import ToolBridge

/// An offline-first app, as the contract's client protocol describes it (`rest-and-sync.md`, § 7, 8 and 10).
///
/// It does no I/O: the caller carries ``nextRequest()`` to a server and brings the answer back to ``receive(_:)``, or says that none came. Between the
/// two the user may go on editing.
///
/// What the server said last (the replica) and what the user did since (the queue) are kept apart. The user sees the queue's items over the replica's;
/// since the replica comes from the feed alone, all clients that have read the feed to its end and have nothing queued show the same, whatever
/// acknowledgements said or didn't. The queue holds one change per item: of two edits that a server would clamp to the same moment only the first counts.
package struct SyncClient: Sendable {
    /// What an app does with the server's changes.
    package enum Mode: Sendable {
        /// A cursor for each kind.
        case pullsEachKind
        /// One cursor over all kinds.
        case followsTheFeed
    }

    /// A change that the server hasn't been seen to know.
    package struct Pending: Sendable, Equatable {
        package let item: ItemReference
        package let payload: [UInt8]
        package let time: Timestamp
        package let isDeletion: Bool
        let edit: Int
    }

    /// A change that the server refused, for the user to look at.
    package struct Conflict: Sendable, Equatable {
        package let change: Pending
        package let refusal: ItemError
    }

    /// Several requests that belong together.
    enum Phase: Sendable, Equatable {
        case idle
        case pushing(thenPulls: Bool)
        case pulling([ItemKind])
        case following
    }

    package let mode: Mode
    /// In this order they are pushed: a parent's kind before its children's.
    package let kinds: [ItemKind]
    /// How many items a push or a page may have.
    package let batch: Int
    /// Whether it compares a new session's epoch with its own; otherwise it waits for the server to refuse it.
    package let comparesEpochs: Bool

    /// What the server said: a payload, or `nil` for a tombstone.
    package internal(set) var replica: [ItemReference: [UInt8]?] = [:]
    package internal(set) var queue: [ItemReference: Pending] = [:]
    /// Shown until the feed has said what became of it.
    var acknowledged: [ItemReference: Pending] = [:]
    package internal(set) var conflicts: [Conflict] = []
    /// The latest moment that is known of each item.
    var times: [ItemReference: Timestamp] = [:]
    var session: UID?
    package internal(set) var epoch: Int64?
    var cursors: [ItemKind: String] = [:]
    var feedCursor: String?
    var phase = Phase.idle
    var sent: Sent?
    /// What was acknowledged when the present round of reading began.
    var settling: [ItemReference: Pending] = [:]
    var edits = 0

    /// The request that is under way.
    enum Sent: Sendable {
        case session
        case push([Pending])
        case pull(ItemKind)
        case feed
        case wipe
    }

    /// The order in which kinds are pushed.
    package static let parentsFirst: [ItemKind] = [.taskListCategories, .taskLists, .notes, .tasks, .comments, .chats, .chatMessages]

    package init(_ mode: Mode, kinds: Set<ItemKind> = Set(ItemKind.allCases), batch: Int = 500, comparesEpochs: Bool = false) {
        self.mode = mode
        self.kinds = Self.parentsFirst.filter { kinds.contains($0) }
        self.batch = batch
        self.comparesEpochs = comparesEpochs
    }
}

// MARK: - What the user does

extension SyncClient {
    /// The items that the user sees.
    package var visible: [ItemReference: [UInt8]] {
        var items: [ItemReference: [UInt8]] = [:]
        for (item, payload) in replica { items[item] = payload }
        for change in acknowledged.values { items[change.item] = change.isDeletion ? nil : change.payload }
        for change in queue.values { items[change.item] = change.isDeletion ? nil : change.payload }
        return items
    }

    /// The items that are known to be deleted.
    package var tombstones: Set<ItemReference> {
        let shown = visible
        return Set((Array(replica.keys) + Array(acknowledged.keys) + Array(queue.keys)).filter { shown[$0] == nil })
    }

    /// Makes, changes or revives an item.
    ///
    /// - Parameters:
    ///   - members: Take the place of the payload's own; each value is JSON.
    ///   - clock: The device's, right or wrong.
    ///   - firstVersion: What a new item starts with.
    /// - Returns: The change that waits to be pushed.
    @discardableResult
    package mutating func put(
        _ item: ItemReference,
        _ members: [(key: String, value: String)],
        at clock: Timestamp,
        firstVersion: Int = 1
    ) -> Pending {
        let time = stamp(item, clock)
        var payload = #"{"uid":"\#(item.uid)""#
        for member in members { payload += #","\#(member.key)":\#(member.value)"# }
        let replaced = Set(members.map(\.key) + ["uid", "updatedTs", "sync"])
        if let old = visible[item].flatMap({ try? JSONValue(parsing: $0) }) {
            for member in old.members where !replaced.contains(member.key) {
                payload += #","\#(member.key)":\#(String(decoding: member.value.bytes, as: UTF8.self))"#
            }
        }
        payload += #","updatedTs":"\#(time)","sync":{"version":\#(firstVersion),"isDeleted":false}}"#
        return enqueue(item, payload, time, isDeletion: false)
    }

    /// Deletes an item.
    @discardableResult
    package mutating func delete(_ item: ItemReference, at clock: Timestamp) -> Pending {
        let time = stamp(item, clock)
        let sync = #"{"isDeleted":true,"deletedAt":"\#(time)"}"#
        return enqueue(item, #"{"uid":"\#(item.uid)","updatedTs":"\#(time)","sync":\#(sync)}"#, time, isDeletion: true)
    }

    private mutating func enqueue(_ item: ItemReference, _ payload: String, _ time: Timestamp, isDeletion: Bool) -> Pending {
        edits += 1
        let change = Pending(item: item, payload: Array(payload.utf8), time: time, isDeletion: isDeletion, edit: edits)
        queue[item] = change
        return change
    }

    /// The device's clock, but later than everything that is known of the item.
    private mutating func stamp(_ item: ItemReference, _ clock: Timestamp) -> Timestamp {
        let time = times[item]?.next(atLeast: clock) ?? clock
        times[item] = time
        return time
    }
}

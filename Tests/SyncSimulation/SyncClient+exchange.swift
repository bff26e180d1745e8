import JSON
import ToolBridge

// MARK: - What the app sends

extension SyncClient {
    /// Pushes what is queued, then reads what is new.
    package mutating func sync() {
        if phase == .idle { phase = .pushing(thenPulls: true) }
    }

    /// Only pushes.
    package mutating func push() {
        if phase == .idle { phase = .pushing(thenPulls: false) }
    }

    /// Only reads.
    package mutating func pull() {
        if phase == .idle { phase = reading }
    }

    /// True while there is a request to send or an answer to wait for.
    package var isBusy: Bool { phase != .idle || sent != nil }
    /// True while an answer is awaited.
    package var isWaiting: Bool { sent != nil }

    private var reading: Phase { mode == .followsTheFeed ? .following : .pulling(kinds) }

    /// The next request of what was begun; `nil` when all is done or an answer is awaited.
    package mutating func nextRequest() -> SyncRequest? {
        guard sent == nil, phase != .idle else { return nil }
        guard let session else {
            sent = .session
            return .openSession
        }
        let ticket = SyncTicket(session: session, epoch: epoch ?? 1)
        while true {
            switch phase {
            case .idle:
                return nil
            case .pushing(let thenPulls):
                guard let kind = kinds.first(where: { kind in queue.keys.contains { $0.kind == kind } }) else {
                    phase = thenPulls ? reading : .idle
                    continue
                }
                let changes = Array(queue.values.filter { $0.item.kind == kind }.sorted { $0.edit < $1.edit }.prefix(batch))
                sent = .push(changes)
                return .push(kind, changes.map(\.payload), ticket)
            case .pulling(let kinds):
                guard let kind = kinds.first else {
                    phase = .idle
                    continue
                }
                if settling.isEmpty { settling = acknowledged.filter { $0.key.kind == kind } }
                sent = .pull(kind)
                return .pull(kind, cursor: cursors[kind], limit: batch, ticket)
            case .following:
                if settling.isEmpty { settling = acknowledged }
                sent = .feed
                return .follow(Set(kinds), cursor: feedCursor, limit: batch, ticket)
            }
        }
    }

    /// Deletes everything on the server and here.
    ///
    /// - Returns: `nil` while the app is busy or has no session.
    package mutating func wipe() -> SyncRequest? {
        guard !isBusy, let session, let epoch else { return nil }
        sent = .wipe
        return .wipe(SyncTicket(session: session, epoch: epoch))
    }
}

// MARK: - What the server answers

extension SyncClient {
    /// Takes the answer to the last request; `nil` if none came, so that the app tries again when it syncs next.
    package mutating func receive(_ answer: SyncAnswer?) {
        guard let sent else { return }
        self.sent = nil
        switch (sent, answer) {
        case (.session, .session(let id, let current)?):
            if comparesEpochs, let epoch, epoch != current { forgetEverything() }
            session = id
            epoch = epoch ?? current
        case (.push(let changes), .acks(let acks)?):
            for (change, ack) in zip(changes, acks) { take(ack, of: change) }
        case (.pull(let kind), .page(let page)?):
            for change in page.changes { take(change) }
            cursors[kind] = page.checkpoint
            if !page.hasMore { settle(kindsLeft: { $0.filter { $0 != kind } }) }
        case (.feed, .page(let page)?):
            for change in page.changes { take(change) }
            feedCursor = page.checkpoint
            if !page.hasMore { settle(kindsLeft: { _ in [] }) }
        case (.wipe, .wiped?):
            forgetEverything()
        case (_, .refused(let refusal)?):
            take(refusal)
        default:
            stop()
        }
    }

    private mutating func take(_ refusal: ItemError) {
        switch refusal.code {
        case .sessionRequired, .sessionInvalid, .sessionForbidden:
            session = nil
        case .epochMismatch:
            forgetEverything()
            phase = phase == .idle ? .idle : .pushing(thenPulls: true)
        case .invalidCursor:
            cursors = [:]
            feedCursor = nil
            replica = [:]
            settling = [:]
            phase = reading
        default:
            stop()
        }
    }

    private mutating func stop() {
        phase = .idle
        settling = [:]
    }

    /// Nothing of an old epoch is kept: what was queued would bring back what was wiped.
    private mutating func forgetEverything() {
        replica = [:]
        queue = [:]
        acknowledged = [:]
        settling = [:]
        conflicts = []
        times = [:]
        session = nil
        epoch = nil
        cursors = [:]
        feedCursor = nil
    }

    private mutating func take(_ ack: PushAck, of change: Pending) {
        // What the user has done since waits for the next push.
        let isLatest = queue[change.item] == change
        if isLatest { queue[change.item] = nil }
        if let refusal = ack.refusal {
            conflicts.append(Conflict(change: change, refusal: refusal))
            return
        }
        if let time = ack.updatedAt { know(change.item, time) }
        // Whether the server kept this or something newer, the feed brings it or has brought it.
        acknowledged[change.item] = change
    }

    private mutating func take(_ change: PulledChange) {
        switch change {
        case .upsert(let item, let payload):
            replica[item] = .some(payload)
            if let time = Self.updatedTime(payload) { know(item, time) }
        case .delete(let item, let time):
            replica[item] = .some(nil)
            know(item, time)
        }
    }

    private mutating func settle(kindsLeft: ([ItemKind]) -> [ItemKind]) {
        for (item, change) in settling where acknowledged[item] == change { acknowledged[item] = nil }
        settling = [:]
        if case .pulling(let kinds) = phase { phase = .pulling(kindsLeft(kinds)) } else { phase = .idle }
    }

    private mutating func know(_ item: ItemReference, _ time: Timestamp) {
        times[item] = max(times[item] ?? time, time)
    }

    private static func updatedTime(_ payload: [UInt8]) -> Timestamp? {
        guard let object = try? JSONValue(parsing: payload) else { return nil }
        return ["updatedTs", "updatedAt", "updateTime"].lazy.compactMap { object[$0]?.string.flatMap { Timestamp(payloadText: $0) } }.first
    }
}

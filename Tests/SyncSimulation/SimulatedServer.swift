package import ToolBridge

/// A server that is checked at every step: each answer is compared with the model's, and a follower looks after every commit.
package struct SimulatedServer: Sendable {
    /// Puts something else in the place of the service, to see whether the simulator notices.
    package typealias Sabotage = @Sendable (any ItemService & SyncService) -> any ItemService & SyncService

    package let owner: Owner
    package let clock: SimulatedClock
    package private(set) var database: SimulatedDatabase
    package private(set) var model = ServerModel()
    /// What was wrong, the first thing first.
    package private(set) var complaints: [String] = []
    package private(set) var figures = Figures()
    private let uids: SimulatedUIDs
    private let sabotage: Sabotage?
    private var service: any ItemService & SyncService
    /// Reads the feed after every commit.
    private var eager: FeedFollower

    package init(_ database: SimulatedDatabase, of owner: Owner, _ clock: SimulatedClock, seed: UInt64, sabotage: Sabotage?) {
        self.database = database
        self.owner = owner
        self.clock = clock
        self.sabotage = sabotage
        uids = SimulatedUIDs(seed: seed)
        service = Self.service(over: database, clock, uids, sabotage)
        eager = FeedFollower(limit: Limits.pageItems)
    }

    private static func service(
        over database: SimulatedDatabase,
        _ clock: SimulatedClock,
        _ uids: SimulatedUIDs,
        _ sabotage: Sabotage?
    ) -> any ItemService & SyncService {
        let service = LocalItemService(store: database.store, now: { clock.now }, makeUID: { uids.next() })
        return sabotage?(service) ?? service
    }

    package mutating func complain(_ complaint: String?) {
        if let complaint { complaints.append(complaint) }
    }

    mutating func count(_ change: (inout Figures) -> Void) {
        change(&figures)
    }

    /// Answers a request, and checks the answer and what it committed.
    mutating func answer(to request: SyncRequest) async -> SyncAnswer {
        figures.requests += 1
        let now = clock.now
        let (answer, isRecorded) = await ServiceTransport(service, of: owner).serve(request)
        if isRecorded { figures.replays += 1 }
        let wipes = model.wipes
        if let complaint = model.verify(request, answer, isRecorded: isRecorded, at: now) { complain("\(request.name): \(complaint)") }
        figures.commits += model.lastCommit.isEmpty ? 0 : 1
        figures.changes += model.lastCommit.count
        if model.wipes != wipes {
            figures.wipes += 1
            // Once to be told that the epoch is over, once to begin again.
            await followEagerly([])
        }
        if !model.lastCommit.isEmpty || model.wipes != wipes { await followEagerly(model.lastCommit) }
        return answer
    }

    private mutating func followEagerly(_ commit: [StoredItem]) async {
        let seen = await eager.look(at: service, of: owner, &model)
        complain(eager.complaint)
        if seen != commit.map(\.item) { complain("the follower of every commit saw \(seen) of \(commit.map(\.item))") }
    }

    /// One page for another follower.
    mutating func show(_ follower: inout FeedFollower, resumingAt change: Int? = nil) async {
        _ = await follower.look(at: service, of: owner, &model, resumingAt: change)
        figures.requests += 1
        complain(follower.complaint)
    }

    /// All that the service knows, read afresh.
    func everything() async -> Result<[Item], ItemError> {
        do throws(ItemError) {
            var items: [Item] = []
            var query = FeedQuery(limit: Limits.pageItems)
            while true {
                let page = try await service.changes(query, of: owner)
                items += page.changes.map(\.item)
                guard page.hasMore else { return .success(items) }
                query.cursor = page.checkpoint
            }
        } catch {
            return .failure(error)
        }
    }

    // MARK: - Restarts

    /// The process ends and starts again: what it kept in memory is gone.
    mutating func restart() {
        figures.restarts += 1
        service = Self.service(over: database, clock, uids, sabotage)
    }

    /// The same, with the database file closed and opened, and a request that arrives in between.
    mutating func restartDatabase(during request: SyncRequest?) async {
        figures.restarts += 1
        figures.reopenings += 1
        await database.close()
        if let request {
            let (answer, _) = await ServiceTransport(service, of: owner).serve(request)
            if case .refused(let refusal) = answer, refusal.code == .unavailable {} else { complain("answered while closed: \(answer)") }
        }
        do {
            try await database.reopen()
        } catch {
            complain("the database doesn't open again: \(error)")
        }
        service = Self.service(over: database, clock, uids, sabotage)
    }
}

extension SyncRequest {
    /// The request in one line.
    package var name: String {
        switch self {
        case .openSession: "open session"
        case .push(let kind, let payloads, let ticket):
            "push \(kind.path), epoch \(ticket.epoch): \(payloads.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))"
        case .pull(let kind, let cursor, let limit, let ticket): "pull \(kind.path), epoch \(ticket.epoch), \(limit) after \(cursor ?? "-")"
        case .follow(let kinds, let cursor, let limit, let ticket):
            "follow \(kinds.count) kinds, epoch \(ticket.epoch), \(limit) after \(cursor ?? "-")"
        case .wipe(let ticket): "wipe epoch \(ticket.epoch)"
        case .write(let write):
            "write \(write.item.kind.path) \(write.item.uid) \(write.verb), if \(write.condition.map { "\($0)" } ?? "-"), key \(write.key ?? "-")"
        }
    }
}

extension ItemWrite {
    fileprivate var verb: String {
        switch mutation {
        case .create(let payload): "create \(String(decoding: payload.bytes, as: UTF8.self))"
        case .replace(let payload): "replace \(String(decoding: payload.bytes, as: UTF8.self))"
        case .patch(let payload): "patch \(String(decoding: payload.bytes, as: UTF8.self))"
        case .mergePatch(let payload): "merge \(String(decoding: payload.bytes, as: UTF8.self))"
        case .delete: "delete"
        case .restore: "restore"
        case .archive: "archive"
        case .process(let action): action.name
        }
    }
}

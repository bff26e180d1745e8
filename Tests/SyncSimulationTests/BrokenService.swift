import Synchronization
import ToolBridge

/// A service with one defect, which the simulator must find.
struct BrokenService: ItemService, SyncService {
    enum Defect: String, CaseIterable {
        case feedSkipsAChange = "the feed skips a change"
        case feedRepeatsAChange = "the feed shows a change twice"
        case feedIgnoresEpochs = "the feed goes on behind a wipe"
        case pullSkipsAChange = "a pull skips a change"
        case pullEndsEarly = "a pull ends before its last page"
        case pushForgets = "a push is acknowledged and forgotten"
        case pushIgnoresEpochs = "a push lands behind a wipe"
        case pushIgnoresOrder = "a push takes its changes in the wrong order"
        case writesTwice = "a write of an item route happens twice"
        case ignoresConditions = "If-Match is ignored"
        case forgetsAnswers = "a repeated write with the same key happens again"
        case answersAreShared = "an answer is given to another request"
        case sessionsLiveForEver = "a session never ends"
        case payloadsChange = "a payload comes back with another byte"
    }

    let base: any ItemService & SyncService
    let defect: Defect
    /// Defects strike now and then.
    private let calls = Calls()

    private final class Calls: Sendable {
        private let count = Mutex(0)
        private let sessions = Mutex<[UID: OpenedSession]>([:])
        private let answer = Mutex<RecordedAnswer?>(nil)

        func strike() -> Bool {
            count.withLock { count in
                count += 1
                return count % 3 == 0
            }
        }

        func keep(_ session: OpenedSession) {
            sessions.withLock { $0[session.session.id] = session }
        }

        func session(_ id: UID) -> OpenedSession? { sessions.withLock { $0[id] } }

        func first(_ answer: RecordedAnswer) -> RecordedAnswer {
            self.answer.withLock { kept in
                kept = kept ?? answer
                return kept ?? answer
            }
        }
    }

    init(_ base: any ItemService & SyncService, _ defect: Defect) {
        self.base = base
        self.defect = defect
    }

    private func strikes(_ candidate: Defect) -> Bool { defect == candidate && calls.strike() }
}

// MARK: - Sync

extension BrokenService {
    func push(
        _ changes: [Result<Change, ItemError>],
        _ kind: ItemKind,
        _ context: WriteContext<[PushOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [PushOutcome] {
        if strikes(.pushForgets) {
            return changes.compactMap { try? $0.get() }.map { .kept(uid: $0.uid, version: 1, updatedAt: $0.updatedAt ?? .now()) }
        }
        var context = context
        if defect == .pushIgnoresEpochs { context.epoch = try await base.state(of: owner)?.epoch ?? 1 }
        if defect == .pushIgnoresOrder { return try await base.push(changes.reversed(), kind, context, of: owner).reversed() }
        return try await base.push(changes, kind, context, of: owner)
    }

    func pull(_ kind: ItemKind, cursor: String?, limit: Int, epoch: Int64, of owner: Owner) async throws(ItemError) -> PullPage {
        let page = try await base.pull(kind, cursor: cursor, limit: limit, epoch: epoch, of: owner)
        switch defect {
        case .pullSkipsAChange where page.items.count > 1 && calls.strike():
            return PullPage(
                items: Array(page.items.dropFirst()),
                nextCursor: page.nextCursor,
                hasMore: page.hasMore,
                checkpoint: page.checkpoint
            )
        case .pullEndsEarly:
            return PullPage(items: page.items, nextCursor: page.nextCursor, hasMore: false, checkpoint: page.checkpoint)
        case .payloadsChange:
            let items = page.items.map { item in
                let payload = Array(String(decoding: item.payload, as: UTF8.self).replacing("title", with: "Title").utf8)
                return Item(
                    uid: item.uid,
                    kind: kind,
                    version: item.version,
                    updatedAt: item.updatedAt,
                    deletedAt: item.deletedAt,
                    payload: payload
                )
            }
            return PullPage(items: items, nextCursor: page.nextCursor, hasMore: page.hasMore, checkpoint: page.checkpoint)
        default:
            return page
        }
    }

    func changes(_ query: FeedQuery, of owner: Owner) async throws(ItemError) -> FeedPage {
        do {
            let page = try await base.changes(query, of: owner)
            var changes = page.changes
            if let first = changes.first, strikes(.feedSkipsAChange) || strikes(.feedRepeatsAChange) {
                if defect == .feedSkipsAChange { changes.removeFirst() } else { changes.insert(first, at: 0) }
            }
            return FeedPage(changes: changes, hasMore: page.hasMore, checkpoint: page.checkpoint, epoch: page.epoch)
        } catch  where error.code == .epochMismatch && defect == .feedIgnoresEpochs {
            var query = query
            query.cursor = nil
            query.epoch = nil
            return try await base.changes(query, of: owner)
        }
    }

    func openSession(_ context: WriteContext<OpenedSession>, of owner: Owner) async throws(ItemError) -> OpenedSession {
        let opened = try await base.openSession(context, of: owner)
        calls.keep(opened)
        return opened
    }

    func session(_ id: UID, of owner: Owner) async throws(ItemError) -> OpenedSession {
        if defect == .sessionsLiveForEver, let kept = calls.session(id) { return kept }
        return try await base.session(id, of: owner)
    }

    func endSession(_ id: UID, _ context: WriteContext<EndedSession>, of owner: Owner) async throws(ItemError) {
        try await base.endSession(id, context, of: owner)
    }

    func state(of owner: Owner) async throws(ItemError) -> OwnerState? {
        try await base.state(of: owner)
    }

    func wipe(_ context: WriteContext<WipeOutcome>, of owner: Owner) async throws(ItemError) -> WipeOutcome {
        try await base.wipe(context, of: owner)
    }
}

// MARK: - Items

extension BrokenService {
    func create(
        _ payload: Payload,
        _ kind: ItemKind,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        try await base.create(payload, kind, defect == .forgetsAnswers ? WriteContext(epoch: context.epoch) : context, of: owner)
    }

    func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        var context = context
        if defect == .forgetsAnswers { context.recording = nil }
        if strikes(.writesTwice), context.recording == nil {
            _ = try await base.mutate(uid, kind, mutation, expecting: condition, context, of: owner)
        }
        let condition = defect == .ignoresConditions ? nil : condition
        return try await base.mutate(uid, kind, mutation, expecting: condition, context, of: owner)
    }

    func recordedAnswer(to request: RepeatableRequest, of owner: Owner) async throws(ItemError) -> RecordedAnswer? {
        if defect == .forgetsAnswers { return nil }
        let answer = try await base.recordedAnswer(to: request, of: owner)
        return defect == .answersAreShared ? answer.map(calls.first) : answer
    }

    func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        try await base.list(kind, query, of: owner)
    }

    func recent(_ query: RecentQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        try await base.recent(query, of: owner)
    }

    func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item {
        try await base.item(uid, kind, includeDeleted: includeDeleted, of: owner)
    }

    func write(
        _ operations: [Result<BatchOperation, ItemError>],
        _ mode: BatchMode,
        _ context: WriteContext<[BatchOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [BatchOutcome] {
        try await base.write(operations, mode, context, of: owner)
    }

    func search(_ query: SearchQuery, of owner: Owner) async throws(ItemError) -> SearchPage {
        try await base.search(query, of: owner)
    }
}

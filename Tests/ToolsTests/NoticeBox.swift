import MCP
import Synchronization
import ToolBridge
import Tools

/// Notices over a service, with what was posted and how often the feed was read.
final class NoticeBox: Sendable {
    let service: LocalItemService
    let sync: CountingSync
    let changes = ServerChanges()
    let notices: ItemNotices

    init(_ service: LocalItemService) {
        self.service = service
        sync = CountingSync(service)
        notices = ItemNotices(items: service, sync: sync, signals: service.signals, changes: changes)
    }

    /// Follows changes for the time of `body`.
    func run(_ body: (NoticeBox) async throws -> Void) async throws {
        let running = Task { [notices] in await notices.run() }
        defer { running.cancel() }
        try await body(self)
        running.cancel()
        await running.value
    }

    /// A stream on which somebody hears of changes.
    func listen(to owner: Owner = .me, as principal: Principal = .me) async throws -> Ear {
        let ear = Ear(changes, principal)
        ear.end(after: try await notices.listen(to: owner, as: principal))
        return ear
    }
}

/// Hears what is posted for one principal.
final class Ear: Sendable {
    private let (heard, hear) = AsyncStream.makeStream(of: ChangeNotice.self)
    private let ends = Mutex<[@Sendable () -> Void]>([])

    init(_ changes: ServerChanges, _ principal: Principal) {
        let stop = changes.watch(for: principal) { [hear] in hear.yield($0) }
        ends.withLock { $0.append(stop) }
    }

    deinit { stop() }

    fileprivate func end(after end: @escaping @Sendable () -> Void) {
        ends.withLock { $0.append(end) }
    }

    /// The next notices, as texts: an address, or `list`, or `all`.
    func next(_ count: Int) async -> [String] {
        var texts: [String] = []
        for await notice in heard {
            switch notice.subject {
            case .resource(let uri): texts.append(uri)
            case .resourceList: texts.append("list")
            case .everyResource: texts.append("all")
            default: texts.append("\(notice.subject)")
            }
            if texts.count == count { break }
        }
        return texts
    }

    func stop() {
        let ends = ends.withLock { ends in
            defer { ends = [] }
            return ends
        }
        for end in ends { end() }
    }
}

extension Principal {
    static let me = Principal(issuer: "i", subject: "me", tenant: "tenant")
    static let other = Principal(issuer: "i", subject: "other", tenant: "tenant")
}

/// A sync service that counts how often the feed is read, and fails when it shall.
final class CountingSync: SyncService {
    private let service: LocalItemService
    private let state = Mutex<(reads: [Owner], failures: Int)>(([], 0))

    init(_ service: LocalItemService) {
        self.service = service
    }

    /// Whose feed was read, or whose state.
    var reads: [Owner] { state.withLock { $0.reads } }

    /// The next calls fail.
    func fail(_ count: Int) { state.withLock { $0.failures = count } }

    var failuresLeft: Int { state.withLock { $0.failures } }

    private func note(_ owner: Owner) throws(ItemError) {
        let fails = state.withLock { state in
            state.reads.append(owner)
            guard state.failures > 0 else { return false }
            state.failures -= 1
            return true
        }
        if fails { throw ItemError(StoreError.unavailable(underlying: Unexpected(description: "as the test wants it"))) }
    }

    func changes(_ query: FeedQuery, of owner: Owner) async throws(ItemError) -> FeedPage {
        try note(owner)
        return try await service.changes(query, of: owner)
    }

    func state(of owner: Owner) async throws(ItemError) -> OwnerState? {
        try note(owner)
        return try await service.state(of: owner)
    }

    func push(
        _ changes: [Result<Change, ItemError>],
        _ kind: ItemKind,
        _ context: WriteContext<[PushOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [PushOutcome] {
        try await service.push(changes, kind, context, of: owner)
    }

    func pull(_ kind: ItemKind, cursor: String?, limit: Int, epoch: Int64, of owner: Owner) async throws(ItemError) -> PullPage {
        try await service.pull(kind, cursor: cursor, limit: limit, epoch: epoch, of: owner)
    }

    func openSession(_ context: WriteContext<OpenedSession>, of owner: Owner) async throws(ItemError) -> OpenedSession {
        try await service.openSession(context, of: owner)
    }

    func session(_ id: UID, of owner: Owner) async throws(ItemError) -> OpenedSession {
        try await service.session(id, of: owner)
    }

    func endSession(_ id: UID, _ context: WriteContext<EndedSession>, of owner: Owner) async throws(ItemError) {
        try await service.endSession(id, context, of: owner)
    }

    func wipe(_ context: WriteContext<WipeOutcome>, of owner: Owner) async throws(ItemError) -> WipeOutcome {
        try await service.wipe(context, of: owner)
    }
}

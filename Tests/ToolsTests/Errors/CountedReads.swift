import Synchronization
import ToolBridge

/// A service whose calls are counted, and fail after some.
final class CountedReads: ItemService {
    private let service: LocalItemService
    private let seen = Mutex<[String]>([])
    private let limit: Int

    init(_ service: LocalItemService, failingAfter limit: Int = .max) {
        self.service = service
        self.limit = limit
    }

    /// What was called, in order.
    var calls: [String] { seen.withLock { $0 } }

    private func note(_ call: String) throws(ItemError) {
        let count = seen.withLock { calls in
            calls.append(call)
            return calls.count
        }
        if count > limit { throw .unavailable(Unexpected(description: "no more")) }
    }

    func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        try note("list")
        return try await service.list(kind, query, of: owner)
    }

    func recent(_ query: RecentQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        try note("recent")
        return try await service.recent(query, of: owner)
    }

    func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item {
        try note("item")
        return try await service.item(uid, kind, includeDeleted: includeDeleted, of: owner)
    }

    func create(_ payload: Payload, _ kind: ItemKind, _ context: WriteContext<Item>, of owner: Owner) async throws(ItemError) -> Item {
        try note("create")
        return try await service.create(payload, kind, context, of: owner)
    }

    func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        try note("mutate")
        return try await service.mutate(uid, kind, mutation, expecting: condition, context, of: owner)
    }

    func write(
        _ operations: [Result<BatchOperation, ItemError>],
        _ mode: BatchMode,
        _ context: WriteContext<[BatchOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [BatchOutcome] {
        try note("write")
        return try await service.write(operations, mode, context, of: owner)
    }

    func search(_ query: SearchQuery, of owner: Owner) async throws(ItemError) -> SearchPage {
        try note("search")
        return try await service.search(query, of: owner)
    }

    func recordedAnswer(to request: RepeatableRequest, of owner: Owner) async throws(ItemError) -> RecordedAnswer? {
        try note("recordedAnswer")
        return try await service.recordedAnswer(to: request, of: owner)
    }
}

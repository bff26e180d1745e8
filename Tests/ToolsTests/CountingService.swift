import Synchronization
import ToolBridge

/// Counts calls and remembers the last; answers with one item, or refuses.
final class CountingService: ItemService {
    /// What a call was.
    enum Call: Sendable {
        case list(ItemKind, ListQuery)
        case recent(RecentQuery)
        case item(ItemKind, UID, includeDeleted: Bool)
        case create(ItemKind, Payload)
        case mutate(ItemKind, UID, Mutation, VersionCondition?)
        case write(Int, BatchMode)
        case search(SearchQuery)
        case recordedAnswer(RepeatableRequest)
    }

    private let seen = Mutex<(calls: [Call], owners: [Owner])>(([], []))
    private let refusal: ItemError?

    /// - Parameter refusal: What every call throws.
    init(refusing refusal: ItemError? = nil) {
        self.refusal = refusal
    }

    var count: Int { seen.withLock { $0.calls.count } }
    var last: Call? { seen.withLock { $0.calls.last } }
    var owners: [Owner] { seen.withLock { $0.owners } }

    /// The payload of the last call, if it had one.
    var payload: String? {
        switch last {
        case .create(_, let payload), .mutate(_, _, .replace(let payload), _), .mutate(_, _, .patch(let payload), _):
            String(decoding: payload.bytes, as: UTF8.self)
        default: nil
        }
    }

    private func note(_ call: Call, _ owner: Owner) throws(ItemError) {
        seen.withLock {
            $0.calls.append(call)
            $0.owners.append(owner)
        }
        if let refusal { throw refusal }
    }

    private func item(_ uid: UID, _ kind: ItemKind) -> Item {
        let time = Timestamp(milliseconds: 1_772_359_200_000)
        return Item(uid: uid, kind: kind, version: 1, updatedAt: time, deletedAt: nil, payload: Array("{}".utf8))
    }

    func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        try note(.list(kind, query), owner)
        return ItemPage(items: [item(.numbered(1), kind)], nextCursor: "next")
    }

    func recent(_ query: RecentQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        try note(.recent(query), owner)
        return ItemPage(items: [item(.numbered(1), .notes)], nextCursor: "next")
    }

    func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item {
        try note(.item(kind, uid, includeDeleted: includeDeleted), owner)
        return item(uid, kind)
    }

    func create(
        _ payload: Payload,
        _ kind: ItemKind,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        try note(.create(kind, payload), owner)
        return item(.numbered(1), kind)
    }

    func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        try note(.mutate(kind, uid, mutation, condition), owner)
        return item(uid, kind)
    }

    func write(
        _ operations: [Result<BatchOperation, ItemError>],
        _ mode: BatchMode,
        _ context: WriteContext<[BatchOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [BatchOutcome] {
        try note(.write(operations.count, mode), owner)
        return operations.map { _ in .notApplied }
    }

    func search(_ query: SearchQuery, of owner: Owner) async throws(ItemError) -> SearchPage {
        try note(.search(query), owner)
        return SearchPage(hits: [], hasMore: false)
    }

    func recordedAnswer(to request: RepeatableRequest, of owner: Owner) async throws(ItemError) -> RecordedAnswer? {
        try note(.recordedAnswer(request), owner)
        return nil
    }
}

import ToolBridge

/// Stands in for a database where tools are only looked at: no item is there, and none can be.
struct NoItems: ItemService {
    private struct NoDatabase: Error {}

    private static var refusal: ItemError { .unavailable(NoDatabase()) }

    func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage { throw Self.refusal }

    func recent(_ query: RecentQuery, of owner: Owner) async throws(ItemError) -> ItemPage { throw Self.refusal }

    func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item { throw Self.refusal }

    func create(_ payload: Payload, _ kind: ItemKind, _ context: WriteContext<Item>, of owner: Owner) async throws(ItemError) -> Item {
        throw Self.refusal
    }

    func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        throw Self.refusal
    }

    func write(
        _ operations: [Result<BatchOperation, ItemError>],
        _ mode: BatchMode,
        _ context: WriteContext<[BatchOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [BatchOutcome] {
        throw Self.refusal
    }

    func search(_ query: SearchQuery, of owner: Owner) async throws(ItemError) -> SearchPage { throw Self.refusal }

    func recordedAnswer(to request: RepeatableRequest, of owner: Owner) async throws(ItemError) -> RecordedAnswer? { throw Self.refusal }
}

/// What a caller may do with the items of one owner: an ``ItemService``, bound to an ``Owner``.
///
/// The tools, prompts and resources are written against it, so that each call can come with a service of its own: one that speaks to an API with
/// the credentials of this very caller.
package struct OwnedItems: Sendable {
    private let service: any ItemService
    /// Whose items they are.
    package let owner: Owner

    package init(_ service: any ItemService, of owner: Owner) {
        self.service = service
        self.owner = owner
    }

    /// As ``ItemService/list(_:_:of:)``.
    package func list(_ kind: ItemKind, _ query: ListQuery) async throws(ItemError) -> ItemPage {
        try await service.list(kind, query, of: owner)
    }

    /// As ``ItemService/recent(_:of:)``.
    package func recent(_ query: RecentQuery) async throws(ItemError) -> ItemPage {
        try await service.recent(query, of: owner)
    }

    /// As ``ItemService/item(_:_:includeDeleted:of:)``.
    package func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool = false) async throws(ItemError) -> Item {
        try await service.item(uid, kind, includeDeleted: includeDeleted, of: owner)
    }

    /// As ``ItemService/create(_:_:_:of:)``.
    package func create(
        _ payload: Payload,
        _ kind: ItemKind,
        _ context: WriteContext<Item> = WriteContext()
    ) async throws(ItemError) -> Item {
        try await service.create(payload, kind, context, of: owner)
    }

    /// As ``ItemService/mutate(_:_:_:expecting:_:of:)``.
    package func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        _ context: WriteContext<Item> = WriteContext()
    ) async throws(ItemError) -> Item {
        try await service.mutate(uid, kind, mutation, expecting: condition, context, of: owner)
    }

    /// As ``ItemService/write(_:_:_:of:)``.
    package func write(
        _ operations: [Result<BatchOperation, ItemError>],
        _ mode: BatchMode,
        _ context: WriteContext<[BatchOutcome]> = WriteContext()
    ) async throws(ItemError) -> [BatchOutcome] {
        try await service.write(operations, mode, context, of: owner)
    }

    /// As ``ItemService/search(_:of:)``.
    package func search(_ query: SearchQuery) async throws(ItemError) -> SearchPage {
        try await service.search(query, of: owner)
    }
}

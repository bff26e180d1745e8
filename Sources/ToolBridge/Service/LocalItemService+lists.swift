extension LocalItemService {
    package func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage {
        if query.filter.parentUID != nil, kind.parentRule == .none {
            throw .invalidParameter(field: "parentUid", "a \(kind.noun) has no parent")
        }
        let purpose = SyncCursor.Purpose.list(kind, query.direction, query.filter)
        let cursor = try SyncCursor(query.cursor ?? "", of: owner, purpose)
        let page = try await read(of: owner) { reader in
            try reader.page(
                ItemQuery(
                    kind,
                    order: query.direction == .oldestChangeFirst ? .oldestChangeFirst : .newestChangeFirst,
                    beyond: cursor?.sequence,
                    includesDeleted: query.includeDeleted,
                    filter: query.filter,
                    limit: min(max(query.limit, 1), Limits.pageItems),
                    payloadBytes: Limits.pageBytes
                ),
                maximumBytes: query.maximumBytes
            )
        }
        return ItemPage(page, purpose, of: owner)
    }
}

extension ItemPage {
    init(_ page: StoredPage, _ purpose: SyncCursor.Purpose, of owner: Owner) {
        self.init(
            items: page.items.map(\.item),
            nextCursor: page.next.map { SyncCursor(purpose, sequence: $0).text(for: owner) }
        )
    }
}

extension LocalItemService {
    package func changes(_ query: FeedQuery, of owner: Owner) async throws(ItemError) -> FeedPage {
        let purpose = SyncCursor.Purpose.feed(query.kinds)
        let (epoch, start, page) = try await read(of: owner) { reader in
            let state = try reader.ownerState()
            let epoch = state?.epoch ?? 1
            // A client that has fallen behind learns of that first, whatever its cursor.
            if let expected = query.epoch, expected != epoch { throw ItemError.epochMismatch(epoch) }
            let cursor = try SyncCursor(query.cursor ?? "", of: owner, purpose)
            if let cursor {
                guard cursor.epoch == epoch else { throw ItemError.epochMismatch(epoch) }
                guard cursor.sequence <= state?.sequence ?? 0 else { throw ItemError.invalidCursor }
            }
            let start = cursor?.sequence ?? 0
            guard !query.kinds.isEmpty else { return (epoch, start, StoredPage(items: [], next: nil)) }
            let page = try reader.page(
                ChangeQuery(
                    beyond: start,
                    kinds: query.kinds,
                    limit: min(max(query.limit, 1), Limits.pageItems),
                    payloadBytes: query.payloadBytes
                )
            )
            return (epoch, start, page)
        }
        func text(_ sequence: Int64) -> String { SyncCursor(purpose, epoch: epoch, sequence: sequence).text(for: owner) }
        for (kind, items) in Dictionary(grouping: page.items, by: \.item.kind) { count(.pulled(kind, items.count)) }
        let changes = page.items.map { FeedChange(item: $0.item, cursor: text($0.sequence)) }
        // What was looked at without fitting need not be looked at again.
        let checkpoint = page.next.map(text) ?? changes.last?.cursor ?? text(start)
        return FeedPage(changes: changes, hasMore: page.next != nil, checkpoint: checkpoint, epoch: epoch)
    }
}

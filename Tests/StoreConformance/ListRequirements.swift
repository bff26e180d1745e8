import Testing
import ToolBridge

extension StoreRequirement {
    static let lists = [
        StoreRequirement("A store lists what a query asks for, in its order") { store in
            let owner = freshOwner()
            let parents = [ItemReference(.notes, .random()), ItemReference(.tasks, .random())]
            var generator = SeededGenerator(for: "lists")
            let kept = (1...120).map { number in
                sample(
                    .random(),
                    Int.random(in: 0..<3, using: &generator) == 0 ? .chats : .comments,
                    sequence: number * 3,
                    deleted: Bool.random(using: &generator),
                    parent: [parents[0], parents[1], nil][Int.random(in: 0..<3, using: &generator)],
                    payload: "{\"x\":\"\(String(repeating: "y", count: Int.random(in: 0..<200, using: &generator)))\"}"
                )
            }
            try await store.keep(kept.shuffled(using: &generator), of: owner)
            try await store.keep([sample(.random(), .comments, sequence: 7)], of: freshOwner())
            for _ in 0..<400 {
                let query = ItemQuery(
                    Int.random(in: 0..<4, using: &generator) == 0 ? .chats : .comments,
                    order: Bool.random(using: &generator) ? .oldestChangeFirst : .newestChangeFirst,
                    beyond: Bool.random(using: &generator) ? nil : Int64.random(in: 0...400, using: &generator),
                    includesDeleted: Bool.random(using: &generator),
                    filter: [nil, parents[0], parents[1]][Int.random(in: 0..<3, using: &generator)].filter,
                    limit: [1, 2, 7, 50, 1000][Int.random(in: 0..<5, using: &generator)],
                    payloadBytes: [0, 1, 500, 2000, .max][Int.random(in: 0..<5, using: &generator)]
                )
                #expect(try await store.items(query, of: owner) == query.answer(from: kept), "SEED=\(generator.seed), \(query)")
            }
        },
        StoreRequirement("A store's pages follow each other without gap or overlap") { store in
            let owner = freshOwner()
            let kept = (1...53).map { sample(sequence: $0, deleted: $0 % 4 == 0) }
            try await store.keep(kept, of: owner)
            for order in [ItemQuery.Order.oldestChangeFirst, .newestChangeFirst] {
                var query = ItemQuery(.notes, order: order, limit: 10)
                var seen: [StoredItem] = []
                while case let page = try await store.items(query, of: owner), let last = page.last {
                    seen += page
                    query.beyond = last.sequence
                }
                #expect(seen == (order == .oldestChangeFirst ? kept : kept.reversed()))
            }
        },
        StoreRequirement("A store ends a page after the item with which the payloads exceed the size") { store in
            let owner = freshOwner()
            let kept = (1...5).map { sample(sequence: $0, payload: "{\"eight\"}") }
            let size = kept[0].item.payload.count
            try await store.keep(kept, of: owner)
            for (bytes, count) in [(0, 1), (1, 1), (size - 1, 1), (size, 2), (size + 1, 2), (2 * size, 3), (4 * size, 5), (.max, 5)] {
                let page = try await store.items(ItemQuery(.notes, limit: 10, payloadBytes: bytes), of: owner)
                #expect(page.count == count, "\(bytes) bytes")
            }
        },
        StoreRequirement("A store lists an item where its latest change is") { store in
            let owner = freshOwner()
            let items = (1...3).map { sample(sequence: $0) }
            try await store.keep(items, of: owner)
            let moved = sample(items[0].item.uid, sequence: 4, version: 2)
            try await store.keep([moved], of: owner)
            #expect(try await store.items(ItemQuery(.notes, limit: 10), of: owner) == [items[1], items[2], moved])
        },
    ]
}

extension ItemReference? {
    /// The items that hang on it; all, where there is none.
    fileprivate var filter: ItemFilter { ItemFilter(parentUID: self?.uid, parentKind: self?.kind) }
}

extension ItemQuery {
    /// What the query means, said plainly.
    func answer(from items: [StoredItem]) -> [StoredItem] {
        var answer: [StoredItem] = []
        var bytes = 0
        for item in items.sorted(by: { order == .oldestChangeFirst ? $0.sequence < $1.sequence : $0.sequence > $1.sequence }) {
            guard item.item.kind == kind, includesDeleted || !item.isDeleted, filter.fits(item) else { continue }
            if let beyond { guard order == .oldestChangeFirst ? item.sequence > beyond : item.sequence < beyond else { continue } }
            if let through { guard order == .oldestChangeFirst ? item.sequence <= through : item.sequence >= through else { continue } }
            guard answer.count < limit, bytes <= payloadBytes else { break }
            answer.append(item)
            bytes += item.item.payload.count
        }
        return answer
    }
}

extension ItemFilter {
    /// What the filter means, said plainly.
    func fits(_ stored: StoredItem) -> Bool {
        let facets = ItemFacets(parsing: stored.item.payload)
        if let parentUID, stored.parent?.uid != parentUID { return false }
        if parentUID != nil, let parentKind, stored.parent?.kind != parentKind { return false }
        if let status, facets.status.map({ $0.utf8.elementsEqual(status.utf8) }) != true { return false }
        if let tag, !facets.tags.contains(where: { $0.utf8.elementsEqual(tag.utf8) }) { return false }
        if let updatedSince, stored.item.updatedAt < updatedSince { return false }
        return true
    }
}

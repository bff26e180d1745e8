import Testing
import ToolBridge

extension StoreRequirement {
    static let feeds = [
        StoreRequirement("A store reads the changes that are asked for, in both directions") { store in
            let owner = freshOwner()
            var generator = SeededGenerator(for: "feeds")
            let kept = (1...150).map { number in
                sample(
                    .random(using: &generator),
                    ItemKind.allCases.randomElement(using: &generator) ?? .notes,
                    sequence: number * 2,
                    deleted: Bool.random(using: &generator),
                    updatedAt: Timestamp(milliseconds: Int64.random(in: 0..<50, using: &generator)),
                    payload: "{\"x\":\"\(String(repeating: "y", count: Int.random(in: 0..<100, using: &generator)))\"}"
                )
            }
            try await store.keep(kept.shuffled(using: &generator), of: owner)
            try await store.keep([sample(sequence: 9)], of: freshOwner())
            for number in 0..<1200 {
                let query = ChangeQuery(
                    order: number & 1 == 0 ? .oldestChangeFirst : .newestChangeFirst,
                    beyond: [0, .max, Int64.random(in: 0...310, using: &generator), 150].randomElement(using: &generator) ?? 0,
                    through: Bool.random(using: &generator) ? nil : Int64.random(in: 0...310, using: &generator),
                    kinds: number & 2 == 0
                        ? Set(ItemKind.allCases) : Set(ItemKind.allCases.filter { _ in Bool.random(using: &generator) }),
                    includesDeleted: number & 4 == 0,
                    updatedSince: number & 8 == 0 ? nil : Timestamp(milliseconds: Int64.random(in: 0..<55, using: &generator)),
                    limit: [1, 2, 7, 1000].randomElement(using: &generator) ?? 1,
                    payloadBytes: [0, 1, 500, .max].randomElement(using: &generator) ?? 0
                )
                #expect(
                    try await store.read(of: owner) { try $0.changes(query) } == query.answer(from: kept),
                    "SEED=\(generator.seed), \(query)"
                )
            }
        },
        StoreRequirement("A store says where a feed of some kinds must end, and lets one of all kinds go on") { store in
            let owner = freshOwner()
            try await store.keep((1...100).map { sample(.random(), $0 % 10 == 0 ? .tasks : .notes, sequence: $0) }, of: owner)
            func end(_ beyond: Int64, _ kinds: Set<ItemKind>) async throws -> Int64? {
                try await store.read(of: owner) { try $0.end(of: ChangeQuery(beyond: beyond, kinds: kinds, limit: 5), visiting: 30) }
            }
            #expect(try await end(0, [.tasks]) == 30)
            #expect(try await end(70, [.tasks, .notes]) == 100)
            #expect(try await end(71, [.tasks]) == nil)
            #expect(try await end(0, Set(ItemKind.allCases)) == nil)
        },
        StoreRequirement("A store's changes follow each other without gap or overlap, however few of them are looked at at once") { store in
            let owner = freshOwner()
            var generator = SeededGenerator(for: "ends of changes")
            let kept = (1...120).map { number in
                sample(
                    .random(using: &generator),
                    number % 4 == 0 ? .tasks : .notes,
                    sequence: number * 2,
                    deleted: number % 5 == 0,
                    updatedAt: Timestamp(milliseconds: Int64.random(in: 0..<50, using: &generator))
                )
            }
            try await store.keep(kept, of: owner)
            for number in 0..<16 {
                let isNewestFirst = number & 1 != 0
                let whole = ChangeQuery(
                    order: isNewestFirst ? .newestChangeFirst : .oldestChangeFirst,
                    beyond: isNewestFirst ? .max : 0,
                    kinds: number & 2 == 0 ? Set(ItemKind.allCases) : [.tasks, .chats],
                    includesDeleted: number & 4 == 0,
                    updatedSince: number & 8 == 0 ? nil : Timestamp(milliseconds: 25),
                    limit: 1000
                )
                var found: [StoredItem] = []
                var query = whole
                var pages = 0
                repeat {
                    query.through = try await store.read(of: owner) { [query] in try $0.end(of: query, visiting: 7) }
                    let page = try await store.read(of: owner) { [query] in try $0.changes(query) }
                    #expect(query.through == nil || page.count <= 7, "\(query)")
                    found += page
                    query.beyond = query.through ?? query.beyond
                    pages += 1
                } while query.through != nil && pages < 100
                #expect(found == whole.answer(from: kept), "SEED=\(generator.seed), \(whole)")
                #expect(pages == (number < 2 ? 1 : 18), "\(whole)")
            }
        },
    ]
}

extension ChangeQuery {
    /// What the query means, said plainly.
    fileprivate func answer(from items: [StoredItem]) -> [StoredItem] {
        var answer: [StoredItem] = []
        var bytes = 0
        let isNewestFirst = order == .newestChangeFirst
        for item in items.sorted(by: { isNewestFirst ? $0.sequence > $1.sequence : $0.sequence < $1.sequence }) {
            guard isNewestFirst ? item.sequence < beyond : item.sequence > beyond else { continue }
            if let through { guard isNewestFirst ? item.sequence >= through : item.sequence <= through else { break } }
            guard kinds.contains(item.item.kind), includesDeleted || !item.isDeleted else { continue }
            if let updatedSince { guard item.item.updatedAt >= updatedSince else { continue } }
            guard answer.count < limit, bytes <= payloadBytes else { break }
            answer.append(item)
            bytes += item.item.payload.count
        }
        return answer
    }
}

import Testing
import ToolBridge

extension StoreRequirement {
    static let feeds = [
        StoreRequirement("A store feeds the changes of the kinds that are asked for, in order") { store in
            let owner = freshOwner()
            var generator = SeededGenerator(for: "feeds")
            let kept = (1...150).map { number in
                sample(
                    .random(using: &generator),
                    ItemKind.allCases.randomElement(using: &generator) ?? .notes,
                    sequence: number * 2,
                    deleted: Bool.random(using: &generator),
                    payload: "{\"x\":\"\(String(repeating: "y", count: Int.random(in: 0..<100, using: &generator)))\"}"
                )
            }
            try await store.keep(kept.shuffled(using: &generator), of: owner)
            try await store.keep([sample(sequence: 9)], of: freshOwner())
            for _ in 0..<400 {
                let query = ChangeQuery(
                    beyond: Int64.random(in: 0...310, using: &generator),
                    through: Bool.random(using: &generator) ? nil : Int64.random(in: 0...310, using: &generator),
                    kinds: Bool.random(using: &generator)
                        ? Set(ItemKind.allCases) : Set(ItemKind.allCases.filter { _ in Bool.random(using: &generator) }),
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
    ]
}

extension ChangeQuery {
    /// What the query means, said plainly.
    fileprivate func answer(from items: [StoredItem]) -> [StoredItem] {
        var answer: [StoredItem] = []
        var bytes = 0
        for item in items.sorted(by: { $0.sequence < $1.sequence }) where item.sequence > beyond && kinds.contains(item.item.kind) {
            guard item.sequence <= through ?? .max, answer.count < limit, bytes <= payloadBytes else { break }
            answer.append(item)
            bytes += item.item.payload.count
        }
        return answer
    }
}

import Testing
import ToolBridge

extension StoreRequirement {
    static let histories = [
        StoreRequirement("A store ends random histories of several owners as the merge rule says") { store in
            var generator = SeededGenerator(for: "histories")
            let owners = (0..<3).map { _ in freshOwner() }
            var models: [Owner: HistoryModel] = [:]
            let uids = (0..<12).map { _ in UID.random(using: &generator) }
            for step in 0..<400 {
                let owner = owners[Int.random(in: 0..<owners.count, using: &generator)]
                let now = Timestamp(milliseconds: 1_772_359_200_000 + Int64(step) * 1000)
                if Int.random(in: 0..<50, using: &generator) == 0 {
                    models[owner, default: HistoryModel()].wipe(at: now)
                    try await store.write(of: owner) { transaction in
                        _ = try transaction.lockOwner(taking: 0)
                        _ = try transaction.wipe(at: now)
                    }
                } else {
                    let changes = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                        Change.random(of: uids, around: now, using: &generator)
                    }
                    let expected = models[owner, default: HistoryModel()].apply(changes, at: now)
                    let applied = try await store.apply(changes, at: now, of: owner)
                    #expect(applied == expected, "SEED=\(generator.seed), step \(step)")
                }
                if step % 20 == 0 {
                    for owner in owners { try await compare(store, owner, models[owner], generator.seed) }
                }
            }
            for owner in owners { try await compare(store, owner, models[owner], generator.seed) }
        }
    ]

    private static func compare(_ store: any Store, _ owner: Owner, _ model: HistoryModel?, _ seed: UInt64) async throws {
        let state = try await store.state(of: owner)
        #expect(state?.sequence == model?.sequence, "SEED=\(seed)")
        #expect(state?.epoch == model?.epoch, "SEED=\(seed)")
        #expect(state?.lastWipeAt == model?.lastWipeAt, "SEED=\(seed)")
        for kind in [ItemKind.notes, .tasks] {
            let expected = (model?.items.values.filter { $0.item.kind == kind } ?? []).sorted { $0.sequence < $1.sequence }
            #expect(try await store.items(ItemQuery(kind, limit: 1000), of: owner) == expected, "SEED=\(seed)")
        }
    }
}

/// A store of one owner that is nothing but a dictionary.
private struct HistoryModel {
    var items: [ItemReference: StoredItem] = [:]
    var sequence: Int64 = 0
    var epoch: Int64 = 1
    var lastWipeAt: Timestamp?

    /// Applies changes one by one and returns how many were.
    mutating func apply(_ changes: [Change], at now: Timestamp) -> Int {
        var applied = 0
        for change in changes {
            let key = ItemReference(change.kind, change.uid)
            guard var merged = change.merged(into: items[key], at: now) else { continue }
            applied += 1
            sequence += 1
            merged.sequence = sequence
            items[key] = merged
        }
        return applied
    }

    mutating func wipe(at time: Timestamp) {
        items = [:]
        epoch += 1
        lastWipeAt = time
    }
}

extension Store {
    /// Applies changes in one transaction, each as the rule says.
    fileprivate func apply(_ changes: [Change], at now: Timestamp, of owner: Owner) async throws -> Int {
        try await write(of: owner) { transaction in
            _ = try transaction.lockOwner(taking: 0)
            var applied = 0
            for change in changes {
                let stored = try transaction.item(change.uid, change.kind)
                guard var merged = change.merged(into: stored, at: now) else { continue }
                applied += 1
                merged.sequence = try transaction.lockOwner(taking: 1).sequence
                try transaction.put([merged])
            }
            return applied
        }
    }
}

extension Change {
    /// A create, an edit or a deletion with an equal, an older, a newer or a far too new time.
    fileprivate static func random(of uids: [UID], around now: Timestamp, using generator: inout SeededGenerator) -> Change {
        let offsets: [Int64] = [-3_600_000, -2000, -1000, 0, 1000, 299_000, 3_600_000]
        let isDeletion = Int.random(in: 0..<4, using: &generator) == 0
        return Change(
            uid: uids[Int.random(in: 0..<uids.count, using: &generator)],
            kind: Bool.random(using: &generator) ? .notes : .tasks,
            updatedAt: offsets.randomElement(using: &generator).map(now.adding(milliseconds:)),
            isDeletion: isDeletion,
            firstVersion: Int64.random(in: 1...500, using: &generator),
            payload: Array("{\"n\":\(Int.random(in: 0..<40, using: &generator))}".utf8)
        )
    }
}

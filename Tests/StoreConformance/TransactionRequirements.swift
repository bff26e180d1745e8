import Testing
import ToolBridge

extension StoreRequirement {
    private struct Refused: Error, Equatable {
        let number: Int
    }

    static let transactions = [
        StoreRequirement("A store keeps nothing of a write that throws, and hands the error on") { store in
            let owner = freshOwner()
            let item = sample(sequence: 1)
            await #expect(throws: Refused(number: 7)) {
                try await store.write(of: owner) { transaction in
                    _ = try transaction.lockOwner(taking: 1)
                    try transaction.put([item])
                    try transaction.add(session(of: owner))
                    throw Refused(number: 7)
                }
            }
            let kept = try await (store.state(of: owner), store.item(item.item.uid, .notes, of: owner))
            #expect(kept.0 == nil && kept.1 == nil)
            await #expect(throws: Refused(number: 8)) { try await store.read(of: owner) { _ in throw Refused(number: 8) } }
        },
        StoreRequirement("A store's write sees its own changes") { store in
            let owner = freshOwner()
            let item = sample(sequence: 1)
            let seen = try await store.write(of: owner) { transaction in
                let before = try transaction.item(item.item.uid, .notes)
                _ = try transaction.lockOwner(taking: 1)
                try transaction.put([item])
                return (before, try transaction.item(item.item.uid, .notes), try transaction.ownerState()?.sequence)
            }
            #expect(seen.0 == nil && seen.1 == item && seen.2 == 1)
        },
        StoreRequirement("A store rolls back one of many writes at once without touching its neighbours") { store in
            let owners = (0..<40).map { _ in freshOwner() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, owner) in owners.enumerated() {
                    group.addTask {
                        let item = sample(sequence: 1, payload: "{\"n\":\(number)}")
                        let write = { @Sendable (transaction: any StoreTransaction) in
                            _ = try transaction.lockOwner(taking: 1)
                            try transaction.put([item])
                            if number % 3 == 0 { throw Refused(number: number) }
                            // The database itself refuses the second of these.
                            if number % 3 == 1 { try transaction.put([sample(sequence: 1)]) }
                        }
                        switch number % 3 {
                        case 0: await #expect(throws: Refused(number: number)) { try await store.write(of: owner, write) }
                        case 1: await #expect(throws: StoreError.self) { try await store.write(of: owner, write) }
                        default: try await store.write(of: owner, write)
                        }
                        #expect(try await store.item(item.item.uid, .notes, of: owner) == (number % 3 == 2 ? item : nil))
                        #expect(try await store.state(of: owner)?.sequence == (number % 3 == 2 ? 1 : nil))
                    }
                }
                try await group.waitForAll()
            }
        },
    ]

    static let concurrency = [
        StoreRequirement("A store gives 32 writers of one owner every number once and loses no update") { store in
            let owner = freshOwner()
            let counter = UID.random()
            let rounds = 25
            let numbers = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        var numbers: [Int64] = []
                        for _ in 0..<rounds {
                            numbers.append(
                                try await store.write(of: owner) { transaction in
                                    let state = try transaction.lockOwner(taking: 1)
                                    let version = try transaction.item(counter, .notes)?.item.version ?? 0
                                    try transaction.put([sample(counter, sequence: state.sequence, version: version + 1)])
                                    return state.sequence
                                }
                            )
                        }
                        // A writer's own numbers grow: commit order is sequence order.
                        #expect(numbers == numbers.sorted())
                        return numbers
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(numbers.sorted() == (1...Int64(32 * rounds)).map(\.self))
            let last = try #require(try await store.item(counter, .notes, of: owner))
            #expect(last.item.version == Int64(32 * rounds) && last.sequence == Int64(32 * rounds))
        },
        StoreRequirement("A store shows readers whole transactions while writers write") { store in
            let owner = freshOwner()
            let pair = [UID.random(), UID.random()]
            try await store.keep([sample(pair[0], sequence: 1), sample(pair[1], sequence: 2)], of: owner)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<50 {
                            try await store.write(of: owner) { transaction in
                                let last = try transaction.lockOwner(taking: 2).sequence
                                let items = [
                                    sample(pair[0], sequence: last - 1, version: last), sample(pair[1], sequence: last, version: last),
                                ]
                                try transaction.put(items)
                            }
                        }
                    }
                    group.addTask {
                        for _ in 0..<100 {
                            let (state, items) = try await store.read(of: owner) { reader in
                                let first = try reader.item(pair[0], .notes)
                                let listed = try reader.items(ItemQuery(.notes, limit: 10))
                                let second = try reader.item(pair[1], .notes)
                                return (try reader.ownerState(), [first, second] + listed)
                            }
                            #expect(Set(items.map { $0?.item.version }).count == 1)
                            #expect(state?.sequence == items.compactMap { $0?.sequence }.max())
                        }
                    }
                }
                try await group.waitForAll()
            }
        },
        StoreRequirement("A store lets no follower miss a change while writers write") { store in
            let owner = freshOwner()
            let writes = 100
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<writes {
                            try await store.write(of: owner) { transaction in
                                try transaction.put([sample(sequence: try transaction.lockOwner(taking: 1).sequence)])
                            }
                        }
                    }
                }
                for _ in 0..<2 {
                    group.addTask {
                        var seen: [Int64] = []
                        while seen.count < 8 * writes {
                            seen += try await store.items(ItemQuery(.notes, beyond: seen.last, limit: 50), of: owner).map(\.sequence)
                            guard seen == (0..<Int64(seen.count)).map({ $0 + 1 }) else {
                                Issue.record("a change was missed: \(seen.suffix(60))")
                                return
                            }
                            await Task.yield()
                        }
                    }
                }
                try await group.waitForAll()
            }
        },
        StoreRequirement("A store answers every caller, cancelled ones too, and does each job wholly or not at all") { store in
            let owner = freshOwner()
            let done = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let last = try? await store.write(of: owner) { transaction in
                            let last = try transaction.lockOwner(taking: 2).sequence
                            try transaction.put([sample(sequence: last - 1), sample(sequence: last)])
                            return last
                        }
                        _ = try? await store.read(of: owner) { try $0.ownerState() }
                        return last != nil
                    }
                    if number == 100 { group.cancelAll() }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            let items = try await store.items(ItemQuery(.notes, limit: 1000), of: owner)
            #expect(items.count % 2 == 0 && items.count >= 2 * done)
            #expect(try await store.state(of: owner)?.sequence == Int64(items.count))
        },
    ]
}

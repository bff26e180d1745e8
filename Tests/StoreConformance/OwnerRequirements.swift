import Testing
import ToolBridge

extension StoreRequirement {
    static let owners = [
        StoreRequirement("A store knows nothing of an owner before the first write") { store in
            let owner = freshOwner()
            let state = try await store.state(of: owner)
            #expect(state == nil)
            let items = try await store.items(ItemQuery(.notes, limit: 10), of: owner)
            #expect(items.isEmpty)
        },
        StoreRequirement("A store gives an owner an identifier for good, epoch 1 and numbers from 1") { store in
            let owner = freshOwner()
            let first = try await store.write(of: owner) { try $0.lockOwner(taking: 1) }
            #expect(first == OwnerState(id: first.id, epoch: 1, sequence: 1, lastWipeAt: nil))
            let untouched = try await store.write(of: owner) { try $0.lockOwner(taking: 0) }
            #expect(untouched == first)
            let later = try await store.write(of: owner) { transaction in
                _ = try transaction.lockOwner(taking: 0)
                return try transaction.lockOwner(taking: 1000)
            }
            #expect(later == OwnerState(id: first.id, epoch: 1, sequence: 1001, lastWipeAt: nil))
            #expect(try await store.state(of: owner) == later)
            let other = try await store.write(of: freshOwner()) { try $0.lockOwner(taking: 0) }
            #expect(other.sequence == 0 && other.id != first.id)
        },
        StoreRequirement("A store tells owners apart by bytes") { store in
            let mark = UID.random().description
            let owners = [
                Owner(tenant: mark + "é", subject: "s"), Owner(tenant: mark + "e\u{301}", subject: "s"),
                Owner(tenant: mark + "É", subject: "s"), Owner(tenant: mark + "é ", subject: "s"), Owner(tenant: mark + "é", subject: "S"),
                Owner(tenant: mark + "é", subject: "s'; DROP TABLE item; --"), Owner(tenant: mark + "é$1", subject: "%_\\"),
                Owner(tenant: mark + "és", subject: ""),
            ].filter { !$0.subject.isEmpty }
            for (number, owner) in owners.enumerated() {
                try await store.keep([sample(sequence: Int64(number) + 1, payload: "{\"owner\":\(number)}")], of: owner)
            }
            for (number, owner) in owners.enumerated() {
                let items = try await store.items(ItemQuery(.notes, limit: 10), of: owner)
                #expect(items.map(\.item.payload) == [Array("{\"owner\":\(number)}".utf8)])
                #expect(try await store.state(of: owner)?.sequence == Int64(number) + 1)
            }
        },
        StoreRequirement("A store refuses an owner without tenant or subject") { store in
            for owner in [Owner(tenant: "", subject: "s \(UID.random())"), Owner(tenant: "t \(UID.random())", subject: "")] {
                await #expect(throws: StoreError.self) { try await store.write(of: owner) { _ = try $0.lockOwner(taking: 1) } }
                let state = try await store.state(of: owner)
                #expect(state == nil)
            }
        },
        StoreRequirement("A store refuses to count backwards or beyond 64 bits, and keeps nothing of the attempt") { store in
            let owner = freshOwner()
            _ = try await store.write(of: owner) { try $0.lockOwner(taking: 5) }
            for count in [-1, .min, .max] {
                await #expect(throws: StoreError.self) { try await store.write(of: owner) { _ = try $0.lockOwner(taking: count) } }
            }
            #expect(try await store.state(of: owner)?.sequence == 5)
        },
        StoreRequirement("A store keeps the first state key that it is given") { store in
            let first = try await store.stateKeys(orKeeping: StateKey(id: "k1", secret: [0, 1, 2, 255] + [UInt8](repeating: 7, count: 28)))
            #expect(!first.isEmpty)
            let second = try await store.stateKeys(orKeeping: StateKey(id: "k2", secret: [UInt8](repeating: 9, count: 32)))
            #expect(second == first)
        },
        StoreRequirement("A store is ready once it is open") { store in
            try await store.check()
        },
    ]
}

import Testing
import ToolBridge

extension StoreRequirement {
    static let wipes = [
        StoreRequirement("A store wipes all of an owner and nothing of others") { store in
            let owner = freshOwner()
            let neighbours = [
                Owner(tenant: owner.tenant, subject: owner.subject + "2"), Owner(tenant: owner.tenant + "2", subject: owner.subject),
            ]
            let session = session(of: owner)
            for owner in [owner] + neighbours {
                try await store.keep(
                    [
                        sample(.random(), .notes, sequence: 1, payload: #"{"tags":["t"],"status":"s"}"#),
                        sample(.random(), .notes, sequence: 2, deleted: true),
                        sample(.random(), .tasks, sequence: 3, parent: ItemReference(.taskLists, .random())),
                    ],
                    of: owner
                )
            }
            let (request, answer) = (sampleRequest("wiped"), sampleAnswer("kept"))
            for owner in [owner] + neighbours {
                try await store.write(of: owner) { try $0.record(answer, to: request, at: Timestamp(milliseconds: 7)) }
            }
            try await store.write(of: owner) { try $0.add(session) }
            let before = try #require(try await store.state(of: owner))
            let time = Timestamp(milliseconds: 1_772_359_200_123)
            let (state, deleted) = try await store.write(of: owner) { transaction in
                _ = try transaction.lockOwner(taking: 0)
                return try transaction.wipe(at: time)
            }
            #expect(state == OwnerState(id: before.id, epoch: 2, sequence: 3, lastWipeAt: time))
            for kind in ItemKind.allCases {
                #expect(deleted[kind, default: 0] == [.notes: 2, .tasks: 1][kind, default: 0])
                #expect(try await store.items(ItemQuery(kind, limit: 10), of: owner).isEmpty)
            }
            #expect(try await store.state(of: owner) == state)
            #expect(try await store.read(of: owner) { try $0.session(session.id) } == nil)
            let tagged = ItemQuery(.notes, filter: ItemFilter(tag: "t"), limit: 10)
            let beginning = Timestamp(milliseconds: 0)
            #expect(try await store.items(tagged, of: owner).isEmpty)
            #expect(try await store.read(of: owner) { try $0.recordedAnswer("wiped", after: beginning)?.answer } == nil)
            #expect(try await store.read(of: owner) { try $0.changes(ChangeQuery(beyond: 0, limit: 10)) }.isEmpty)
            for neighbour in neighbours {
                #expect(try await store.items(tagged, of: neighbour).count == 1)
                #expect(try await store.read(of: neighbour) { try $0.recordedAnswer("wiped", after: beginning)?.answer } == answer)
                #expect(try await store.items(ItemQuery(.notes, limit: 10), of: neighbour).count == 2)
                #expect(try await store.state(of: neighbour)?.epoch == 1)
            }
            let next = try await store.write(of: owner) { try $0.lockOwner(taking: 1) }
            #expect(next.sequence == 4 && next.epoch == 2)
        },
        StoreRequirement("A store's first wipe of a new owner gives epoch 2") { store in
            let owner = freshOwner()
            let state = try await store.write(of: owner) { transaction in
                _ = try transaction.lockOwner(taking: 0)
                return try transaction.wipe(at: Timestamp(milliseconds: 1)).state
            }
            #expect(state.epoch == 2 && state.sequence == 0)
        },
        StoreRequirement("A store refuses to wipe an owner that isn't there") { store in
            let owner = freshOwner()
            await #expect(throws: StoreError.self) {
                try await store.write(of: owner) { _ = try $0.wipe(at: Timestamp(milliseconds: 1)) }
            }
            let state = try await store.state(of: owner)
            #expect(state == nil)
        },
        StoreRequirement("A store takes a wipe back with its transaction") { store in
            struct Refused: Error {}
            let owner = freshOwner()
            let item = sample(sequence: 1)
            try await store.keep([item], of: owner)
            await #expect(throws: Refused.self) {
                try await store.write(of: owner) { transaction in
                    _ = try transaction.lockOwner(taking: 0)
                    _ = try transaction.wipe(at: Timestamp(milliseconds: 1))
                    throw Refused()
                }
            }
            #expect(try await store.item(item.item.uid, .notes, of: owner) == item)
            #expect(try await store.state(of: owner)?.epoch == 1)
        },
    ]
}

func session(of owner: Owner, expiresAt: Int64 = 2_000) -> SyncSession {
    let times = [1_000, expiresAt].map(Timestamp.init(milliseconds:))
    return SyncSession(id: .random(), owner: owner, createdAt: times[0], expiresAt: times[1], epoch: 3)
}

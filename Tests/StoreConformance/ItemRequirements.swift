import Testing
import ToolBridge

extension StoreRequirement {
    static let items = [
        StoreRequirement("A store has no item that wasn't put") { store in
            let owner = freshOwner()
            #expect(try await store.item(.random(), .notes, of: owner) == nil)
            try await store.keep([sample(sequence: 1)], of: owner)
            #expect(try await store.item(.random(), .notes, of: owner) == nil)
        },
        StoreRequirement("A store gives items back as they were put, byte for byte") { store in
            let owner = freshOwner()
            let payloads = [
                "{}", "{ \"b\" : 1.0,\t\"a\":[1E2, 123456789012345678901234567890],\r\n\"c\":\"\\u00e9\\/\" } ",
                #"{"é":"é","é":"é","🧶":"👩‍👩‍👧‍👦","null":null}"#, "{\"long\":\"\(String(repeating: "x", count: 1 << 20))\"}",
            ]
            let kept = payloads.enumerated().map { sample(sequence: Int64($0.offset) + 1, payload: $0.element) }
            try await store.keep(kept, of: owner)
            for item in kept { #expect(try await store.item(item.item.uid, .notes, of: owner) == item) }
        },
        StoreRequirement("A store keeps every field of every kind, tombstones included") { store in
            let owner = freshOwner()
            let kept = ItemKind.allCases.enumerated().flatMap { offset, kind in
                [false, true].map { deleted in
                    sample(
                        .random(),
                        kind,
                        sequence: Int64(offset * 2) + (deleted ? 2 : 1),
                        version: deleted ? .max : 1,
                        deleted: deleted,
                        parent: deleted ? nil : ItemReference(.chats, .random())
                    )
                }
            }
            try await store.keep(kept, of: owner)
            for item in kept { #expect(try await store.item(item.item.uid, item.item.kind, of: owner) == item) }
        },
        StoreRequirement("A store replaces all of an item") { store in
            let owner = freshOwner()
            let uid = UID.random()
            try await store.keep([sample(uid, sequence: 1, deleted: true, parent: ItemReference(.chats, .random()))], of: owner)
            let later = sample(uid, sequence: 2, version: 2, payload: #"{"now":"this"}"#)
            try await store.keep([later], of: owner)
            #expect(try await store.item(uid, .notes, of: owner) == later)
            #expect(try await store.items(ItemQuery(.notes, limit: 10), of: owner) == [later])
        },
        StoreRequirement("A store tells kinds and owners apart that share a uid") { store in
            let uid = UID.random()
            let owners = [freshOwner(), freshOwner()]
            for (offset, owner) in owners.enumerated() {
                try await store.keep(
                    [
                        sample(uid, .notes, sequence: 1, payload: "{\"n\":\(offset)}"),
                        sample(uid, .tasks, sequence: 2, payload: "{\"t\":\(offset)}"),
                    ],
                    of: owner
                )
            }
            for (offset, owner) in owners.enumerated() {
                #expect(try await store.item(uid, .notes, of: owner)?.item.payload == Array("{\"n\":\(offset)}".utf8))
                #expect(try await store.item(uid, .tasks, of: owner)?.item.payload == Array("{\"t\":\(offset)}".utf8))
                #expect(try await store.item(uid, .chats, of: owner) == nil)
            }
        },
        StoreRequirement("A store finds the live children of a parent") { store in
            let owner = freshOwner()
            let list = ItemReference(.taskLists, .random())
            let kept = [
                sample(.random(), .tasks, sequence: 3, parent: list), sample(.random(), .tasks, sequence: 1, parent: list),
                sample(.random(), .tasks, sequence: 2, deleted: true, parent: list), sample(.random(), .tasks, sequence: 4),
                sample(.random(), .tasks, sequence: 5, parent: ItemReference(.taskLists, .random())),
                sample(.random(), .tasks, sequence: 6, parent: ItemReference(.notes, list.uid)),
                sample(.random(), .comments, sequence: 7, parent: list),
            ]
            try await store.keep(kept, of: owner)
            try await store.keep([sample(.random(), .tasks, sequence: 1, parent: list)], of: freshOwner())
            #expect(try await store.write(of: owner) { try $0.liveChildren(of: list, .tasks, limit: 10) } == [kept[1], kept[0]])
            #expect(try await store.write(of: owner) { try $0.liveChildren(of: list, .tasks, limit: 1) } == [kept[1]])
        },
    ]
}

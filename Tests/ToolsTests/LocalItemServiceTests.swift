import JSON
import Testing
import ToolBridge

/// Items over a real database: changes, conditions, parents and owners.
@Suite struct LocalItemServiceTests {
    private static func create(_ service: LocalItemService, _ kind: ItemKind, _ payload: String = "{}", of owner: Owner = .me) async throws
        -> Item
    {
        try await service.create(Payload(payload), kind, epoch: nil, of: owner)
    }

    // MARK: Creating

    @Test func aNewItemHasTheUidThatWasChosenOrAFreshOne() async throws {
        try await withStore { store in
            let fresh = UID.numbered(77)
            let service = LocalItemService(store: store, makeUID: { fresh })
            let chosen = UID.numbered(5)
            let item = try await Self.create(service, .tasks, #"{"uid":"{\#(chosen.description.uppercased())}"}"#)
            #expect(item.uid == chosen && item.version == 1 && item.deletedAt == nil)
            #expect(try item.object()["uid"]?.string == chosen.description)
            for (index, uid) in ["", #""uid":null"#, #""uid":"""#, #""uid":"00000000-0000-0000-0000-000000000000""#].enumerated() {
                let kind = ItemKind.allCases.filter { $0.parentRule == .none || $0 == .taskLists || $0 == .taskListCategories }[index]
                #expect(try await Self.create(service, kind, "{\(uid)}").uid == fresh)
            }
            for uid in [#""x""#, "7", "true", "{}", "[]", #"" ""#] {
                let error = await refusal { _ = try await Self.create(service, .tasks, #"{"uid":\#(uid)}"#) }
                #expect(error == .invalidUID(field: "/uid"), "\(uid)")
            }
            let existing = await refusal { _ = try await Self.create(service, .tasks, #"{"uid":"\#(chosen)"}"#) }
            #expect(existing == .alreadyExists(item))
            let deleted = try await service.mutate(chosen, .tasks, .delete, expecting: nil, epoch: nil, of: .me)
            let dead = await refusal { _ = try await Self.create(service, .tasks, #"{"uid":"\#(chosen)"}"#) }
            #expect(dead == .deleted(deleted))
        }
    }

    // MARK: Changing

    @Test(arguments: ItemKind.allCases)
    func everyChangeRaisesTheVersionByOneAndTheTime(_ kind: ItemKind) async throws {
        try await withService { service, clock in
            let parent = try await Self.parent(of: kind, service)
            let created = try await Self.create(service, kind, #"{"keep":1,\#(parent)"title":"a"}"#)
            var last = created
            let mutations: [(String, Mutation)] =
                [
                    ("replace", .replace(try Payload(#"{"title":"b"}"#))), ("patch", .patch(try Payload(#"{"c":{"d":null}}"#))),
                    ("merge", .mergePatch(try Payload(#"{"c":{"e":1}}"#))), ("archive", .archive),
                ] + kind.actions.map { ($0.name, .process($0)) } + [("delete", .delete)]
            for (name, mutation) in mutations {
                // A clock that runs backwards doesn't take the item along.
                clock.advance(-5)
                let item = try await service.mutate(created.uid, kind, mutation, expecting: .exactly(last.version), epoch: nil, of: .me)
                #expect(item.version == last.version + 1, "\(name)")
                #expect(item.updatedAt.milliseconds == last.updatedAt.milliseconds + 1, "\(name)")
                #expect(try item.object()["sync"]?["version"]?.integer == item.version, "\(name)")
                #expect(try await service.item(created.uid, kind, includeDeleted: true, of: .me) == item, "\(name)")
                last = item
            }
            #expect(last.deletedAt == last.updatedAt)
            #expect(try last.object()["c"].map { String(decoding: $0.bytes, as: UTF8.self) } == #"{"d":null,"e":1}"#)
            #expect(try last.object()["keep"] == nil)
            for (name, mutation) in mutations {
                let error = await refusal {
                    _ = try await service.mutate(created.uid, kind, mutation, expecting: .exactly(1), epoch: nil, of: .me)
                }
                #expect(error == (name == "delete" ? .alreadyDeleted(last) : .deleted(last)), "\(name)")
                let unknown = await refusal {
                    _ = try await service.mutate(.random(), kind, mutation, expecting: .any, epoch: nil, of: .me)
                }
                #expect(unknown == .notFound(kind), "\(name)")
            }
            #expect(await refusal { _ = try await service.item(created.uid, kind, includeDeleted: false, of: .me) } == .deleted(last))
            #expect(try await service.item(created.uid, kind, includeDeleted: true, of: .me) == last)
        }
    }

    /// A member that names a living parent, with its comma.
    private static func parent(of kind: ItemKind, _ service: LocalItemService) async throws -> String {
        switch kind {
        case .comments: #""parentType":"note","parentUid":"\#(try await create(service, .notes).uid)","#
        case .chatMessages: #""chatUid":"\#(try await create(service, .chats).uid)","#
        default: ""
        }
    }

    @Test func aRefusedChangeLeavesNothingBehind() async throws {
        try await withService { service, _ in
            for mutation in [Mutation.delete, .archive, .patch(try Payload("{}"))] {
                _ = await refusal { _ = try await service.mutate(.numbered(1), .notes, mutation, expecting: nil, epoch: nil, of: .me) }
            }
            _ = await refusal { _ = try await Self.create(service, .comments, #"{"parentType":"note","parentUid":"\#(UID.numbered(1))"}"#) }
            _ = await refusal { _ = try await service.create(Payload("{}"), .notes, epoch: 7, of: .me) }
            #expect(try await service.state(of: .me) == nil)
            let item = try await Self.create(service, .notes)
            let state = try await service.state(of: .me)
            #expect(state?.sequence == 1)
            let stale = await refusal {
                _ = try await service.mutate(item.uid, .notes, .delete, expecting: .exactly(2), epoch: nil, of: .me)
            }
            #expect(stale == .versionMismatch(item, expected: .exactly(2)))
            let epoch = await refusal { _ = try await service.mutate(item.uid, .notes, .delete, expecting: nil, epoch: 2, of: .me) }
            #expect(epoch == .epochMismatch(1))
            #expect(try await service.state(of: .me) == state)
            #expect(try await service.item(item.uid, .notes, includeDeleted: false, of: .me) == item)
        }
    }

    @Test func changesOf32WritersAtOnceAreAllKept() async throws {
        try await withService { service, _ in
            let item = try await Self.create(service, .tasks)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<32 {
                    group.addTask {
                        for round in 0..<4 {
                            let patch = try Payload(#"{"w\#(writer)":\#(round),"w\#(writer)r\#(round)":true}"#)
                            _ = try await service.mutate(item.uid, .tasks, .patch(patch), expecting: nil, epoch: nil, of: .me)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let last = try await service.item(item.uid, .tasks, includeDeleted: false, of: .me)
            #expect(last.version == 129)
            let object = try last.object()
            for writer in 0..<32 {
                #expect(object["w\(writer)"]?.integer == 3)
                for round in 0..<4 { #expect(object["w\(writer)r\(round)"]?.boolean == true) }
            }
        }
    }

    @Test func ofTwoWritersWhoMeanTheSameVersionExactlyOneWins() async throws {
        try await withService { service, _ in
            let kinds = ItemKind.allCases.filter { $0 != .comments && $0 != .chatMessages }
            var items: [ItemKind: Item] = [:]
            for kind in kinds { items[kind] = try await Self.create(service, kind) }
            for round in 0..<200 {
                let kind = kinds[round % kinds.count]
                let item = try #require(items[kind])
                let outcomes = await withTaskGroup(of: Result<Item, ItemError>.self) { group in
                    for writer in 0..<2 {
                        group.addTask {
                            do throws(ItemError) {
                                let mutation =
                                    writer == round % 2 ? Mutation.archive : .patch(try Payload(parsing: Array(#"{"w":\#(writer)}"#.utf8)))
                                return .success(
                                    try await service.mutate(
                                        item.uid,
                                        kind,
                                        mutation,
                                        expecting: .exactly(item.version),
                                        epoch: nil,
                                        of: .me
                                    )
                                )
                            } catch {
                                return .failure(error)
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                let winners = outcomes.compactMap { try? $0.get() }
                let winner = try #require(winners.first)
                #expect(winners.count == 1, "round \(round)")
                for case .failure(let error) in outcomes { #expect(error == .versionMismatch(winner, expected: .exactly(item.version))) }
                #expect(try await service.item(item.uid, kind, includeDeleted: false, of: .me) == winner)
                items[kind] = winner
            }
        }
    }

    // MARK: Task lists

    @Test func aDeletedListLetsGoOfMoreTasksThanOneSlice() async throws {
        try await withService { service, _ in
            let list = try await Self.create(service, .taskLists)
            for _ in 0..<250 { _ = try await Self.create(service, .tasks, #"{"taskListUid":"\#(list.uid)"}"#) }
            _ = try await service.mutate(list.uid, .taskLists, .delete, expecting: nil, epoch: nil, of: .me)
            let tasks = try await service.list(.tasks, ListQuery(limit: 1000), of: .me).items
            #expect(tasks.count == 250)
            for task in tasks {
                #expect(task.version == 2)
                #expect(try task.object()["taskListUid"] == nil)
            }
            // One number for each task that was made, two lists' changes, and one for each that was let go.
            #expect(try await service.state(of: .me)?.sequence == 250 + 2 + 250)
        }
    }

    @Test func aDeletedTaskListLetsGoOfItsLivingTasks() async throws {
        try await withService { service, clock in
            let list = try await Self.create(service, .taskLists)
            let other = try await Self.create(service, .taskLists)
            func task(_ member: String, _ owner: Owner = .me) async throws -> Item {
                try await Self.create(service, .tasks, #"{"title":"t",\#(member)"z":1.0}"#, of: owner)
            }
            let inside = try await task(#""taskListUid":"\#(list.uid.description.uppercased())","#)
            let elsewhere = try await task(#""taskListUid":"\#(other.uid)","#)
            let alone = try await task("")
            let foreign = try await task(#""taskListUid":"\#(list.uid)","#, .other)
            let gone = try await task(#""taskListUid":"\#(list.uid)","#)
            let dead = try await service.mutate(gone.uid, .tasks, .delete, expecting: nil, epoch: nil, of: .me)
            let bare = Change(
                uid: .numbered(9),
                kind: .tasks,
                updatedAt: clock.now,
                parent: .loose(ItemReference(.taskLists, list.uid)),
                payload: Array(#"{"taskListUid":"\#(list.uid)"}"#.utf8)
            )
            _ = try await service.push([.success(bare)], .tasks, epoch: 1, of: .me)
            let before = try #require(try await service.state(of: .me)).sequence

            clock.advance(60_000)
            let deleted = try await service.mutate(list.uid, .taskLists, .delete, expecting: nil, epoch: nil, of: .me)
            #expect(deleted.uid == list.uid && deleted.version == 2)
            #expect(try await service.state(of: .me)?.sequence == before + 3)

            let detached = try await service.item(inside.uid, .tasks, includeDeleted: false, of: .me)
            let object = try detached.object()
            #expect(detached.version == 2 && detached.updatedAt == clock.now)
            #expect(object["taskListUid"] == nil)
            #expect(String(decoding: detached.payload, as: UTF8.self).contains(#""z":1.0"#))
            for key in ["updatedTs", "updateTime", "updatedAt"] { #expect(object[key]?.string == clock.now.description) }
            #expect(object["sync"]?["version"]?.integer == 2)
            #expect(object["sync"]?["updatedAt"]?.string == clock.now.description)
            let plain = try await service.item(.numbered(9), .tasks, includeDeleted: false, of: .me)
            #expect(plain.version == 2)
            #expect(try plain.object()["taskListUid"] == nil)
            #expect(try plain.object()["sync"] == nil)

            for item in [elsewhere, alone, dead] {
                #expect(try await service.item(item.uid, .tasks, includeDeleted: true, of: .me) == item)
            }
            #expect(try await service.item(foreign.uid, .tasks, includeDeleted: false, of: .other) == foreign)
            // Followers see the list first, then its tasks.
            let feed = try await service.pull(.tasks, cursor: nil, limit: 100, epoch: 1, of: .me)
            #expect(feed.items.suffix(2).map(\.uid) == [inside.uid, .numbered(9)])
        }
    }

    @Test func aTaskListDeletedByPushKeepsItsTasks() async throws {
        try await withService { service, clock in
            let list = try await Self.create(service, .taskLists)
            let task = try await Self.create(service, .tasks, #"{"taskListUid":"\#(list.uid)"}"#)
            clock.advance(10)
            let deletion = Change(uid: list.uid, kind: .taskLists, updatedAt: clock.now, isDeletion: true, payload: Array("{}".utf8))
            _ = try await service.push([.success(deletion)], .taskLists, epoch: 1, of: .me)
            #expect(try await service.item(list.uid, .taskLists, includeDeleted: true, of: .me).deletedAt == clock.now)
            #expect(try await service.item(task.uid, .tasks, includeDeleted: false, of: .me) == task)
        }
    }

    // MARK: Parents and owners

    @Test func missingDeadAndForeignParentsLookTheSame() async throws {
        try await withService { service, _ in
            for (kind, parent, text) in [
                (ItemKind.comments, ItemKind.notes, "note"), (.comments, .tasks, "task"), (.chatMessages, .chats, "chat"),
            ] {
                let dead = try await Self.create(service, parent)
                _ = try await service.mutate(dead.uid, parent, .delete, expecting: nil, epoch: nil, of: .me)
                let foreign = try await Self.create(service, parent, of: .other)
                let otherKind = try await Self.create(service, .taskLists)
                let alive = try await Self.create(service, parent)
                func payload(_ uid: UID) -> String {
                    kind == .comments ? #"{"parentType":"\#(text)","parentUid":"\#(uid)"}"# : #"{"chatUid":"\#(uid)"}"#
                }
                let key = kind == .comments ? "parentUid" : "chatUid"
                let item = try await Self.create(service, kind, payload(alive.uid))
                for uid in [.random(), dead.uid, foreign.uid, otherKind.uid] {
                    let expected = ItemError.invalidParent(.notFound, key: key, "parent \(text) not found: \(uid)")
                    #expect(await refusal { _ = try await Self.create(service, kind, payload(uid)) } == expected)
                    for mutation in [
                        Mutation.replace(try Payload(payload(uid))), .patch(try Payload(payload(uid))),
                        .mergePatch(try Payload(payload(uid))),
                    ] {
                        let error = await refusal {
                            _ = try await service.mutate(item.uid, kind, mutation, expecting: nil, epoch: nil, of: .me)
                        }
                        #expect(error == expected)
                    }
                }
                // Without its parent an item can only be deleted.
                _ = try await service.mutate(alive.uid, parent, .delete, expecting: nil, epoch: nil, of: .me)
                #expect(try await service.item(item.uid, kind, includeDeleted: false, of: .me) == item)
                let expected = ItemError.invalidParent(.notFound, key: key, "parent \(text) not found: \(alive.uid)")
                for mutation in [Mutation.archive, .process(kind.actions[0]), .replace(try Payload("{}")), .patch(try Payload("{}"))] {
                    #expect(
                        await refusal { _ = try await service.mutate(item.uid, kind, mutation, expecting: nil, epoch: nil, of: .me) }
                            == expected
                    )
                }
                #expect(try await service.mutate(item.uid, kind, .delete, expecting: nil, epoch: nil, of: .me).version == 2)
            }
        }
    }

    @Test func twoOwnersNeverSeeEachOther() async throws {
        let owners = [
            Owner(tenant: "a:b", subject: "c"), Owner(tenant: "a", subject: "b:c"), Owner(tenant: "A", subject: "b:c"),
            Owner(tenant: "caf\u{e9}", subject: "c"), Owner(tenant: "cafe\u{301}", subject: "c"), Owner(tenant: "a", subject: "c"),
        ]
        try await withService { service, _ in
            let uid = UID.numbered(1)
            for (index, owner) in owners.enumerated() {
                for kind in [ItemKind.notes, .chats] {
                    let item = try await Self.create(service, kind, #"{"uid":"\#(uid)","n":\#(index)}"#, of: owner)
                    #expect(item.version == 1)
                }
            }
            for (index, owner) in owners.enumerated() where index % 2 == 0 {
                _ = try await service.mutate(uid, .notes, .delete, expecting: nil, epoch: nil, of: owner)
                let deleted = try await service.wipe(epoch: nil, of: owner).deleted
                #expect(deleted[.notes] == 1 && deleted[.chats] == 1)
            }
            for (index, owner) in owners.enumerated() {
                let page = try await service.list(.notes, ListQuery(includeDeleted: true), of: owner)
                let pull = try await service.pull(.notes, cursor: nil, limit: 10, epoch: index % 2 == 0 ? 2 : 1, of: owner)
                #expect(page.items == pull.items)
                #expect(page.items.count == index % 2)
                for item in page.items { #expect(try item.object()["n"]?.integer == Int64(index)) }
                if index % 2 == 0 {
                    #expect(await refusal { _ = try await service.item(uid, .notes, includeDeleted: true, of: owner) } == .notFound(.notes))
                }
            }
        }
    }
}

import JSON
import Testing
import ToolBridge

/// Push, pull, sessions, epochs and wipe over a real database.
@Suite struct SyncServiceTests {
    private static func change(
        _ uid: UID,
        _ kind: ItemKind = .notes,
        at time: Int64?,
        _ payload: String = "{}",
        deleted: Bool = false,
        version: Int64 = 1
    ) -> Result<Change, ItemError> {
        let time = time.map { Timestamp(milliseconds: $0) }
        return .success(
            Change(uid: uid, kind: kind, updatedAt: time, isDeletion: deleted, firstVersion: version, payload: Array(payload.utf8))
        )
    }

    private static func kept(_ uid: UID, _ version: Int64, _ time: Int64) -> PushOutcome {
        .kept(uid: uid, version: version, updatedAt: Timestamp(milliseconds: time))
    }

    // MARK: The run that the contract shows

    @Test func oneRunThrough() async throws {
        try await withService { service, clock in
            let (uid, now) = (UID.numbered(1), clock.now.milliseconds)
            let opened = try await service.openSession(of: .me)
            #expect(opened.session.epoch == 1 && opened.state.epoch == 1)
            #expect(opened.session.expiresAt.milliseconds == now + 1_800_000)

            let first = Self.change(uid, at: 1, #"{"title":"a"}"#)
            for _ in 1...2 { #expect(try await service.push([first], .notes, epoch: 1, of: .me) == [Self.kept(uid, 1, 1)]) }
            let second = Self.change(uid, at: 2, #"{"title":"b"}"#)
            #expect(try await service.push([second], .notes, epoch: 1, of: .me) == [Self.kept(uid, 2, 2)])

            let patch = Mutation.patch(try Payload(#"{"c":1}"#))
            let stale = await refusal { _ = try await service.mutate(uid, .notes, patch, expecting: .exactly(1), epoch: 1, of: .me) }
            #expect(stale?.code == .versionMismatch && stale?.text == "version mismatch: expected 1, actual 2")
            #expect(try await service.mutate(uid, .notes, patch, expecting: .exactly(2), epoch: 1, of: .me).version == 3)

            let page = try await service.pull(.notes, cursor: nil, limit: 1, epoch: 1, of: .me)
            #expect(page.items.map(\.uid) == [uid] && !page.hasMore && page.nextCursor == page.checkpoint)

            clock.advance(10)
            let deletion = Self.change(uid, at: now + 10, "{}", deleted: true)
            #expect(try await service.push([deletion], .notes, epoch: 1, of: .me) == [Self.kept(uid, 4, now + 10)])
            let next = try await service.pull(.notes, cursor: page.nextCursor, limit: 1, epoch: 1, of: .me)
            #expect(next.items.map(\.deletedAt) == [Timestamp(milliseconds: now + 10)])
            #expect(next.nextCursor != page.nextCursor)

            #expect(await refusal { _ = try await service.item(uid, .notes, includeDeleted: false, of: .me) }?.code == .deleted)
            #expect(try await service.item(uid, .notes, includeDeleted: true, of: .me).version == 4)
            let again = await refusal { _ = try await service.create(Payload(#"{"uid":"\#(uid)"}"#), .notes, epoch: 1, of: .me) }
            #expect(again?.code == .deleted)

            let revival = Self.change(uid, at: now + 11, #"{"title":"d"}"#)
            #expect(try await service.push([revival], .notes, epoch: 1, of: .me) == [Self.kept(uid, 5, now + 11)])
            #expect(try await service.item(uid, .notes, includeDeleted: false, of: .me).deletedAt == nil)

            let comment = try Change(
                reading: Payload(#"{"uid":"\#(UID.numbered(2))","parentType":"note","parentUid":"\#(UID.numbered(3))"}"#),
                .comments
            )
            let outcome = try await service.push([.success(comment)], .comments, epoch: 1, of: .me)
            let text = "parent note not found: \(UID.numbered(3))"
            #expect(outcome == [.refused(comment, .invalidParent(.notFound, key: "parentUid", text))])

            let wiped = try await service.wipe(epoch: nil, of: .me)
            let (state, deleted) = (wiped.state, wiped.deleted)
            #expect(state.epoch == 2 && state.lastWipeAt == clock.now && state.id == opened.state.id)
            #expect(deleted.count == 7 && deleted[.notes] == 1 && deleted[.comments] == 0)
            #expect(await refusal { _ = try await service.session(opened.session.id, of: .me) } == .sessionNotFound)
            #expect(await refusal { _ = try await service.pull(.notes, cursor: nil, limit: 1, epoch: 1, of: .me) } == .epochMismatch(2))
            #expect(await refusal { _ = try await service.push([first], .notes, epoch: 1, of: .me) } == .epochMismatch(2))
        }
    }

    // MARK: Push

    @Test func theLaterChangeWinsAndAnEarlierOneChangesNothing() async throws {
        try await withService { service, clock in
            let now = clock.now.milliseconds
            let uid = UID.numbered(1)
            let steps: [(wait: Int64, time: Int64?, payload: String, isDeletion: Bool, version: Int64, kept: Int64)] = [
                (0, 100, "1", false, 500, 100), (0, 100, "2", false, 500, 100), (0, 99, "3", true, 500, 100),
                (0, 101, "1", false, 500, 100),
                (0, 101, "4", false, 501, 101),
                // Five minutes ahead is believed, more is not.
                (0, now + 300_000, "5", false, 502, now + 300_000), (0, now + 300_001, "6", false, 502, now + 300_000),
                (300_001, now + 9_000_000, "7", false, 503, now + 300_001),
                // Without a time the server's counts, and a repetition changes nothing.
                (1, nil, "8", false, 504, now + 300_002), (1, nil, "8", false, 504, now + 300_002),
            ]
            for step in steps {
                clock.advance(step.wait)
                let change = Self.change(uid, at: step.time, #"{"a":\#(step.payload)}"#, deleted: step.isDeletion, version: 500)
                let outcomes = try await service.push([change], .notes, epoch: 1, of: .me)
                #expect(outcomes == [Self.kept(uid, step.version, step.kept)], "\(step)")
            }
            #expect(try await service.item(uid, .notes, includeDeleted: false, of: .me).payload == Array(#"{"a":8}"#.utf8))
            #expect(try await service.state(of: .me)?.sequence == 5)
        }
    }

    @Test func aPoisonedItemTouchesNoneOfItsNeighbours() async throws {
        try await withService { service, _ in
            var changes = (1...100).map { Self.change(.numbered($0), at: Int64($0)) }
            let fault = ItemError.invalidPayload(.nul, field: "/a")
            changes[41] = .failure(fault)
            changes[42] = Self.change(.numbered(41), at: 1000, #"{"twice":1}"#)
            let outcomes = try await service.push(changes, .notes, epoch: 1, of: .me)
            #expect(outcomes.count == 100)
            #expect(outcomes[41] == .refused(nil, fault))
            #expect(outcomes[40] == Self.kept(.numbered(41), 1, 41))
            #expect(outcomes[42] == Self.kept(.numbered(41), 2, 1000))
            #expect(outcomes[99] == Self.kept(.numbered(100), 1, 100))
            let page = try await service.pull(.notes, cursor: nil, limit: 1000, epoch: 1, of: .me)
            #expect(page.items.count == 98)
            #expect(page.items[40].uid == .numbered(41) && page.items[40].version == 2)
            #expect(try await service.state(of: .me)?.sequence == 99)
            #expect(try await service.push([], .notes, epoch: 1, of: .me) == [])
        }
    }

    @Test func aPushCanNotLandBehindAWipe() async throws {
        try await withService { service, _ in
            for round in 0..<40 {
                let owner = Owner(tenant: "t", subject: "\(round)")
                async let pushed = refusal { _ = try await service.push([Self.change(.numbered(1), at: 1)], .notes, epoch: 1, of: owner) }
                async let wiped = service.wipe(epoch: nil, of: owner)
                let (error, state) = (await pushed, try await wiped.state)
                #expect(state.epoch == 2)
                #expect(error == nil || error == .epochMismatch(2))
                #expect(try await service.pull(.notes, cursor: nil, limit: 10, epoch: 2, of: owner).items.isEmpty)
            }
        }
    }

    // MARK: Pull

    @Test func pagesFollowTheSequenceAndTheCheckpointIsAlwaysThere() async throws {
        try await withService { service, _ in
            let empty = try await service.pull(.notes, cursor: nil, limit: 10, epoch: 1, of: .me)
            #expect(empty.items.isEmpty && empty.nextCursor == nil && !empty.hasMore)
            let start = try await service.pull(.notes, cursor: empty.checkpoint, limit: 10, epoch: 1, of: .me)
            #expect(start == empty)
            for number in 1...5 {
                _ = try await service.push([Self.change(.numbered(number), at: Int64(1000 - number))], .notes, epoch: 1, of: .me)
            }
            var (cursor, seen): (String?, [Int]) = (empty.checkpoint, [])
            for expected in [(2, true), (2, true), (1, false)] {
                let page = try await service.pull(.notes, cursor: cursor, limit: 2, epoch: 1, of: .me)
                #expect(page.items.count == expected.0 && page.hasMore == expected.1)
                #expect(page.nextCursor == page.checkpoint)
                cursor = page.checkpoint
                seen.append(page.items.count)
            }
            let end = try await service.pull(.notes, cursor: cursor, limit: 2, epoch: 1, of: .me)
            #expect(end.items.isEmpty && end.nextCursor == nil && end.checkpoint == cursor && !end.hasMore)
            let all = try await service.pull(.notes, cursor: "", limit: 100, epoch: 1, of: .me)
            #expect(all.items.map(\.uid) == (1...5).map { .numbered($0) })
        }
    }

    @Test func aPullIsRefusedForItsEpochBeforeItsCursor() async throws {
        try await withService { service, _ in
            _ = try await service.push([Self.change(.numbered(1), at: 1)], .notes, epoch: 1, of: .me)
            let cursor = try await service.pull(.notes, cursor: nil, limit: 1, epoch: 1, of: .me).checkpoint
            for garbage in [
                "nonsense", SyncCursor(.notes, .newestChangeFirst, sequence: 1).text(for: .me),
                SyncCursor(.notes, .oldestChangeFirst, sequence: 2).text(for: .me),
            ] {
                #expect(
                    await refusal { _ = try await service.pull(.notes, cursor: garbage, limit: 1, epoch: 1, of: .me) } == .invalidCursor
                )
                #expect(
                    await refusal { _ = try await service.pull(.notes, cursor: garbage, limit: 1, epoch: 2, of: .me) } == .epochMismatch(1)
                )
            }
            #expect(await refusal { _ = try await service.pull(.tasks, cursor: cursor, limit: 1, epoch: 1, of: .me) } == .invalidCursor)
            #expect(await refusal { _ = try await service.pull(.notes, cursor: cursor, limit: 1, epoch: 1, of: .other) } == .invalidCursor)
            // A wipe doesn't set the sequence back, so an old cursor goes on.
            _ = try await service.wipe(epoch: 1, of: .me)
            #expect(try await service.pull(.notes, cursor: cursor, limit: 1, epoch: 2, of: .me).items.isEmpty)
            _ = try await service.push([Self.change(.numbered(1), at: 1)], .notes, epoch: 2, of: .me)
            #expect(try await service.pull(.notes, cursor: cursor, limit: 1, epoch: 2, of: .me).items.count == 1)
        }
    }

    @Test func aFollowerSeesEveryNewItemOnceWhileOthersWrite() async throws {
        try await withService { service, _ in
            let (writers, each) = (4, 60)
            let seen = try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        for number in 0..<each {
                            let uid = UID.numbered(writer * 1000 + number)
                            if number % 3 == 0 {
                                _ = try await service.create(Payload(#"{"uid":"\#(uid)"}"#), .notes, epoch: nil, of: .me)
                            } else {
                                _ = try await service.push([Self.change(uid, at: Int64(10_000 - number))], .notes, epoch: 1, of: .me)
                            }
                            // Another kind takes numbers of the same sequence.
                            if number % 5 == 0 { _ = try await service.create(Payload("{}"), .tasks, epoch: nil, of: .me) }
                        }
                    }
                }
                var (seen, cursor): ([UID], String?) = ([], nil)
                while seen.count < writers * each {
                    let page = try await service.pull(.notes, cursor: cursor, limit: 7, epoch: 1, of: .me)
                    seen += page.items.map(\.uid)
                    cursor = page.checkpoint
                    await Task.yield()
                }
                try await group.waitForAll()
                let rest = try await service.pull(.notes, cursor: cursor, limit: 1000, epoch: 1, of: .me)
                return seen + rest.items.map(\.uid)
            }
            #expect(seen.count == writers * each)
            #expect(Set(seen).count == writers * each)
        }
    }

    @Test func aFollowerMissesNoLatestVersionWhileItemsAreChanged() async throws {
        try await withService { service, _ in
            let uids = (1...20).map { UID.numbered($0) }
            for uid in uids { _ = try await service.create(Payload(#"{"uid":"\#(uid)"}"#), .tasks, epoch: nil, of: .me) }
            var versions: [UID: [Int64]] = [:]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        for round in 0..<30 {
                            let uid = uids[(writer * 7 + round * 3) % uids.count]
                            _ = try await service.mutate(
                                uid,
                                .tasks,
                                .patch(Payload(#"{"r":\#(round)}"#)),
                                expecting: nil,
                                epoch: nil,
                                of: .me
                            )
                        }
                    }
                }
                var cursor: String?
                for _ in 0..<60 {
                    let page = try await service.pull(.tasks, cursor: cursor, limit: 3, epoch: 1, of: .me)
                    for item in page.items { versions[item.uid, default: []].append(item.version) }
                    cursor = page.checkpoint
                    await Task.yield()
                }
                try await group.waitForAll()
                var hasMore = true
                while hasMore {
                    let page = try await service.pull(.tasks, cursor: cursor, limit: 3, epoch: 1, of: .me)
                    for item in page.items { versions[item.uid, default: []].append(item.version) }
                    (cursor, hasMore) = (page.checkpoint, page.hasMore)
                }
            }
            for uid in uids {
                let stored = try await service.item(uid, .tasks, includeDeleted: false, of: .me)
                let seen = versions[uid] ?? []
                #expect(seen.last == stored.version)
                #expect(seen == seen.sorted() && Set(seen).count == seen.count)
            }
        }
    }

    // MARK: Sessions and wipe

    @Test func aSessionLivesThirtyMinutesAndBelongsToItsOwner() async throws {
        try await withService { service, clock in
            let opened = try await service.openSession(of: .me)
            let (session, state) = (opened.session, opened.state)
            #expect(try await service.session(session.id, of: .me).session == session)
            #expect(try await service.session(session.id, of: .me).state == state)
            let second = try await service.openSession(of: .me)
            #expect(second.session.id != session.id && second.state.id == state.id)
            let foreign = try await service.openSession(of: .other)
            #expect(foreign.state.id != state.id)
            #expect(await refusal { _ = try await service.session(session.id, of: .other) } == .sessionForbidden)
            #expect(await refusal { try await service.endSession(session.id, of: .other) } == .sessionForbidden)
            #expect(await refusal { _ = try await service.session(.random(), of: .me) } == .sessionNotFound)
            #expect(
                await refusal { _ = try await service.session(session.id, of: Owner(tenant: "t", subject: "nobody")) } == .sessionForbidden
            )

            try await service.endSession(second.session.id, of: .me)
            #expect(await refusal { try await service.endSession(second.session.id, of: .me) } == .sessionNotFound)
            clock.advance(1_799_999)
            #expect(try await service.session(session.id, of: .me).session == session)
            clock.advance(1)
            #expect(await refusal { _ = try await service.session(session.id, of: .me) } == .sessionNotFound)
            #expect(await refusal { _ = try await service.session(session.id, of: .other) } == .sessionNotFound)
        }
    }

    @Test func sessionsAndEpochsAreKnownToEveryProcessOverTheSameDatabase() async throws {
        try await withStore { store in
            let (first, second) = (LocalItemService(store: store), LocalItemService(store: store))
            let session = try await first.openSession(of: .me).session
            #expect(try await second.session(session.id, of: .me).session == session)
            _ = try await second.wipe(epoch: 1, of: .me)
            #expect(await refusal { _ = try await first.session(session.id, of: .me) } == .sessionNotFound)
            #expect(try await first.state(of: .me)?.epoch == 2)
        }
    }

    @Test func aWipeRemovesEverythingOfOneOwnerAndSaysHowMuch() async throws {
        try await withService { service, clock in
            #expect(try await service.state(of: .me) == nil)
            let empty = try await service.wipe(epoch: nil, of: .me)
            let (first, none) = (empty.state, empty.deleted)
            #expect(first.epoch == 2 && none.count == 7 && none.values.allSatisfy { $0 == 0 })
            for owner in [Owner.me, .other, Owner(tenant: "elsewhere", subject: "me")] {
                for (index, kind) in ItemKind.allCases.enumerated() where kind != .comments && kind != .chatMessages {
                    for _ in 0...index { _ = try await service.create(Payload("{}"), kind, epoch: nil, of: owner) }
                }
                let note = try await service.create(Payload("{}"), .notes, epoch: nil, of: owner)
                _ = try await service.create(
                    Payload(#"{"parentType":"note","parentUid":"\#(note.uid)"}"#),
                    .comments,
                    epoch: nil,
                    of: owner
                )
                _ = try await service.mutate(note.uid, .notes, .delete, expecting: nil, epoch: nil, of: owner)
            }
            #expect(await refusal { _ = try await service.wipe(epoch: 1, of: .me) } == .epochMismatch(2))
            #expect(await refusal { _ = try await service.wipe(epoch: 3, of: .me) } == .epochMismatch(2))
            clock.advance(5)
            let wiped = try await service.wipe(epoch: 2, of: .me)
            let (state, deleted) = (wiped.state, wiped.deleted)
            #expect(state.epoch == 3 && state.lastWipeAt == clock.now)
            #expect(deleted == [.notes: 2, .tasks: 2, .comments: 1, .chats: 4, .chatMessages: 0, .taskLists: 6, .taskListCategories: 7])
            for kind in ItemKind.allCases {
                #expect(try await service.list(kind, ListQuery(includeDeleted: true), of: .me).items.isEmpty)
            }
            #expect(try await service.list(.chats, ListQuery(), of: .other).items.count == 4)
            #expect(try await service.list(.chats, ListQuery(), of: Owner(tenant: "elsewhere", subject: "me")).items.count == 4)
            #expect(try await service.state(of: .other)?.epoch == 1)
        }
    }
}

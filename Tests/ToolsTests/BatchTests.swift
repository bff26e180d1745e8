import JSON
import Testing
import ToolBridge

/// Many operations in one transaction.
@Suite struct BatchTests {
    private static func create(_ uid: UID, _ kind: ItemKind = .notes, _ members: String = "") throws -> Result<BatchOperation, ItemError> {
        .success(BatchOperation(kind, .create(try Payload(#"{"uid":"\#(uid)"\#(members)}"#))))
    }

    private static func mutate(
        _ uid: UID,
        _ mutation: Mutation,
        _ kind: ItemKind = .notes,
        expecting condition: VersionCondition? = nil
    ) -> Result<BatchOperation, ItemError> {
        .success(BatchOperation(kind, .mutate(uid, mutation, expecting: condition)))
    }

    /// Four operations of which the second, the fourth and the sixth are refused.
    private static func mixed() throws -> [Result<BatchOperation, ItemError>] {
        [
            try create(.numbered(1)), mutate(.numbered(9), .archive), mutate(.numbered(1), .archive),
            .failure(.invalidUID(field: "/operations/3/uid")), try create(.numbered(2), .tasks),
            mutate(.numbered(1), .delete, expecting: .exactly(1)),
        ]
    }

    @Test func inAnIndependentBatchARefusedOperationTouchesNoneOfTheOthers() async throws {
        try await withService { service, _ in
            let outcomes = try await service.write(Self.mixed(), .independent, WriteContext(), of: .me)
            let note = try await service.item(.numbered(1), .notes, includeDeleted: false, of: .me)
            let task = try await service.item(.numbered(2), .tasks, includeDeleted: false, of: .me)
            #expect(note.version == 2)
            #expect(outcomes.count == 6)
            let created = try #require(outcomes.first?.item)
            #expect(created.uid == .numbered(1) && created.version == 1)
            #expect(
                Array(outcomes.dropFirst()) == [
                    .refused(.notFound(.notes)), .written(note), .refused(.invalidUID(field: "/operations/3/uid")), .written(task),
                    .refused(.versionMismatch(note, expected: .exactly(1))),
                ]
            )
            // Only what was written takes a number, in the order of the operations.
            #expect(try await service.state(of: .me)?.sequence == 3)
            #expect(try await service.changes(FeedQuery(), of: .me).changes.map(\.item) == [note, task])
            let next = try await service.create(Payload("{}"), .chats, epoch: nil, of: .me)
            #expect(try await service.changes(FeedQuery(), of: .me).changes.map(\.item) == [note, task, next])
        }
    }

    @Test func ofAnAtomicBatchWithARefusedOperationNothingIsKept() async throws {
        try await withService { service, _ in
            let list = try await service.create(Payload("{}"), .taskLists, epoch: nil, of: .me)
            let inside = try await service.create(Payload(#"{"taskListUid":"\#(list.uid)"}"#), .tasks, epoch: nil, of: .me)
            let before = try await service.state(of: .me)
            let operations = try [Self.mutate(list.uid, .delete, .taskLists)] + Self.mixed()
            let readable = operations.filter { (try? $0.get()) != nil }
            let outcomes = try await service.write(readable, .atomic, WriteContext(), of: .me)
            #expect(outcomes == [.notApplied, .notApplied, .refused(.notFound(.notes)), .notApplied, .notApplied, .notApplied])
            #expect(try await service.state(of: .me) == before)
            // What can't be read is refused before anything is tried.
            let unread = try await service.write(operations, .atomic, WriteContext(), of: .me)
            #expect(unread.map { $0 == .notApplied } == [true, true, true, true, false, true, true])
            guard case .refused(let refusal) = unread[4] else { return #expect(Bool(false)) }
            #expect(refusal.code == .invalidUID)
            #expect(try await service.state(of: .me) == before)
            #expect(try await service.changes(FeedQuery(), of: .me).changes.map(\.item) == [list, inside])
        }
    }

    @Test func anAtomicBatchWithoutRefusalsIsKeptWhole() async throws {
        try await withService { service, clock in
            let list = try await service.create(Payload("{}"), .taskLists, epoch: nil, of: .me)
            for number in 1...150 {
                _ = try await service.create(
                    Payload(#"{"uid":"\#(UID.numbered(number))","taskListUid":"\#(list.uid)"}"#),
                    .tasks,
                    epoch: nil,
                    of: .me
                )
            }
            clock.advance(1000)
            let operations = [
                try Self.create(.numbered(200)), Self.mutate(list.uid, .delete, .taskLists), Self.mutate(.numbered(7), .archive, .tasks),
            ]
            for mode in [BatchMode.atomic, .independent] {
                let again = mode == .independent
                let outcomes = try await service.write(operations, mode, WriteContext(epoch: 1), of: .me)
                let written = outcomes.compactMap(\.item)
                #expect(written.map(\.uid) == (again ? [.numbered(7)] : [.numbered(200), list.uid, .numbered(7)]))
                #expect(try await service.state(of: .me)?.sequence == (again ? 305 : 304))
            }
            let page = try await service.changes(FeedQuery(limit: 1000), of: .me)
            #expect(page.changes.count == 152)
            #expect(page.changes.first?.item.uid == .numbered(200))
            #expect(page.changes.last?.item.uid == .numbered(7))
            for change in page.changes where change.item.kind == .tasks { #expect(try change.item.object()["taskListUid"] == nil) }
        }
    }

    @Test func operationsOnOneItemMeetEachOthersOutcome() async throws {
        try await withService { service, _ in
            for mode in [BatchMode.atomic, .independent] {
                let uid = UID.numbered(mode == .atomic ? 1 : 2)
                let outcomes = try await service.write(
                    [
                        Self.create(uid), Self.mutate(uid, .patch(try Payload(#"{"a":1}"#)), expecting: .exactly(1)),
                        Self.mutate(uid, .patch(try Payload(#"{"b":2}"#)), expecting: .exactly(2)),
                        Self.create(.numbered(mode == .atomic ? 3 : 4), .comments, #","parentType":"note","parentUid":"\#(uid)""#),
                        Self.mutate(uid, .delete),
                    ],
                    mode,
                    WriteContext(),
                    of: .me
                )
                let versions = outcomes.map { $0.item?.version }
                #expect(versions == [1, 2, 3, 1, 4])
                let item = try await service.item(uid, .notes, includeDeleted: true, of: .me)
                #expect(try item.object()["a"]?.integer == 1 && item.object()["b"]?.integer == 2)
            }
            #expect(try await service.changes(FeedQuery(), of: .me).changes.count == 4)
        }
    }

    @Test func aBatchOfAnotherEpochIsRefusedWhole() async throws {
        try await withService { service, _ in
            for mode in [BatchMode.atomic, .independent] {
                let operations = [try Self.create(.numbered(1))]
                let error = await refusal { _ = try await service.write(operations, mode, WriteContext(epoch: 2), of: .me) }
                #expect(error == .epochMismatch(1))
            }
            #expect(try await service.state(of: .me) == nil)
            #expect(try await service.write([], .atomic, WriteContext(), of: .me) == [])
        }
    }
}

extension BatchOutcome {
    /// What was written, if anything was.
    var item: Item? {
        if case .written(let item) = self { item } else { nil }
    }
}

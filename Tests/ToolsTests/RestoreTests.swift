import JSON
import Testing
import ToolBridge

/// What was deleted comes back, over a real database.
@Suite struct RestoreTests {
    private static func create(_ service: LocalItemService, _ kind: ItemKind, _ payload: String = "{}") async throws -> Item {
        try await service.create(Payload(payload), kind, epoch: nil, of: .me)
    }

    private static func mutate(
        _ service: LocalItemService,
        _ item: Item,
        _ mutation: Mutation,
        expecting condition: VersionCondition? = nil
    ) async throws -> Item {
        try await service.mutate(item.uid, item.kind, mutation, expecting: condition, epoch: nil, of: .me)
    }

    @Test func aRestoredItemIsListedFilteredAndFoundAsBefore() async throws {
        try await withService { service, clock in
            let text = #"{"title":"Zucchini","tags":["garden","b"],"status":"open"}"#
            let note = try await Self.create(service, .notes, text)
            func seen() async throws -> [[UID]] {
                let filters = [ItemFilter(), ItemFilter(tag: "garden"), ItemFilter(status: "open"), ItemFilter(status: "open", tag: "b")]
                var lists: [[UID]] = []
                for filter in filters { lists.append(try await service.list(.notes, ListQuery(filter: filter), of: .me).items.map(\.uid)) }
                let found = try await service.search(SearchQuery("zucchini"), of: .me).hits.map(\.item.uid)
                let pulled = try await service.pull(.notes, cursor: nil, limit: 10, epoch: 1, of: .me).items
                return lists + [found, pulled.filter { $0.deletedAt == nil }.map(\.uid)]
            }
            let (all, none) = ([[UID]](repeating: [note.uid], count: 6), [[UID]](repeating: [], count: 6))
            // More than once: nothing of an earlier life may be left.
            for round in 0..<3 {
                #expect(try await seen() == all, "\(round)")
                clock.advance(10)
                let deleted = try await Self.mutate(service, note, .delete)
                #expect(try await seen() == none, "\(round)")
                clock.advance(10)
                let restored = try await Self.mutate(service, note, .restore, expecting: .exactly(deleted.version))
                #expect(restored.version == deleted.version + 1 && restored.updatedAt == clock.now && restored.deletedAt == nil)
                #expect(try await service.item(note.uid, .notes, includeDeleted: false, of: .me) == restored)
            }
            #expect(try await seen() == all)
            let deleted = try await service.list(.notes, ListQuery(includeDeleted: true, filter: ItemFilter(tag: "garden")), of: .me).items
            #expect(deleted.map(\.version) == [7])
        }
    }

    @Test func whatIsRestoredHangsOnALivingParentOrStaysDeleted() async throws {
        try await withService { service, _ in
            let note = try await Self.create(service, .notes)
            let comment = try await Self.create(service, .comments, #"{"parentType":"note","parentUid":"\#(note.uid)"}"#)
            let chat = try await Self.create(service, .chats)
            let message = try await Self.create(service, .chatMessages, #"{"chatUid":"\#(chat.uid)"}"#)
            for (parent, child, key) in [(note, comment, "parentUid"), (chat, message, "chatUid")] {
                let dead = try await Self.mutate(service, child, .delete)
                _ = try await Self.mutate(service, parent, .delete)
                let state = try await service.state(of: .me)
                let error = await refusal { _ = try await Self.mutate(service, child, .restore) }
                let text = "parent \(parent.kind.noun) not found: \(parent.uid)"
                #expect(error == .invalidParent(.notFound, key: key, text))
                #expect(try await service.item(child.uid, child.kind, includeDeleted: true, of: .me) == dead)
                #expect(try await service.state(of: .me) == state)
                _ = try await Self.mutate(service, parent, .restore)
                #expect(try await Self.mutate(service, child, .restore).version == 3)
            }
        }
    }

    /// The list lets go of the tasks that it has; one in the trash keeps its reference, and so comes back to a list that comes back.
    @Test func aTaskIsRestoredToItsListWhetherThatIsThereOrNot() async throws {
        try await withService { service, _ in
            let list = try await Self.create(service, .taskLists)
            let inside = try await Self.create(service, .tasks, #"{"taskListUid":"\#(list.uid)"}"#)
            let trashed = try await Self.create(service, .tasks, #"{"taskListUid":"\#(list.uid)"}"#)
            _ = try await Self.mutate(service, trashed, .delete)
            _ = try await Self.mutate(service, list, .delete)
            let restored = try await Self.mutate(service, trashed, .restore)
            #expect(try restored.object()["taskListUid"]?.string == list.uid.description)
            _ = try await Self.mutate(service, list, .restore)
            let tasks = try await service.list(.tasks, ListQuery(filter: ItemFilter(parentUID: list.uid)), of: .me).items
            #expect(tasks == [restored])
            #expect(try await service.item(inside.uid, .tasks, includeDeleted: false, of: .me).object()["taskListUid"] == nil)
            // A list that is deleted again lets go of it, too.
            _ = try await Self.mutate(service, list, .delete)
            #expect(try await service.item(trashed.uid, .tasks, includeDeleted: false, of: .me).object()["taskListUid"] == nil)
        }
    }

    @Test func aBatchDeletesAndRestores() async throws {
        try await withService { service, _ in
            let note = try await Self.create(service, .notes)
            let comment = try await Self.create(service, .comments, #"{"parentType":"note","parentUid":"\#(note.uid)"}"#)
            func operation(_ item: Item, _ mutation: Mutation, _ condition: VersionCondition? = nil) -> Result<BatchOperation, ItemError> {
                .success(BatchOperation(item.kind, .mutate(item.uid, mutation, expecting: condition)))
            }
            let operations = [
                operation(comment, .delete), operation(note, .delete), operation(comment, .restore), operation(note, .restore, .exactly(9)),
                operation(note, .restore, .exactly(2)), operation(note, .restore), operation(comment, .restore),
            ]
            let outcomes = try await service.write(operations, .independent, WriteContext(), of: .me)
            let written = outcomes.map(\.item?.version)
            #expect(written == [2, 2, nil, nil, 3, nil, 3])
            #expect(outcomes.map(\.refusal?.code) == [nil, nil, .invalidParent, .versionMismatch, nil, .alreadyExists, nil])
            #expect(try await service.state(of: .me)?.sequence == 6)
            let atomic = [operation(note, .delete), operation(comment, .restore)]
            #expect(try await service.write(atomic, .atomic, WriteContext(), of: .me).map(\.refusal?.code) == [nil, .alreadyExists])
            #expect(try await service.item(note.uid, .notes, includeDeleted: false, of: .me).version == 3)
        }
    }

    @Test func aDeviceLearnsOfARestorationAndAnOlderEditDoesNotUndoIt() async throws {
        try await withService { service, clock in
            let note = try await Self.create(service, .notes, #"{"title":"a"}"#)
            clock.advance(1000)
            let dead = try await Self.mutate(service, note, .delete)
            let checkpoint = try await service.pull(.notes, cursor: nil, limit: 10, epoch: 1, of: .me).checkpoint
            clock.advance(1000)
            let restored = try await Self.mutate(service, note, .restore)
            let page = try await service.pull(.notes, cursor: checkpoint, limit: 10, epoch: 1, of: .me)
            #expect(page.items == [restored])
            func push(_ time: Timestamp, _ title: String, deleted: Bool) async throws -> Item {
                let payload = Array(#"{"title":"\#(title)"}"#.utf8)
                let change = Change(uid: note.uid, kind: .notes, updatedAt: time, isDeletion: deleted, payload: payload)
                _ = try await service.push([.success(change)], .notes, epoch: 1, of: .me)
                return try await service.item(note.uid, .notes, includeDeleted: true, of: .me)
            }
            // The device didn't know, and deleted or changed it before.
            #expect(try await push(dead.updatedAt.adding(milliseconds: 500), "b", deleted: true) == restored)
            #expect(try await push(restored.updatedAt, "c", deleted: false) == restored)
            let newer = try await push(restored.updatedAt.adding(milliseconds: 1), "d", deleted: true)
            #expect(newer.version == restored.version + 1 && newer.deletedAt != nil)
            #expect(try await Self.mutate(service, note, .restore, expecting: .exactly(newer.version)).object()["title"]?.string == "d")
        }
    }
}

extension BatchOutcome {
    fileprivate var refusal: ItemError? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }
}

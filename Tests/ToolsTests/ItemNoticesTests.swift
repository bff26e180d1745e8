import MCP
import SQLStore
import SQLiteDriver
import Testing
import ToolBridge
import Tools

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("Notices of items that change", .timeLimit(.minutes(2)))
struct ItemNoticesTests {
    private static func both(_ item: Item) -> [String] {
        ItemAddress.Form.allCases.map { ItemAddress(ItemReference(item.kind, item.uid), $0).text }
    }

    private static func note(_ service: LocalItemService, _ title: String = "t", of owner: Owner = .me) async throws -> Item {
        try await service.create(Payload(#"{"title":"\#(title)"}"#), .notes, epoch: nil, of: owner)
    }

    private static func mutate(_ service: LocalItemService, _ item: Item, _ mutation: Mutation) async throws {
        _ = try await service.mutate(item.uid, item.kind, mutation, expecting: nil, epoch: nil, of: .me)
    }

    @Test("RS6 RS7 a change by any path is told under both addresses; the list only where it has other items")
    func paths() async throws {
        try await withService { service, clock in
            let (old, foreign) = (try await Self.note(service), try await Self.note(service, of: .other))
            try await NoticeBox(service).run { box in
                let ear = try await box.listen()
                try await Self.mutate(service, old, .patch(Payload(#"{"a":1}"#)))
                #expect(await ear.next(2) == Self.both(old))
                let result = try await ToolBox(service).call("archive_note", #"{"uid":"\#(old.uid)"}"#)
                #expect(!result.isError)
                #expect(await ear.next(2) == Self.both(old))
                let new = try await Self.note(service)
                #expect(await ear.next(3) == Self.both(new) + ["list"])
                try await Self.mutate(service, new, .delete)
                #expect(await ear.next(3) == Self.both(new) + ["list"])
                try await Self.mutate(service, new, .restore)
                #expect(await ear.next(3) == Self.both(new) + ["list"])
                clock.advance(10_000)
                let change = Change(uid: old.uid, kind: .notes, updatedAt: clock.now, payload: Array(#"{"title":"s"}"#.utf8))
                _ = try await service.push([.success(change)], .notes, epoch: 1, of: .me)
                #expect(await ear.next(2) == Self.both(old))
                // Of others nothing is heard: the next thing is one's own.
                _ = try await service.mutate(foreign.uid, .notes, .delete, expecting: nil, epoch: nil, of: .other)
                try await Self.mutate(service, new, .patch(Payload(#"{"b":1}"#)))
                #expect(await ear.next(2) == Self.both(new))
            }
        }
    }

    @Test("RS6 after a wipe all may be different, and everything goes on from there")
    func wipes() async throws {
        try await withService { service, _ in
            let old = try await Self.note(service)
            try await NoticeBox(service).run { box in
                let ear = try await box.listen()
                _ = try await service.wipe(epoch: 1, of: .me)
                #expect(await ear.next(2) == ["all", "list"])
                let new = try await service.create(Payload(#"{"uid":"\#(old.uid)"}"#), .notes, epoch: nil, of: .me)
                #expect(await ear.next(3) == Self.both(new) + ["list"])
            }
        }
    }

    @Test("what changes from the moment of listening on is told, also before anybody follows")
    func beginnings() async throws {
        try await withService { service, _ in
            let box = NoticeBox(service)
            let ear = try await box.listen()
            let item = try await Self.note(service)
            try await box.run { _ in
                #expect(await ear.next(3) == Self.both(item) + ["list"])
            }
        }
    }

    @Test("nothing is read for owners for whom nobody listens, and nothing is kept of them")
    func interest() async throws {
        try await withService { service, _ in
            try await NoticeBox(service).run { box in
                _ = try await Self.note(service)
                #expect(box.sync.reads.isEmpty)
                let ears = [try await box.listen(), try await box.listen(), try await box.listen(as: .other)]
                #expect(box.notices.watchedOwners == 1)
                let item = try await Self.note(service)
                for ear in ears { #expect(await ear.next(3) == Self.both(item) + ["list"]) }
                _ = try await Self.note(service, of: .other)
                ears[0].stop()
                ears[2].stop()
                try await Self.mutate(service, item, .delete)
                #expect(await ears[1].next(3) == Self.both(item) + ["list"])
                #expect(box.notices.watchedOwners == 1)
                ears[1].stop()
                ears[1].stop()
                #expect(box.notices.watchedOwners == 0)
                let reads = box.sync.reads.count
                #expect(!box.sync.reads.contains(.other))
                // Who listens again begins anew; the writes between were not looked at.
                for _ in 0..<20 { _ = try await Self.note(service) }
                #expect(box.sync.reads.count <= reads + 1, "one look may have been under way")
                let again = try await box.listen()
                let last = try await Self.note(service)
                #expect(await again.next(3) == Self.both(last) + ["list"])
            }
        }
    }

    @Test("a listener who can't be told isn't one; what couldn't be read is told later")
    func failures() async throws {
        try await withService { service, _ in
            try await NoticeBox(service).run { box in
                box.sync.fail(1)
                await #expect(throws: ItemError.self) { _ = try await box.listen() }
                #expect(box.notices.watchedOwners == 0)
                let ear = try await box.listen()
                let first = try await Self.note(service)
                #expect(await ear.next(3) == Self.both(first) + ["list"])
                box.sync.fail(2)
                let second = try await Self.note(service)
                // The clock of the program, which ticks each second.
                let ticking = Task { [signals = service.signals] in
                    while !Task.isCancelled {
                        signals.tick()
                        await Task.yield()
                    }
                }
                #expect(await ear.next(3) == Self.both(second) + ["list"])
                ticking.cancel()
                #expect(box.sync.failuresLeft == 0)
            }
        }
    }

    @Test("the list has other items also when an old one comes back into it, and not when one of it changes")
    func manyItems() async throws {
        try await withService { service, _ in
            var items: [Item] = []
            for number in 0..<103 { items.append(try await Self.note(service, "\(number)")) }
            try await NoticeBox(service).run { box in
                let ear = try await box.listen()
                let patch = Mutation.patch(try Payload("{}"))
                // Not listed: 0, 1, 2.
                try await Self.mutate(service, items[3], patch)
                #expect(await ear.next(2) == Self.both(items[3]))
                try await Self.mutate(service, items[0], patch)
                #expect(await ear.next(3) == Self.both(items[0]) + ["list"], "4 went for it")
                try await Self.mutate(service, items[0], patch)
                #expect(await ear.next(2) == Self.both(items[0]))
                try await Self.mutate(service, items[1], .delete)
                #expect(await ear.next(2) == Self.both(items[1]), "it wasn't listed")
                try await Self.mutate(service, items[102], .delete)
                #expect(await ear.next(3) == Self.both(items[102]) + ["list"])
            }
        }
    }

    @Test("a change of many items at once is told for each, the list once for each page")
    func batches() async throws {
        try await withService { service, _ in
            try await NoticeBox(service).run { box in
                let ear = try await box.listen()
                let changes = (1...50).map { number in
                    Result<Change, ItemError>.success(
                        Change(uid: .numbered(number), kind: .tasks, updatedAt: nil, payload: Array("{}".utf8))
                    )
                }
                _ = try await service.push(changes, .tasks, epoch: 1, of: .me)
                let told = await ear.next(101)
                #expect(Set(told).count == 101 && told.last == "list")
            }
        }
    }

    @Test("what another process writes into the same file is told when it is noticed")
    func otherProcess() async throws {
        let folder = "/tmp/tools-tests-\(UID.random())"
        let file = folder + "/toolbridge.db"
        let ours = try await SQLiteDatabase(path: file, durability: .normal)
        let theirs = try await SQLiteDatabase(path: file, durability: .normal)
        defer {
            for name in [file, file + "-wal", file + "-shm"] { unlink(name) }
            rmdir(folder)
        }
        let (store, other) = (SQLStore(database: ours), SQLStore(database: theirs))
        let (service, stranger) = (LocalItemService(store: store), LocalItemService(store: other))
        try await NoticeBox(service).run { box in
            let ear = try await box.listen()
            let version = try await ours.foreignVersion()
            let item = try await Self.note(stranger)
            #expect(try await ours.foreignVersion() != version)
            service.signals.ringAll()
            #expect(await ear.next(3) == Self.both(item) + ["list"])
        }
        await store.close()
        await other.close()
    }
}

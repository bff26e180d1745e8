import GRDBSQLite
import SQLStore
import SQLiteDriver
import Testing
import ToolBridge

/// What callers see when the disk fails.
@Suite("Faults", .timeLimit(.minutes(2)))
struct FaultTests {
    private let owner = Owner(tenant: "t", subject: "s")

    private func add(to store: some Store, bytes: Int = 100) async throws -> UID {
        let uid = UID.random()
        let owner = owner
        try await store.write(of: owner) { transaction in
            let sequence = try transaction.lockOwner(taking: 1).sequence
            let time = Timestamp(milliseconds: sequence)
            let payload = Array(#"{"x":"\#(String(repeating: "y", count: bytes))"}"#.utf8)
            let item = Item(uid: uid, kind: .notes, version: 1, updatedAt: time, deletedAt: nil, payload: payload)
            try transaction.put([StoredItem(item: item, sequence: sequence, parent: nil, createdAt: time)])
        }
        return uid
    }

    private func expectKept(_ uids: [UID], in store: some Store) async throws {
        for uid in uids {
            let item = try await store.read(of: owner) { try $0.item(uid, .notes) }
            #expect(item != nil)
        }
    }

    private func expectUnavailable(_ body: () async throws -> Void) async {
        await #expect {
            try await body()
        } throws: { error in
            if case .unavailable = error as? StoreError { true } else { false }
        }
    }

    @Test("a failed sync acknowledges nothing, is never retried on its handle, and the next write works")
    func failedSync() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        FaultyDisk.set(nil, for: folder.path)
        let database = try await SQLiteDatabase(path: folder.file)
        let store = SQLStore(database: database)
        let kept = try await add(to: store)
        FaultyDisk.set(.init(successes: 0), for: folder.path)
        await expectUnavailable { _ = try await add(to: store) }
        try await expectKept([kept], in: store)
        var second: UID?
        // Recovery happens behind the answer; until it is done writes are refused.
        let deadline = ContinuousClock.now + .seconds(30)
        while second == nil, ContinuousClock.now < deadline { second = try? await add(to: store) }
        _ = try #require(second)
        try await store.check()
        try await expectKept([kept] + [second].compactMap(\.self), in: store)
        #expect(try await store.read(of: owner) { try $0.ownerState() }?.sequence == 2)
        await store.close()
    }

    @Test(
        "a file that isn't sound after a fault fails for good: writes are refused, the store isn't ready, the process learns why",
        // What opening finds, and what only the check does.
        arguments: [0, 3 * 4096]
    )
    func unsoundFile(offset: Int) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        FaultyDisk.set(nil, for: folder.path)
        let database = try await SQLiteDatabase(path: folder.file)
        let store = SQLStore(database: database)
        _ = try await add(to: store)
        let handle = try #require(open(folder.file))
        sqlite3_exec(handle, "PRAGMA wal_checkpoint(TRUNCATE)", nil, nil, nil)
        sqlite3_close(handle)
        try overwrite(folder.file, at: offset, with: [UInt8](repeating: 0x55, count: 4096))
        FaultyDisk.set(.init(successes: 0), for: folder.path)
        await expectUnavailable { _ = try await add(to: store) }
        #expect(await database.failure() != nil)
        await expectUnavailable { try await store.check() }
        await expectUnavailable { _ = try await add(to: store) }
        await store.close()
    }

    @Test("a full disk refuses writes, keeps nothing of them, goes on reading, and recovers without a restart", arguments: [1, 2, 3])
    func fullDisk(successes: Int) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        FaultyDisk.set(nil, for: folder.path)
        let store = SQLStore(database: try await SQLiteDatabase(path: folder.file))
        let kept = try await add(to: store)
        FaultyDisk.set(
            .init(successes: successes, failsOnce: false, writeError: SQLITE_FULL, syncError: SQLITE_FULL),
            for: folder.path
        )
        for _ in 0..<5 {
            await expectUnavailable { _ = try await add(to: store, bytes: 50_000) }
            try await expectKept([kept], in: store)
        }
        FaultyDisk.set(nil, for: folder.path)
        let later = try await add(to: store)
        try await expectKept([kept, later], in: store)
        #expect(try await store.read(of: owner) { try $0.ownerState() }?.sequence == 2)
        await store.close()
    }

    @Test("a database at its page limit refuses what doesn't fit and keeps the rest of the group")
    func pageLimit() async throws {
        try await withDatabase { database, _ in
            let store = SQLStore(database: database)
            let kept = try await add(to: store)
            try await database.write(for: nil) { try $0.run(SQLStatement("PRAGMA max_page_count=64")) }
            await expectUnavailable { _ = try await add(to: store, bytes: 500_000) }
            let small = try await add(to: store)
            try await database.write(for: nil) { try $0.run(SQLStatement("PRAGMA max_page_count=100000")) }
            let large = try await add(to: store, bytes: 500_000)
            try await expectKept([kept, small, large], in: store)
        }
    }

    @Test("whichever call to the disk fails, every acknowledged write is there after reopening")
    func everyCall() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        FaultyDisk.set(nil, for: folder.path)
        _ = try await script(folder)
        let calls = FaultyDisk.calls(in: folder.path)
        #expect(calls > 20)
        for number in 0..<calls {
            let folder = TemporaryFolder()
            defer { folder.remove() }
            FaultyDisk.set(.init(successes: number, failsOnce: number % 2 == 0), for: folder.path)
            let acknowledged = (try? await script(folder)) ?? []
            FaultyDisk.set(nil, for: folder.path)
            let store = SQLStore(database: try await SQLiteDatabase(path: folder.file))
            try await expectKept(acknowledged, in: store)
            await store.close()
        }
    }

    /// Opens, writes one by one and at once, closes; returns what was acknowledged.
    private func script(_ folder: TemporaryFolder) async throws -> [UID] {
        let store = SQLStore(database: try await SQLiteDatabase(path: folder.file))
        var acknowledged: [UID] = []
        for _ in 0..<3 {
            if let uid = try? await add(to: store, bytes: 5000) { acknowledged.append(uid) }
        }
        acknowledged += await withTaskGroup(of: UID?.self) { group in
            for _ in 0..<5 { group.addTask { try? await add(to: store) } }
            return await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
        }
        _ = try? await store.write(of: Owner(tenant: "other", subject: "s")) { transaction in
            _ = try transaction.lockOwner(taking: 0)
            _ = try transaction.wipe(at: Timestamp(milliseconds: 1))
        }
        await store.close()
        return acknowledged
    }
}

func open(_ path: String) -> OpaquePointer? {
    var handle: OpaquePointer?
    sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
    return handle
}

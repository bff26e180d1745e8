import SQLStore
import SQLiteDriver
import StoreConformance
import Synchronization
import Testing
import ToolBridge

@Suite("Nonces in SQLite")
struct NonceTests {
    @Test("the database conforms", arguments: NonceRequirement.all)
    func conforms(_ requirement: NonceRequirement) async throws {
        try await withDatabase { database, _ in
            let time = Clock()
            try await requirement.check(SQLNonceStore(database: database), { time.now }, { time.pass($0) })
        }
    }

    @Test("T-3: a nonce is known to another replica and after a restart")
    func restart() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let nonce = NonceKey(keyID: [1], tenant: [2], nonce: [3])
        let (now, end) = (Timestamp(milliseconds: 1000), Timestamp(milliseconds: 121_000))
        let first = try await SQLiteDatabase(path: folder.file)
        let second = try await SQLiteDatabase(path: folder.file)
        #expect(try await SQLNonceStore(database: first).remember(nonce, at: now, until: end))
        #expect(try await SQLNonceStore(database: second).remember(nonce, at: now, until: end) == false)
        await first.close()
        await second.close()
        let third = try await SQLiteDatabase(path: folder.file)
        #expect(try await SQLNonceStore(database: third).remember(nonce, at: now, until: end) == false)
        await third.close()
        await #expect(throws: StoreError.self) { try await SQLNonceStore(database: third).remember(nonce, at: now, until: end) }
    }

    @Test("T-27: what has ended is deleted a little with each call, faster than it comes, and a full table refuses all")
    func bounded() async throws {
        try await withDatabase { database, _ in
            let store = SQLNonceStore(database: database, capacity: 20)
            for number: UInt8 in 0..<20 { try await take(number, store, at: 0) }
            await #expect(throws: StoreError.self) { try await take(20, store, at: 100) }
            await #expect(throws: StoreError.self) { try await take(0, store, at: 100) }
            try await take(20, store, at: 101)
            let rest = try await rows(database)
            #expect(rest == 13)
            for number: UInt8 in 21..<24 { try await take(number, store, at: 101) }
            let last = try await rows(database)
            #expect(last == 4)
        }
    }

    /// Remembers a new nonce for 100 ms.
    private func take(_ number: UInt8, _ store: some NonceStore, at time: Int64) async throws {
        let now = Timestamp(milliseconds: time)
        let nonce = NonceKey(keyID: [1], tenant: [2], nonce: [number])
        let isNew = try await store.remember(nonce, at: now, until: now.adding(milliseconds: 100))
        #expect(isNew)
    }

    private func rows(_ database: SQLiteDatabase) async throws -> Int64? {
        try await database.read(for: nil) { try $0.first(SQLStatement("SELECT COUNT(*) FROM tenant_nonce")) { $0.integer(0) ?? -1 } }
    }

    private final class Clock: Sendable {
        private let time = Mutex<Int64>(1_764_000_000_000)
        var now: Timestamp { time.withLock { Timestamp(milliseconds: $0) } }
        func pass(_ milliseconds: Int64) { time.withLock { $0 += milliseconds } }
    }
}

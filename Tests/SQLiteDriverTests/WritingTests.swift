import GRDBSQLite
import SQLStore
import SQLiteDriver
import Testing
import ToolBridge

@Suite("Writing")
struct WritingTests {
    private let owner = Owner(tenant: "t", subject: "s")

    private func put(_ uid: UID, _ payload: String, _ transaction: any StoreTransaction) throws {
        let sequence = try transaction.lockOwner(taking: 1).sequence
        let time = Timestamp(milliseconds: sequence)
        let item = Item(uid: uid, kind: .notes, version: sequence, updatedAt: time, deletedAt: nil, payload: Array(payload.utf8))
        try transaction.put([StoredItem(item: item, sequence: sequence, parent: nil, createdAt: time)])
    }

    @Test("writes that wait together are committed together, and one alone at once")
    func groups() async throws {
        try await withDatabase { database, _ in
            let owner = owner
            let store = SQLStore(database: database)
            let before = database.statistics
            _ = try await store.write(of: owner) { try $0.lockOwner(taking: 1) }
            let alone = database.statistics
            #expect(alone.commits == before.commits + 1 && alone.writes == before.writes + 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<400 { group.addTask { _ = try await store.write(of: owner) { try $0.lockOwner(taking: 1) } } }
                try await group.waitForAll()
            }
            let together = database.statistics
            #expect(together.writes == alone.writes + 400)
            #expect(together.commits - alone.commits < 200)
            #expect(together.largestGroup > 1 && together.largestGroup <= 256)
        }
    }

    @Test("two processes' databases on one file number one sequence and see each other's items")
    func twoDatabases() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let stores = [
            SQLStore(database: try await SQLiteDatabase(path: folder.file)),
            SQLStore(database: try await SQLiteDatabase(path: folder.file)),
        ]
        let owner = owner
        let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<100 {
                group.addTask {
                    try await stores[number % 2].write(of: owner) { transaction in
                        try put(.random(), "{}", transaction)
                        return try transaction.ownerState()?.sequence ?? 0
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers.sorted() == (1...100).map(Int64.init))
        for store in stores {
            #expect(
                try await store.read(of: owner) { try $0.items(ItemQuery(.notes, limit: 1000)) }.map(\.sequence)
                    == (1...100).map(Int64.init)
            )
            await store.close()
        }
    }

    @Test("a write waits for another process's, and reading doesn't")
    func busy() async throws {
        try await withDatabase { database, folder in
            let owner = owner
            let store = SQLStore(database: database)
            let other = try #require(open(folder.file))
            defer { sqlite3_close(other) }
            #expect(sqlite3_exec(other, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK)
            async let written = store.write(of: owner) { try $0.lockOwner(taking: 1) }
            for _ in 0..<50 { #expect(try await store.read(of: owner) { try $0.ownerState() } == nil) }
            #expect(sqlite3_exec(other, "COMMIT", nil, nil, nil) == SQLITE_OK)
            #expect(try await written.sequence == 1)
        }
    }

    @Test("what is wiped leaves the files, earlier texts of edited items too")
    func erasure() async throws {
        try await withDatabase { database, folder in
            let owner = owner
            let store = SQLStore(database: database)
            let uids = (0..<40).map { _ in UID.random() }
            for round in 0..<6 {
                for (number, uid) in uids.enumerated() {
                    let length = (number * 37 + round * 911) % 9000
                    let mine = #"{"x":"CANARY\#(String(repeating: "-CANARY", count: length / 7))"}"#
                    try await store.write(of: owner) { try put(uid, mine, $0) }
                    let other = Owner(tenant: "t", subject: "other")
                    try await store.write(of: other) { try put(uid, #"{"x":"\#(String(repeating: "kept ", count: length / 5))"}"#, $0) }
                }
            }
            #expect(contents(folder.file + "-wal").contains("CANARY") || contents(folder.file).contains("CANARY"))
            try await store.write(of: owner) { transaction in
                _ = try transaction.lockOwner(taking: 0)
                _ = try transaction.wipe(at: Timestamp(milliseconds: 1))
            }
            for suffix in ["", "-wal", "-shm"] { #expect(!contents(folder.file + suffix).contains("CANARY"), "\(suffix)") }
            #expect(contents(folder.file).contains("kept kept"))
        }
    }

    @Test("a log that a long reader made grow is emptied once the reader is gone")
    func longLog() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let store = SQLStore(database: try await SQLiteDatabase(path: folder.file, durability: .normal))
        let owner = owner
        let reader = try #require(open(folder.file))
        sqlite3_exec(reader, "BEGIN; SELECT COUNT(*) FROM item", nil, nil, nil)
        let payload = #"{"x":"\#(String(repeating: "y", count: 1 << 20))"}"#
        for _ in 0..<70 { try await store.write(of: owner) { try put(.random(), payload, $0) } }
        #expect(contents(folder.file + "-wal").count > 64 << 20)
        sqlite3_close(reader)
        // The next attempt comes some pages later.
        for _ in 0..<6 { try await store.write(of: owner) { try put(.random(), payload, $0) } }
        #expect(contents(folder.file + "-wal").count < 8 << 20)
        #expect(try await store.read(of: owner) { try $0.items(ItemQuery(.notes, limit: 1000, payloadBytes: .max)) }.count == 76)
        await store.close()
    }

    @Test("more readers than connections all get their turn")
    func fewConnections() async throws {
        try await withDatabase(readers: 1) { database, _ in
            let owner = owner
            let store = SQLStore(database: database)
            _ = try await store.write(of: owner) { try $0.lockOwner(taking: 3) }
            try await withThrowingTaskGroup(of: Int64?.self) { group in
                for _ in 0..<300 { group.addTask { try await store.read(of: owner) { try $0.ownerState()?.sequence } } }
                for try await sequence in group { #expect(sequence == 3) }
            }
        }
    }
}

extension [UInt8] {
    func contains(_ text: String) -> Bool {
        let pattern = Array(text.utf8)
        guard let first = pattern.first else { return true }
        return withUnsafeBytes { bytes in
            bytes.indices.contains { bytes[$0] == first && bytes[$0...].starts(with: pattern) }
        }
    }
}

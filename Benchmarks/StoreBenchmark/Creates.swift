import SQLStore
import SQLiteDriver
import ToolBridge

/// Durable creates from 50 tasks, against a bare loop that commits in groups of the size that the store reached.
struct Creates {
    let folder: TemporaryFolder
    private let count = 10_000
    private let tasks = 50
    private let rounds = 3

    init(folder: TemporaryFolder) {
        self.folder = folder
    }

    func run(_ report: inout Report) async throws {
        var store = (rate: 0.0, group: 1.0)
        var bare = 0.0
        var same = 0.0
        // Alternating, so that a change of the disk's mood hits all; the best of each.
        for _ in 0..<rounds {
            let measured = try await throughStore()
            if measured.rate > store.rate { store = measured }
            let group = max(1, Int(measured.group.rounded()))
            bare = max(bare, try throughBareLoop(inGroupsOf: group, asServiceDoes: false))
            same = max(same, try throughBareLoop(inGroupsOf: group, asServiceDoes: true))
        }
        print("creates of 1 kB, synchronous=FULL, \(tasks) tasks: \(Int(store.rate))/s in groups of \(store.group.hundredths)")
        print("  bare loop, insert alone: \(Int(bare))/s; with owner and look-up: \(Int(same))/s")
        report.ratio("creates, store ÷ bare inserts", store.rate / bare, atLeast: 0.5)
        print("       creates, store ÷ bare loop of the same statements: \((store.rate / same).hundredths)")
    }

    private func throughStore() async throws -> (rate: Double, group: Double) {
        let database = try await SQLiteDatabase(path: folder.file("creates"))
        let store = SQLStore(database: database)
        let before = database.statistics
        let time = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<tasks {
                    group.addTask { for _ in 0..<count / tasks { try await create(in: store) } }
                }
                try await group.waitForAll()
            }
        }
        let after = database.statistics
        await store.close()
        folder.remove("creates")
        let group = Double(after.writes - before.writes) / Double(after.commits - before.commits)
        return (Double(count) / time.inSeconds, group)
    }

    /// As the service does it: lock, look up, put.
    private func create(in store: some Store) async throws {
        let uid = UID.random()
        try await store.write(of: Sample.owner) { transaction in
            let state = try transaction.lockOwner(taking: 1)
            guard try transaction.item(uid, .notes) == nil else { return }
            try transaction.put([Sample.item(uid, sequence: state.sequence)], replacing: [])
        }
    }

    private func throughBareLoop(inGroupsOf size: Int, asServiceDoes: Bool) throws -> Double {
        defer { folder.remove("bare") }
        let bare = try BareSQLite(path: folder.file("bare"))
        try bare.createTables()
        let time = try ContinuousClock().measure {
            var done = 0
            while done < count {
                let end = min(count, done + size)
                try bare.inTransaction {
                    while done < end {
                        done += 1
                        try bare.create(UID.random(), sequence: Int64(done), asServiceDoes: asServiceDoes)
                    }
                }
            }
        }
        return Double(count) / time.inSeconds
    }
}

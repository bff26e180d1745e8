import SQLStore
import SQLiteDriver
import ToolBridge

/// Pushes of 1,000 new items through the service, against bare inserts in transactions of the same size; then pulls of all that was pushed.
struct Pushes {
    let folder: TemporaryFolder
    private let size = 1000
    private let pushes = 20
    private let rounds = 3

    init(folder: TemporaryFolder) {
        self.folder = folder
    }

    func run(_ report: inout Report) async throws {
        var pushed = 0.0
        var bare = 0.0
        var pulled = 0.0
        var bareReads = 0.0
        for _ in 0..<rounds {
            let measured = try await throughService()
            pushed = max(pushed, measured.push)
            pulled = max(pulled, measured.pull)
            let direct = try throughBareLoop()
            bare = max(bare, direct.insert)
            bareReads = max(bareReads, direct.read)
        }
        print("pushes of \(size) items of 1 kB: \(Int(pushed))/s; bare inserts: \(Int(bare))/s")
        report.ratio("push, service ÷ bare inserts", pushed / bare, atLeast: 0.5)
        print("pulls of \(size) items of 1 kB: \(Int(pulled))/s; bare reads: \(Int(bareReads))/s")
        report.ratio("pull, service ÷ bare reads", pulled / bareReads, atLeast: 0.5)
    }

    private func throughService() async throws -> (push: Double, pull: Double) {
        let store = SQLStore(database: try await SQLiteDatabase(path: folder.file("pushes")))
        let service = LocalItemService(store: store)
        let batches = (0..<pushes).map { batch in
            (0..<size).map { number -> Result<Change, ItemError> in
                let time = Timestamp(milliseconds: 1_772_359_200_000 + Int64(batch * size + number))
                return .success(Change(uid: .random(), kind: .notes, updatedAt: time, payload: Sample.payload))
            }
        }
        let pushing = try await ContinuousClock().measure {
            for batch in batches { _ = try await service.push(batch, .notes, epoch: 1, of: Sample.owner) }
        }
        let pulling = try await ContinuousClock().measure {
            var cursor: String?
            var count = 0
            var hasMore = true
            while hasMore {
                let page = try await service.pull(.notes, cursor: cursor, limit: size, epoch: 1, of: Sample.owner)
                (cursor, hasMore) = (page.checkpoint, page.hasMore)
                count += page.items.count
            }
            guard count == size * pushes else { throw Missing() }
        }
        await store.close()
        folder.remove("pushes")
        return (Double(size * pushes) / pushing.inSeconds, Double(size * pushes) / pulling.inSeconds)
    }

    private func throughBareLoop() throws -> (insert: Double, read: Double) {
        defer { folder.remove("bare") }
        let bare = try BareSQLite(path: folder.file("bare"))
        try bare.createTables()
        let uids = (0..<pushes).map { _ in (0..<size).map { _ in UID.random() } }
        var sequence: Int64 = 0
        let inserting = try ContinuousClock().measure {
            for batch in uids {
                try bare.inTransaction {
                    for uid in batch {
                        sequence += 1
                        try bare.create(uid, sequence: sequence, asServiceDoes: false)
                    }
                }
            }
        }
        let reading = try ContinuousClock().measure {
            guard try bare.readAll() == size * pushes else { throw Missing() }
        }
        return (Double(size * pushes) / inserting.inSeconds, Double(size * pushes) / reading.inSeconds)
    }
}

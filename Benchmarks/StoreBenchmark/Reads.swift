import Dispatch
import SQLStore
import SQLiteDriver
import Synchronization
import ToolBridge

/// Single reads and pages, and whether they grow with what is stored.
struct Reads {
    let folder: TemporaryFolder
    let items: Int
    private let small = 1000
    private let reads = 40_000
    private let tasks = 2
    private let rounds = 3

    init(folder: TemporaryFolder, items: Int) {
        self.folder = folder
        self.items = items
    }

    func run(_ report: inout Report) async throws {
        defer {
            folder.remove("small")
            folder.remove("large")
        }
        let (few, fewUIDs) = try await filled("small", small)
        print("opening a database that is up to date: \(try await openingMicroseconds("small")) µs")
        let (many, manyUIDs) = try await filled("large", items)
        // Among few, all pages are in every connection's cache: what is measured is the work, not the memory.
        var store = 0.0
        var bare = 0.0
        var large = 0.0
        var bareLarge = 0.0
        for _ in 0..<rounds {
            store = max(store, try await throughStore(few, fewUIDs))
            bare = max(bare, try throughBareLoop(folder.file("small"), fewUIDs))
            large = max(large, try await throughStore(many, manyUIDs))
            bareLarge = max(bareLarge, try throughBareLoop(folder.file("large"), manyUIDs))
        }
        print("reads of one item from \(tasks) tasks: \(Int(store))/s; bare loop: \(Int(bare))/s")
        print("  among \(items): \(Int(large))/s; bare loop: \(Int(bareLarge))/s")
        report.ratio("reads, store ÷ bare", store / bare, atLeast: 0.5)
        report.ratio("reads among \(items), store ÷ bare", large / bareLarge, atLeast: 0.5)
        print(
            "       one read among \(items) ÷ among \(small), time: store \((store / large).hundredths), bare \((bare / bareLarge).hundredths)"
        )
        try await pages(many, &report)
        try await lists(few, many, &report)
        await few.close()
        await many.close()
    }

    private func filled(_ name: String, _ count: Int) async throws -> (SQLStore<SQLiteDatabase>, [UID]) {
        let store = SQLStore(database: try await SQLiteDatabase(path: folder.file(name), durability: .normal))
        var uids: [UID] = []
        var done = 0
        let time = try await ContinuousClock().measure {
            while done < count {
                let batch = (0..<min(1000, count - done)).map { _ in UID.random() }
                uids += batch
                done += batch.count
                try await store.write(of: Sample.owner) { transaction in
                    let last = try transaction.lockOwner(taking: batch.count).sequence
                    try transaction.put(batch.enumerated().map { Sample.item($1, sequence: last - Int64(batch.count - 1 - $0)) })
                }
            }
        }
        print("filled with \(count): \(Int(Double(count) / time.inSeconds)) rows/s, \(fileSize(folder.file(name)) / count) bytes a row")
        return (store, uids)
    }

    /// The least of some attempts: opening, settings, the look at the migrations, closing.
    private func openingMicroseconds(_ name: String) async throws -> Int {
        var least = Double.infinity
        for _ in 0..<10 {
            let time = try await ContinuousClock().measure { try await SQLiteDatabase(path: folder.file(name)).close() }
            least = min(least, time.inSeconds)
        }
        return Int(least * 1e6)
    }

    private func throughStore(_ store: some Store, _ uids: [UID]) async throws -> Double {
        let time = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<tasks {
                    group.addTask {
                        var generator = Steps(start: task)
                        for _ in 0..<reads {
                            let uid = uids[generator.next(below: uids.count)]
                            guard try await store.read(of: Sample.owner, { try $0.item(uid, .notes) }) != nil else { throw Missing() }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        return Double(reads * tasks) / time.inSeconds
    }

    private func throughBareLoop(_ path: String, _ uids: [UID]) throws -> Double {
        let failure = Mutex<(any Error)?>(nil)
        let time = ContinuousClock().measure {
            DispatchQueue.concurrentPerform(iterations: tasks) { task in
                do {
                    let bare = try BareSQLite(path: path)
                    var generator = Steps(start: task)
                    for _ in 0..<reads where try bare.read(uids[generator.next(below: uids.count)]) == 0 { throw Missing() }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        return Double(reads * tasks) / time.inSeconds
    }

    /// The same page of 100 among few items and among many, as a list and as a list by tag gives it.
    private func lists(_ few: some Store, _ many: some Store, _ report: inout Report) async throws {
        for (name, filter) in [("list", ItemFilter()), ("list by tag", ItemFilter(tag: Sample.tags[0]))] {
            let query = ItemQuery(.notes, order: .newestChangeFirst, includesDeleted: false, filter: filter, limit: 100)
            var small = Double.infinity
            var large = Double.infinity
            for _ in 0..<rounds {
                small = min(small, try await time(of: query, in: few))
                large = min(large, try await time(of: query, in: many))
            }
            print("page of 100 of a \(name): \(Int(small * 1e6)) µs among \(self.small), \(Int(large * 1e6)) µs among \(items)")
            report.ratio("\(name) among \(items) ÷ among \(self.small), time", large / small, atMost: 1.3)
        }
    }

    /// Seconds that one full page takes.
    private func time(of query: ItemQuery, in store: some Store) async throws -> Double {
        let rounds = 300
        let time = try await ContinuousClock().measure {
            for _ in 0..<rounds {
                guard try await store.read(of: Sample.owner, { try $0.items(query) }).count == query.limit else { throw Missing() }
            }
        }
        return time.inSeconds / Double(rounds)
    }

    /// Pages of 100, from the start and from far behind.
    private func pages(_ store: some Store, _ report: inout Report) async throws {
        let far = Int64(min(items - 100, 100_000) - 100)
        var first = Double.infinity
        var last = Double.infinity
        for _ in 0..<rounds {
            first = min(first, try await time(of: ItemQuery(.notes, limit: 100), in: store))
            last = min(last, try await time(of: ItemQuery(.notes, beyond: far, limit: 100), in: store))
        }
        print("page of 100: first \(Int(first * 1e6)) µs, page \(far / 100 + 1) \(Int(last * 1e6)) µs")
        report.ratio("far page ÷ first page, time", last / first, atMost: 1.3)
    }
}

struct Missing: Error {}

/// A cheap walk over indexes, different for each start.
struct Steps {
    private var state: UInt64

    init(start: Int) {
        state = 0x9e37_79b9_7f4a_7c15 &* UInt64(start + 1)
    }

    mutating func next(below count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(count))
    }
}

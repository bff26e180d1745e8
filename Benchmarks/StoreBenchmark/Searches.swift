import GRDBSQLite
import Glibc
import SQLStore
import SQLiteDriver
import ToolBridge

/// Full-text search among many items, beside the bare look-up in the same index.
///
/// Some of the owner's texts are of the kind that is costly to search, and a neighbour has a tenth as many items as the owner.
struct Searches {
    let folder: TemporaryFolder
    let items: Int
    private let queries = 2000

    init(folder: TemporaryFolder, items: Int) {
        self.folder = folder
        self.items = items
    }

    func run(_ report: inout Report) async throws {
        defer { folder.remove("search") }
        let path = folder.file("search")
        let store = SQLStore(database: try await SQLiteDatabase(path: path, durability: .normal))
        let service = LocalItemService(store: store)
        var texts = SearchTexts()
        let neighbour = Owner(tenant: Sample.owner.tenant, subject: "neighbour")
        try await fill(store, items, of: Sample.owner, &texts)
        try await fill(store, items / 10, of: neighbour, &texts)
        try await put(texts.hostile(), of: Sample.owner, store)
        let before = fileSize(path)
        let time = try await ContinuousClock().measure { try await service.index(Sample.owner) }
        print("indexed \(items) items of 1 kB: \(Int(Double(items) / time.inSeconds))/s, \((fileSize(path) - before) / items) bytes each")

        try await catchUp(service, of: neighbour)

        let mix = (0..<queries).map { _ in texts.query() }
        // Once over a part of them, so that neither is the first to read the pages.
        for query in mix.prefix(200) { _ = try await service.search(SearchQuery(query.text), of: Sample.owner) }
        var times: [Double] = []
        var processorTimes: [Double] = []
        var byShape: [String: [Double]] = [:]
        var found = 0
        for query in mix {
            let begin = processorSeconds()
            let time = try await ContinuousClock().measure {
                found += try await service.search(SearchQuery(query.text), of: Sample.owner).hits.count
            }
            processorTimes.append(processorSeconds() - begin)
            times.append(time.inSeconds)
            byShape[query.shape, default: []].append(time.inSeconds)
        }
        let bare = try BareSearch(path: path)
        var bareTimes: [Double] = []
        for query in mix { bareTimes.append(try ContinuousClock().measure { try bare.search(query.match) }.inSeconds) }
        var worst = 0.0
        for query in texts.hostileQueries() {
            let begin = processorSeconds()
            // It may have no time for any.
            _ = try? await service.search(SearchQuery(query, limit: 100), of: Sample.owner)
            worst = max(worst, processorSeconds() - begin)
        }
        let erasing = try await erase(neighbour, service)
        await store.close()
        print(
            "searches among \(items), \(queries) of a mix, \((Double(found) / Double(queries)).hundredths) hits each: \(percentiles(times))"
        )
        print("  processor time, whatever else the machine does: \(percentiles(processorTimes))")
        for (shape, times) in byShape.sorted(by: { $0.key < $1.key }) { print("  \(shape): \(percentiles(times))") }
        print("  bare MATCH, the newest 20: \(percentiles(bareTimes))")
        print("  the worst of hostile queries: \((worst * 1000).hundredths) ms of a processor")
        print(erasing)
        report.ratio("search, 95th percentile in milliseconds", times.percentile(95) * 1000, atMost: 20)
        print("       search ÷ bare MATCH, mean: \((times.reduce(0, +) / bareTimes.reduce(0, +)).hundredths)")
    }

    private func item(sequence: Int64, _ payload: [UInt8]) -> StoredItem {
        let time = Timestamp(milliseconds: 1_772_359_200_000 + sequence)
        let item = Item(uid: .random(), kind: .notes, version: 1, updatedAt: time, deletedAt: nil, payload: payload)
        return StoredItem(item: item, sequence: sequence, parent: nil, createdAt: time)
    }

    private func percentiles(_ times: [Double]) -> String {
        [50, 95, 99, 100].map { "p\($0) \((times.percentile($0) * 1000).hundredths) ms" }.joined(separator: ", ")
    }

    /// Makes an owner's items searchable while somebody else writes.
    private func catchUp(_ service: LocalItemService, of owner: Owner) async throws {
        let writer = Owner(tenant: "another", subject: "writer")
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            group.addTask {
                try await service.index(owner)
                return []
            }
            group.addTask {
                var times: [Double] = []
                while !Task.isCancelled {
                    let payload = try Payload(parsing: Array(#"{"title":"x"}"#.utf8))
                    times.append(
                        try await ContinuousClock().measure { _ = try await service.create(payload, .notes, epoch: nil, of: writer) }
                            .inSeconds
                    )
                    try? await Task.sleep(for: .milliseconds(2))
                }
                return times
            }
            _ = try await group.next()
            group.cancelAll()
            return try await group.next() ?? []
        }
        print("  others' writes while \(items / 10) items are made searchable: \(percentiles(times))")
    }

    /// Wipes an owner among the others' documents.
    private func erase(_ owner: Owner, _ service: LocalItemService) async throws -> String {
        let wipe = try await ContinuousClock().measure { _ = try await service.wipe(epoch: nil, of: owner) }.inSeconds
        var steps: [Double] = []
        var isLeft = true
        while isLeft {
            steps.append(try await ContinuousClock().measure { isLeft = try await service.eraseSome() }.inSeconds)
        }
        return "  wipe of \(items / 10) items: \((wipe * 1000).hundredths) ms; then \(steps.count) steps: \(percentiles(steps))"
    }

    private func fill(_ store: some Store, _ count: Int, of owner: Owner, _ texts: inout SearchTexts) async throws {
        var done = 0
        while done < count {
            let payloads = (0..<min(1000, count - done)).map { _ in texts.payload() }
            done += payloads.count
            try await put(payloads, of: owner, store)
        }
    }

    private func put(_ payloads: [[UInt8]], of owner: Owner, _ store: some Store) async throws {
        try await store.write(of: owner) { transaction in
            let last = try transaction.lockOwner(taking: payloads.count).sequence
            try transaction.put(
                payloads.enumerated().map { offset, payload in
                    item(sequence: last - Int64(payloads.count - 1 - offset), payload)
                }
            )
        }
    }
}

/// What this process has used of the processors.
private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

extension [Double] {
    fileprivate func percentile(_ percent: Int) -> Double {
        let sorted = sorted()
        return sorted.isEmpty ? 0 : sorted[Swift.min(sorted.count - 1, sorted.count * percent / 100)]
    }
}

/// FTS5 as it comes.
private final class BareSearch {
    private var handle: OpaquePointer?
    private var statement: OpaquePointer?

    init(path: String) throws {
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK,
            sqlite3_prepare_v2(
                handle,
                "SELECT rowid, title FROM search_index WHERE search_index MATCH ?1 ORDER BY rowid DESC LIMIT 20",
                -1,
                &statement,
                nil
            ) == SQLITE_OK
        else { throw SQLiteError(code: sqlite3_errcode(handle), message: String(cString: sqlite3_errmsg(handle))) }
    }

    deinit {
        sqlite3_finalize(statement)
        sqlite3_close(handle)
    }

    func search(_ match: String) throws {
        sqlite3_bind_text(statement, 1, match, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        while sqlite3_step(statement) == SQLITE_ROW {}
        guard sqlite3_reset(statement) == SQLITE_OK else {
            throw SQLiteError(code: sqlite3_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
        }
    }
}

import Observability
import SQLiteDriver
import ToolBridge

/// What `serve` counts of its store.
struct StoreMetrics: SQLiteMeter {
    /// Of reads or of writes.
    private struct Transactions {
        let good, failed: Counter
        let duration: Histogram

        init(_ metrics: Metrics, _ op: String) {
            good = metrics.counter(.storeQueries, op, "ok")
            failed = metrics.counter(.storeQueries, op, "error")
            duration = metrics.histogram(.storeDuration, op)
        }
    }

    private let reads, writes: Transactions
    private let wait, batch, sync: Histogram
    private let commits, reconnects: Counter
    private let up: Gauge
    private let clamped, replays: Counter
    private let items: [SyncedItems]

    init(_ metrics: Metrics) {
        reads = Transactions(metrics, "read")
        writes = Transactions(metrics, "write")
        wait = metrics.histogram(.storeWait)
        batch = metrics.histogram(.sqliteBatch)
        sync = metrics.histogram(.sqliteSync)
        commits = metrics.counter(.sqliteCommits)
        reconnects = metrics.counter(.storeReconnects)
        up = metrics.gauge(.storeUp)
        clamped = metrics.counter(.syncClamped)
        replays = metrics.counter(.idempotentReplays)
        items = ItemKind.allCases.map { SyncedItems(metrics, $0) }
    }

    /// Shows what the database knows itself.
    func watch(_ database: SQLiteDatabase, in metrics: Metrics) {
        metrics.read(.poolConnections, "in_use") { Double(database.readerCounts.inUse) }
        metrics.read(.poolConnections, "idle") { Double(database.readerCounts.idle) }
        metrics.read(.poolWaiters) { Double(database.readerCounts.waiting) }
        metrics.read(.sqliteLog) { Double(database.logBytes) }
    }

    /// Whether the database has just answered.
    func answered(_ isUp: Bool) {
        up.set(isUp ? 1 : 0)
    }

    func count(_ event: ServiceEvent) {
        switch event {
        case .replayed: replays.add()
        case .pulled(let kind, let count): self.items(of: kind)?.pulled.add(count)
        case .pushed(let kind, let tally):
            guard let items = self.items(of: kind) else { return }
            items.applied.add(tally.applied)
            items.unchanged.add(tally.unchanged)
            items.rejected.add(tally.rejected)
            clamped.add(tally.clamped)
        }
    }

    private func items(of kind: ItemKind) -> SyncedItems? {
        items.first { $0.kind == kind }
    }

    // MARK: SQLiteMeter

    func ended(isWrite: Bool, nanoseconds: Int, isGood: Bool) {
        let transactions = isWrite ? writes : reads
        (isGood ? transactions.good : transactions.failed).add()
        transactions.duration.observe(nanoseconds)
    }

    func waited(nanoseconds: Int) {
        wait.observe(nanoseconds)
    }

    func committed(writes: Int, nanoseconds: Int) {
        commits.add()
        batch.observe(writes)
        sync.observe(nanoseconds)
    }

    func reconnected() {
        reconnects.add()
    }
}

/// Items of one kind that sync brought or took.
private struct SyncedItems: Sendable {
    let kind: ItemKind
    let applied, unchanged, rejected, pulled: Counter

    init(_ metrics: Metrics, _ kind: ItemKind) {
        self.kind = kind
        let name = kind.rawValue
        applied = metrics.counter(.syncItems, name, "push", "applied")
        unchanged = metrics.counter(.syncItems, name, "push", "unchanged")
        rejected = metrics.counter(.syncItems, name, "push", "rejected")
        pulled = metrics.counter(.syncItems, name, "pull", "applied")
    }
}

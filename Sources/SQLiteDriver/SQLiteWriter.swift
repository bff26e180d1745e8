import Dispatch
import GRDBSQLite
import SQLStore
import Synchronization
import ToolBridge

/// The one that writes: it takes what waits at a moment into one transaction and acknowledges after the commit.
///
/// It works on a thread of its own, since a commit waits for the disk. Callers that arrive during a commit are the next group; a lone one is
/// committed at once.
///
/// `@unchecked Sendable`: `connection` and what belongs to it are touched on `queue` only.
final class SQLiteWriter: @unchecked Sendable {
    private struct State {
        var jobs: [WriteJob] = []
        var isDraining = false
        /// Why nothing can be written at present.
        var refusal: SQLiteUnavailable?
        var statistics = SQLiteStatistics()
        /// Whether the last group that was to be committed was lost.
        var hasLostGroup = false
        /// Why nothing can ever be written again.
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "toolbridge.sqlite.writer")
    private let connect: @Sendable () throws -> SQLiteConnection
    private let checkpointer: Checkpointer
    private let meter: any SQLiteMeter
    private let end = AsyncStream.makeStream(of: Never.self)
    private var connection: SQLiteConnection?
    private static let maximumGroup = 256
    private static let maximumWaiting = 4096

    init(
        checkpointer: Checkpointer,
        meter: any SQLiteMeter = NoSQLiteMeter(),
        connect: @escaping @Sendable () throws -> SQLiteConnection
    ) throws {
        self.checkpointer = checkpointer
        self.meter = meter
        self.connect = connect
        connection = try connect()
    }

    var statistics: SQLiteStatistics { state.withLock { $0.statistics } }

    func check() throws(StoreError) {
        if let refusal = state.withLock({ $0.refusal }) { throw .unavailable(underlying: refusal) }
    }

    /// Writes nothing if the last writes were lost, to see whether it would work again.
    ///
    /// - Throws: ``ToolBridge/StoreError``.
    func tryAgain() async throws {
        if state.withLock({ $0.hasLostGroup }) { try await write { _ in } }
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (SQLiteConnection) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { submit(WriteJob($0, body)) }
    }

    /// A number that changes when another process has committed something (SQLite, `PRAGMA data_version`).
    ///
    /// - Throws: ``ToolBridge/StoreError``.
    func foreignVersion() async throws -> Int64 {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                guard let connection else {
                    return continuation.resume(throwing: StoreError.unavailable(underlying: SQLiteUnavailable.closed))
                }
                continuation.resume(with: Result { try connection.first(Self.dataVersion) { $0.integer(0) ?? 0 } ?? 0 })
            }
        }
    }

    private static let dataVersion = SQLStatement(#"PRAGMA data_version"#)

    /// Suspends until the database has failed for good and returns why, or returns `nil` once it is closed or the caller cancelled.
    func failure() async -> (any Error)? {
        for await _ in end.stream {}
        return state.withLock { $0.failure }
    }

    /// Finishes the writes that wait and closes the connection.
    func close() async {
        state.withLock { $0.refusal = .closed }
        end.continuation.finish()
        await withCheckedContinuation { continuation in
            // What waits was put on the queue before.
            queue.async { [self] in
                connection?.close()
                connection = nil
                continuation.resume()
            }
        }
    }

    private func submit(_ job: WriteJob) {
        let (refusal, mustStart) = state.withLock { state -> (SQLiteUnavailable?, Bool) in
            if let refusal = state.refusal { return (refusal, false) }
            guard state.jobs.count < Self.maximumWaiting else { return (.overloaded, false) }
            state.jobs.append(job)
            defer { state.isDraining = true }
            return (nil, !state.isDraining)
        }
        if let refusal { job.fail(StoreError.unavailable(underlying: refusal)) }
        if mustStart { queue.async { [self] in drain() } }
    }

    private func drain() {
        let group = state.withLock { state -> [WriteJob] in
            let group = Array(state.jobs.prefix(Self.maximumGroup))
            state.jobs.removeFirst(group.count)
            if group.isEmpty { state.isDraining = false }
            return group
        }
        guard !group.isEmpty else { return }
        perform(group)
        // At the queue's end, so that what else wants the connection gets its turn between two groups.
        queue.async { [self] in drain() }
    }

    private func perform(_ group: [WriteJob]) {
        guard let connection else {
            for job in group { job.fail(StoreError.unavailable(underlying: SQLiteUnavailable.failed)) }
            return
        }
        switch connection.commit(group) {
        case .kept(let acknowledgements, let refusals, let nanoseconds):
            let writes = acknowledgements.count
            if writes > 0 { meter.committed(writes: writes, nanoseconds: nanoseconds) }
            state.withLock { state in
                state.statistics.count(writes: writes)
                state.hasLostGroup = false
            }
            if checkpointer.committed(connection) { eraseLater() }
            for acknowledge in acknowledgements { acknowledge() }
            for (job, error) in refusals { job.fail(error) }
        case .lost(let error):
            state.withLock { $0.hasLostGroup = true }
            if connection.fault != nil { refuse(.recovering) }
            for job in group { job.fail(error) }
        }
        if let fault = connection.fault { recover(from: fault) }
    }

    /// Somebody still reads what was wiped: tries again until nobody does.
    private func eraseLater() {
        queue.asyncAfter(deadline: .now() + .milliseconds(500)) { [self] in
            guard let connection else { return }
            if !checkpointer.emptyLog(of: connection, wait: 20) { eraseLater() }
            if let fault = connection.fault { recover(from: fault) }
        }
    }

    private func refuse(_ reason: SQLiteUnavailable) {
        state.withLock { state in
            if state.refusal != .closed { state.refusal = reason }
        }
    }

    /// Never uses a handle again whose sync has failed: the system may have dropped the pages and call the next sync a success.
    private func recover(from fault: SQLiteError) {
        refuse(.recovering)
        let waiting = state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in waiting { job.fail(StoreError.unavailable(underlying: fault)) }
        connection?.close()
        connection = nil
        do {
            let fresh = try connect()
            connection = fresh
            meter.reconnected()
            try fresh.quickCheck()
            state.withLock { state in
                if state.refusal == .recovering { state.refusal = nil }
            }
        } catch {
            connection?.close()
            connection = nil
            refuse(.failed)
            state.withLock { $0.failure = error }
            end.continuation.finish()
        }
    }
}

/// How well writes were grouped.
package struct SQLiteStatistics: Sendable, Equatable {
    /// Transactions that were committed.
    package private(set) var commits = 0
    /// Writes that were acknowledged.
    package private(set) var writes = 0
    package private(set) var largestGroup = 0

    mutating func count(writes: Int) {
        guard writes > 0 else { return }
        commits &+= 1
        self.writes &+= writes
        largestGroup = max(largestGroup, writes)
    }
}

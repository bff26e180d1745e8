import Synchronization
import ToolBridge

/// Lends read connections, which their borrowers use on their own threads.
///
/// The one that was returned last goes out first: its pages are in the cache. Callers wait only if as many read at once as there may be
/// connections; they are served in the order in which they came, and hold up no thread meanwhile.
final class ReaderPool: Sendable {
    private typealias Waiter = CheckedContinuation<SQLiteConnection, any Error>

    private struct State {
        var idle: [SQLiteConnection] = []
        var open = 0
        var waiters: [Waiter] = []
        var isClosed = false
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    private enum Turn {
        case connection(SQLiteConnection)
        case open
        case wait
        case refused(SQLiteUnavailable)
    }

    private let state = Mutex(State())
    private let limit: Int
    private let meter: any SQLiteMeter
    private let connect: @Sendable () throws -> SQLiteConnection
    private static let maximumWaiters = 4096

    init(limit: Int, meter: any SQLiteMeter = NoSQLiteMeter(), connect: @escaping @Sendable () throws -> SQLiteConnection) {
        self.limit = limit
        self.meter = meter
        self.connect = connect
    }

    /// Runs a closure with a connection that nobody else uses meanwhile.
    func use<Value>(_ body: (SQLiteConnection) throws -> Value) async throws -> Value {
        let connection = try await borrow()
        defer { giveBack(connection) }
        return try body(connection)
    }

    var counts: (inUse: Int, idle: Int, waiting: Int) {
        state.withLock { ($0.open - $0.idle.count, $0.idle.count, $0.waiters.count) }
    }

    /// Closes the connections once they have been returned.
    func close() async {
        await withCheckedContinuation { continuation in
            let (idle, refused, isDone) = state.withLock { state in
                state.isClosed = true
                let (idle, refused) = (state.idle, state.waiters)
                state.open -= idle.count
                state.idle = []
                state.waiters = []
                if state.open > 0 { state.closing.append(continuation) }
                return (idle, refused, state.open == 0)
            }
            for waiter in refused { waiter.resume(throwing: StoreError.unavailable(underlying: SQLiteUnavailable.closed)) }
            for connection in idle { connection.close() }
            if isDone { continuation.resume() }
        }
    }

    private func borrow() async throws -> SQLiteConnection {
        let turn = state.withLock { state -> Turn in
            if state.isClosed { return .refused(.closed) }
            if let connection = state.idle.popLast() { return .connection(connection) }
            guard state.open >= limit else {
                state.open += 1
                return .open
            }
            return .wait
        }
        switch turn {
        case .connection(let connection): return connection
        case .open: return try open()
        case .refused(let reason): throw StoreError.unavailable(underlying: reason)
        case .wait:
            let start = Stopwatch.now()
            defer { meter.waited(nanoseconds: Stopwatch.now() - start) }
            return try await withCheckedThrowingContinuation { wait($0) }
        }
    }

    private func open() throws -> SQLiteConnection {
        do {
            return try connect()
        } catch {
            vacate()
            throw (error as? StoreError) ?? (error as? SQLiteError)?.storeError ?? .unavailable(underlying: error)
        }
    }

    /// What has become free since the caller's first look is the caller's.
    private func wait(_ waiter: Waiter) {
        let turn = state.withLock { state -> Turn in
            if state.isClosed { return .refused(.closed) }
            if let connection = state.idle.popLast() { return .connection(connection) }
            guard state.waiters.count < Self.maximumWaiters else { return .refused(.overloaded) }
            state.waiters.append(waiter)
            return .wait
        }
        switch turn {
        case .connection(let connection): waiter.resume(returning: connection)
        case .refused(let reason): waiter.resume(throwing: StoreError.unavailable(underlying: reason))
        case .open, .wait: break
        }
    }

    private func giveBack(_ connection: SQLiteConnection) {
        guard connection.fault == nil, connection.isOutsideTransaction else {
            connection.close()
            vacate()
            return
        }
        let (waiter, isClosed) = state.withLock { state -> (Waiter?, Bool) in
            if state.isClosed { return (nil, true) }
            guard !state.waiters.isEmpty else {
                state.idle.append(connection)
                return (nil, false)
            }
            return (state.waiters.removeFirst(), false)
        }
        waiter?.resume(returning: connection)
        if isClosed {
            connection.close()
            vacate()
        }
    }

    /// One connection fewer: the first who waits gets a new one.
    private func vacate() {
        let (waiter, closing) = state.withLock { state -> (Waiter?, [CheckedContinuation<Void, Never>]) in
            if !state.waiters.isEmpty { return (state.waiters.removeFirst(), []) }
            state.open -= 1
            guard state.isClosed, state.open == 0 else { return (nil, []) }
            defer { state.closing = [] }
            return (nil, state.closing)
        }
        for caller in closing { caller.resume() }
        guard let waiter else { return }
        do {
            waiter.resume(returning: try connect())
        } catch {
            waiter.resume(throwing: (error as? SQLiteError)?.storeError ?? .unavailable(underlying: error))
            vacate()
        }
    }
}

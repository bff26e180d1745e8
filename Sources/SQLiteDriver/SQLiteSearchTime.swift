import GRDBSQLite
import SQLStore
package import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Until when a thread may go on, by the processor's time that it has used.
private final class ProcessorDeadline {
    private let end: UInt64
    private(set) var isPast = false

    init(after time: Duration) {
        let (seconds, attoseconds) = time.components
        end = Self.now() &+ UInt64(clamping: seconds) &* 1_000_000_000 &+ UInt64(clamping: attoseconds / 1_000_000_000)
    }

    func check() -> Bool {
        if !isPast { isPast = Self.now() >= end }
        return isPast
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}

extension SQLiteConnection {
    /// How often the time is looked at, in steps of SQLite's machine: FTS5 takes a few for each page of its index that it reads.
    private static let stepsBetweenLooks: Int32 = 16

    package func limited<Value>(to time: Duration, _ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        let deadline = ProcessorDeadline(after: time)
        sqlite3_progress_handler(
            handle,
            Self.stepsBetweenLooks,
            { context in
                guard let context else { return 0 }
                return Unmanaged<ProcessorDeadline>.fromOpaque(context).takeUnretainedValue().check() ? 1 : 0
            },
            Unmanaged.passUnretained(deadline).toOpaque()
        )
        defer {
            sqlite3_progress_handler(handle, 0, nil, nil)
            // SQLite held it by its address.
            withExtendedLifetime(deadline) {}
        }
        do {
            return try body()
        } catch {
            if deadline.isPast { throw .unavailable(underlying: SQLOvertime()) }
            throw error
        }
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Is told what the driver does, for metrics; times are nanoseconds.
///
/// It is called on every transaction's path and must neither wait nor throw.
package protocol SQLiteMeter: Sendable {
    /// A transaction ended, from the call to its result.
    func ended(isWrite: Bool, nanoseconds: Int, isGood: Bool)
    /// Somebody who wanted to read had to wait for a connection.
    func waited(nanoseconds: Int)
    /// So many writes were committed together, after waiting so long for the disk.
    func committed(writes: Int, nanoseconds: Int)
    /// The writer's connection was replaced after a fault.
    func reconnected()
}

/// Counts nothing.
package struct NoSQLiteMeter: SQLiteMeter {
    package init() {}
    package func ended(isWrite: Bool, nanoseconds: Int, isGood: Bool) {}
    package func waited(nanoseconds: Int) {}
    package func committed(writes: Int, nanoseconds: Int) {}
    package func reconnected() {}
}

/// The monotonic clock, in nanoseconds.
enum Stopwatch {
    @inline(__always)
    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
    }
}

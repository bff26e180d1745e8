#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where the schedules' seeds come from.
enum Seeds {
    /// The environment's `SEED`, or one by chance.
    static let base = environment("SEED") ?? UInt64.random(in: 1...UInt64(UInt32.max))
    /// The one schedule that is to be replayed.
    static let replayed = environment("SIMULATION_SEED")
    /// How many schedules there are in all; `SIMULATION_SCHEDULES` asks for more.
    static let count = Int(environment("SIMULATION_SCHEDULES") ?? 10_000)

    private static func environment(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}

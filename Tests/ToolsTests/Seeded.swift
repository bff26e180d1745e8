#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A small generator that a seed replays (SplitMix64); the seed is the environment's `SEED`, or by chance.
struct Seeded: RandomNumberGenerator, CustomStringConvertible {
    let seed: UInt64
    private var state: UInt64

    /// Prints the seed.
    init(for test: String) {
        seed = getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 1...UInt64(UInt32.max))
        state = seed
        print("\(test): SEED=\(seed)")
    }

    var description: String { "SEED=\(seed)" }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

import Foundation

/// Random numbers that can be had again: SplitMix64 from a seed that is printed, or given as SEED.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// Starts from the environment's SEED if there is one, else from a random seed, and prints it.
    init(for purpose: String) {
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64(UInt32.max))
        print("\(purpose): SEED=\(seed)")
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// True once in `times`.
    mutating func once(in times: Int) -> Bool {
        Int.random(in: 0..<times, using: &self) == 0
    }
}

/// How often a property is tried: much in release builds, little in debug builds.
func rounds(release: Int, debug: Int) -> Int {
    #if DEBUG
    debug
    #else
    release
    #endif
}

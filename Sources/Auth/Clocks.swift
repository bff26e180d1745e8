/// The two clocks that identity needs: one that people set, for what is written in tokens and headers, and one that only goes forward, for
/// how long something is kept.
package struct Clocks: Sendable {
    /// Milliseconds since 1970.
    package var wall: @Sendable () -> Int64
    package var monotonic: @Sendable () -> ContinuousClock.Instant

    package init(
        wall: @escaping @Sendable () -> Int64,
        monotonic: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// Seconds since 1970, whole ones.
    package var seconds: Int64 { wall() / 1000 }
}

import Auth
import StoreConformance
import Testing
import ToolBridge

@Suite("Nonces in memory")
struct NonceMemoryTests {
    @Test("the memory conforms", arguments: NonceRequirement.all)
    func conforms(_ requirement: NonceRequirement) async throws {
        let clock = TenantClock(1_764_000_000_000)
        try await requirement.check(
            NonceMemory(clocks: clock.clocks),
            { Timestamp(milliseconds: clock.wall) },
            { clock.advance(milliseconds: $0) }
        )
    }

    private func key(_ number: UInt64) -> NonceKey {
        NonceKey(keyID: [1], tenant: [2], nonce: withUnsafeBytes(of: number) { Array($0) })
    }

    @Test("T-27: a full memory refuses all, holds no more than its capacity, and takes again once the oldest have ended")
    func bounded() async throws {
        let clock = TenantClock(1_764_000_000_000)
        let memory = NonceMemory(capacity: 5000, clocks: clock.clocks)
        var taken: UInt64 = 0
        for round: UInt64 in 0..<20 {
            for number in 0..<1500 {
                let now = Timestamp(milliseconds: clock.wall)
                do {
                    let isNew = try await memory.remember(
                        key(round << 32 | UInt64(number)),
                        at: now,
                        until: now.adding(milliseconds: 120_000)
                    )
                    #expect(isNew)
                    taken += 1
                } catch {
                    #expect(error as? NonceStoreFull == NonceStoreFull())
                }
                if memory.count > 5000 { Issue.record("\(memory.count) nonces") }
            }
            clock.advance(milliseconds: 30_001)
        }
        // 5000 fit into each 120 s; 1500 come in each 30 s.
        #expect(taken > 24_000 && taken < 30_000)
    }

    @Test("P-20: whoever sets the clock makes no nonce end early")
    func steps() async throws {
        let clock = TenantClock(1_764_000_000_000)
        let memory = NonceMemory(clocks: clock.clocks)
        let now = Timestamp(milliseconds: clock.wall)
        #expect(try await memory.remember(key(1), at: now, until: now.adding(milliseconds: 120_000)))
        for step: Int64 in [3_600_000, -3_600_000, -5000] {
            clock.set(now.milliseconds + step)
            let then = Timestamp(milliseconds: clock.wall)
            #expect(try await memory.remember(key(1), at: then, until: then.adding(milliseconds: 120_000)) == false)
        }
    }
}

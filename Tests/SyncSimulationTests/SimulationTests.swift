import SyncSimulation
import Synchronization
import Testing

/// Devices with wrong clocks and a bad network between them and the server: whatever happens, they agree in the end.
@Suite struct SimulationTests {
    private static let shards = 4
    private static let total = Mutex(Figures())

    @Test(.enabled(if: Seeds.replayed == nil), arguments: 0..<shards)
    func devicesConvergeWhateverTheNetworkDoes(shard: Int) async throws {
        if shard == 0 { print("simulation: SEED=\(Seeds.base)") }
        var simulation = Simulation()
        let start = ContinuousClock.now
        var seeds = SeededGenerator(seed: Seeds.base &+ UInt64(shard) &* 0x1000_0000_0000)
        for _ in 0..<(Seeds.count / Self.shards) where simulation.failures.count < 3 {
            try await simulation.run(seeds.next())
        }
        await simulation.end()
        for failure in simulation.failures { Issue.record("\(failure)") }
        let figures = simulation.figures
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("simulation \(shard): \(figures), \(Int(Double(figures.schedules) / seconds)) schedules/s")
        // A schedule in which nothing happens would agree on anything.
        let faults = [figures.lostRequests, figures.lostAnswers, figures.repeats, figures.delays, figures.restarts, figures.wipes]
        #expect(figures.schedules < 100 || (figures.commits > figures.schedules && faults.allSatisfy { $0 > 0 }))
        let total = Self.total.withLock { total in
            total += figures
            return total
        }
        if total.schedules == Seeds.count { print("simulation: \(total)") }
    }

    @Test(.enabled(if: Seeds.replayed != nil)) func oneScheduleIsReplayed() async throws {
        let schedule = try await Simulation().replay(Seeds.replayed ?? 0)
        for line in schedule.log?.lines ?? [] { print(line) }
        #expect(schedule.server.complaints == [])
    }
}

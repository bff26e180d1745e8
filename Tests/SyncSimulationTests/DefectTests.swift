import SyncSimulation
import Testing
import ToolBridge

/// A simulator that finds nothing proves something only if it finds what is there.
@Suite(.enabled(if: Seeds.replayed == nil)) struct DefectTests {
    @Test(arguments: BrokenService.Defect.allCases)
    func aDefectIsFound(defect: BrokenService.Defect) async throws {
        var simulation = Simulation { BrokenService($0, defect) }
        var seeds = SeededGenerator(seed: Seeds.base)
        for _ in 0..<2000 where simulation.failures.isEmpty {
            try await simulation.run(seeds.next())
        }
        await simulation.end()
        let failure = simulation.failures.first
        print("simulation: \(defect.rawValue): found after \(simulation.figures.schedules) schedules")
        #expect(failure != nil, "2000 schedules (SEED=\(Seeds.base)) found nothing although \(defect.rawValue)")
    }
}

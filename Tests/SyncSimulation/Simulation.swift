import ToolBridge

/// Runs schedules one after the other in one database, each with an owner of its own.
package struct Simulation: Sendable {
    /// A schedule in which something was wrong.
    package struct Failure: Sendable, CustomStringConvertible {
        package let seed: UInt64
        package let complaints: [String]
        package let log: [String]

        package var description: String {
            let steps = log.suffix(60).joined(separator: "\n")
            return
                "schedule \(seed): \(complaints.first ?? "")\nlast steps:\n\(steps)\nto replay: SIMULATION_SEED=\(seed) swift test --filter SyncSimulationTests"
        }
    }

    package private(set) var figures = Figures()
    package private(set) var failures: [Failure] = []
    private var shared: SimulatedDatabase?
    /// For schedules that close their database.
    private var reopened: SimulatedDatabase?
    private var count = 0
    private let sabotage: SimulatedServer.Sabotage?

    package init(sabotage: SimulatedServer.Sabotage? = nil) {
        self.sabotage = sabotage
    }

    /// Runs the schedule of a seed; if it fails, once more to write down its steps.
    package mutating func run(_ seed: UInt64) async throws {
        let schedule = try await perform(seed)
        figures += schedule.server.figures
        guard !schedule.server.complaints.isEmpty else { return }
        let replay = try await replay(seed)
        var complaints = schedule.server.complaints
        if replay.server.complaints.isEmpty { complaints[0] += "\n(the replay found nothing wrong)" }
        failures.append(Failure(seed: seed, complaints: complaints, log: replay.log?.lines ?? []))
    }

    /// Runs the schedule of a seed in a database of its own and returns it with all its steps.
    package func replay(_ seed: UInt64) async throws -> Schedule {
        let owner = Owner(tenant: "simulation", subject: "\(seed)")
        var schedule = Schedule(seed: seed, of: owner, in: try await SimulatedDatabase(), keepsLog: true, sabotage: sabotage)
        await schedule.run()
        await schedule.server.database.remove()
        return schedule
    }

    /// Removes the databases.
    package mutating func end() async {
        await shared?.remove()
        await reopened?.remove()
        (shared, reopened) = (nil, nil)
    }

    private mutating func perform(_ seed: UInt64) async throws -> Schedule {
        count += 1
        let owner = Owner(tenant: "simulation", subject: "\(seed)-\(count)")
        let isReopened = Schedule.reopensDatabase(seed: seed)
        // A small file stays in the cache.
        if count % 250 == 0 {
            await shared?.remove()
            shared = nil
        }
        let database: SimulatedDatabase
        if let open = isReopened ? reopened : shared { database = open } else { database = try await SimulatedDatabase() }
        var schedule = Schedule(seed: seed, of: owner, in: database, sabotage: sabotage)
        await schedule.run()
        if isReopened { reopened = schedule.server.database } else { shared = schedule.server.database }
        return schedule
    }
}

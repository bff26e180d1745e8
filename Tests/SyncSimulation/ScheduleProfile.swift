import ToolBridge

/// What a schedule is like, drawn from its seed before anything happens.
struct ScheduleProfile: Sendable {
    /// Percentages of requests.
    struct Faults: Sendable {
        var lostRequest: Double
        var lostAnswer: Double
        var repeated: Double
        var delayed: Double
        /// Between commit and answer.
        var restart: Double

        static let none = Faults(lostRequest: 0, lostAnswer: 0, repeated: 0, delayed: 0, restart: 0)
    }

    let devices: Int
    let kinds: Set<ItemKind>
    let steps: Int
    var faults: Faults
    /// Whether a restart closes the database too.
    let reopensDatabase: Bool
    /// Percentage of steps.
    let wipes: Double
    /// Percentage of what devices do that goes straight to item routes.
    let routeShare: Double

    init(using generator: inout SeededGenerator) {
        devices = [2, 2, 3, 3, 4, 5][generator.pick(0...5)]
        let families: [Set<ItemKind>] = [
            [.notes], [.notes, .comments], [.tasks, .taskLists], [.chats, .chatMessages], [.notes, .tasks, .comments],
            [.taskListCategories, .taskLists, .tasks], Set(ItemKind.allCases),
        ]
        kinds = families[generator.pick(0...(families.count - 1))]
        steps = generator.pick(10...45)
        let strength = [0.0, 1, 1, 3][generator.pick(0...3)]
        faults = Faults(
            lostRequest: 4 * strength,
            lostAnswer: 5 * strength,
            repeated: 5 * strength,
            delayed: 6 * strength,
            restart: 2 * strength
        )
        reopensDatabase = strength > 0 && generator.chance(1.5)
        wipes = generator.chance(25) ? 4 : 0
        routeShare = [0, 10, 30][generator.pick(0...2)]
    }
}

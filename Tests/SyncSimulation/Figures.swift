/// What happened in schedules, counted.
package struct Figures: Sendable, Equatable {
    package var schedules = 0
    package var requests = 0
    /// Transactions that changed anything, and how many items they changed.
    package var commits = 0
    package var changes = 0
    package var edits = 0
    package var conflicts = 0
    package var lostRequests = 0
    package var lostAnswers = 0
    package var repeats = 0
    package var delays = 0
    package var restarts = 0
    /// How many of the restarts closed the database.
    package var reopenings = 0
    package var wipes = 0
    /// Answers that were given again because of an `Idempotency-Key`.
    package var replays = 0

    package init() {}

    package static func += (left: inout Figures, right: Figures) {
        left.schedules += right.schedules
        left.requests += right.requests
        left.commits += right.commits
        left.changes += right.changes
        left.edits += right.edits
        left.conflicts += right.conflicts
        left.lostRequests += right.lostRequests
        left.lostAnswers += right.lostAnswers
        left.repeats += right.repeats
        left.delays += right.delays
        left.restarts += right.restarts
        left.reopenings += right.reopenings
        left.wipes += right.wipes
        left.replays += right.replays
    }
}

extension Figures: CustomStringConvertible {
    package var description: String {
        let faults = "\(lostRequests) requests lost, \(lostAnswers) answers lost, \(repeats) repeated, \(delays) delayed"
        return
            "\(schedules) schedules, \(requests) requests, \(commits) commits of \(changes) changes, \(edits) edits, \(conflicts) conflicts; "
            + "\(faults), \(restarts) restarts (\(reopenings) of the database), \(wipes) wipes, \(replays) recorded answers"
    }
}

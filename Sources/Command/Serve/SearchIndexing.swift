import Observability
import ServiceLifecycle
import ToolBridge

/// Makes what was written searchable before somebody searches.
///
/// A search does the same for what it still misses, so nothing depends on this but the time that it takes. It waits until an owner's writes pause,
/// because it uses the same writer; but not for long. What was written before it began it looks for among all owners, some at a time; and what
/// wipes have left in the index it erases.
struct SearchIndexing: Service, CustomStringConvertible {
    let items: LocalItemService
    let description = "search index"

    /// In rounds of a second: how long an owner who goes on writing can be put off.
    private static let patience = 30

    func run() async throws {
        try? await cancelWhenGracefulShutdown { try await follow() }
    }

    /// How much of each round erasing may take.
    private static let erasing = Duration.milliseconds(200)

    private func follow() async throws {
        var waiting: [Owner: Int] = [:]
        var lastSeen: Owner?
        var isFirstLook = true
        _ = items.signals.takeChanged()
        while true {
            try await Task.sleep(for: .seconds(1))
            if isFirstLook || lastSeen != nil, let owners = try? await items.ownersToIndex(after: lastSeen) {
                for owner in owners.behind { waiting[owner, default: 0] += 0 }
                (lastSeen, isFirstLook) = (owners.last, false)
            }
            let changed = items.signals.takeChanged()
            for owner in changed { waiting[owner, default: 0] += 1 }
            for (owner, rounds) in waiting where !changed.contains(owner) || rounds >= Self.patience {
                try Task.checkCancellation()
                waiting[owner] = nil
                // A fault has been reported where it happened, and the next change or search tries again.
                _ = try? await items.index(owner)
            }
            let begin = ContinuousClock.now
            while !Task.isCancelled, begin.duration(to: .now) < Self.erasing, (try? await items.eraseSome()) == true {}
        }
    }
}

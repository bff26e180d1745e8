import Observability
import ServiceLifecycle
import ToolBridge

/// Makes what was written searchable before somebody searches.
///
/// A search does the same for what it still misses, so nothing depends on this but the time that it takes. It waits until an owner's writes pause,
/// because it uses the same writer; but not for long.
struct SearchIndexing: Service, CustomStringConvertible {
    let items: LocalItemService
    let description = "search index"

    /// In rounds of a second: how long an owner who goes on writing can be put off.
    private static let patience = 30

    func run() async throws {
        try? await cancelWhenGracefulShutdown { try await follow() }
    }

    private func follow() async throws {
        var waiting: [Owner: Int] = [:]
        _ = items.signals.takeChanged()
        while true {
            try await Task.sleep(for: .seconds(1))
            let changed = items.signals.takeChanged()
            for owner in changed { waiting[owner, default: 0] += 1 }
            for (owner, rounds) in waiting where !changed.contains(owner) || rounds >= Self.patience {
                waiting[owner] = nil
                // A fault has been reported where it happened, and the next change or search tries again.
                _ = try? await items.index(owner)
            }
        }
    }
}

import Synchronization

/// Lets one at a time make an owner's changes searchable; others wait for what it reaches.
final class SearchCatchUps: Sendable {
    private typealias Waiter = CheckedContinuation<Int64?, Never>

    /// Those who wait, for each owner for whom somebody works.
    private let waiting = Mutex<[Owner: [Waiter]]>([:])

    /// Does one piece of the work, unless somebody does one just now: then waits for the end of that.
    ///
    /// - Parameter body: Returns up to which number of the change sequence all are searchable.
    /// - Returns: What the body returned, whoever ran it; `nil` if it failed for another.
    func piece(of owner: Owner, _ body: () async throws(ItemError) -> Int64) async throws(ItemError) -> Int64? {
        let isFirst = waiting.withLock { waiting in
            guard waiting[owner] == nil else { return false }
            waiting[owner] = []
            return true
        }
        guard isFirst else {
            return await withCheckedContinuation { continuation in
                let isOver = waiting.withLock { waiting in
                    guard waiting[owner] != nil else { return true }
                    waiting[owner]?.append(continuation)
                    return false
                }
                if isOver { continuation.resume(returning: nil) }
            }
        }
        var reached: Int64?
        defer {
            for waiter in waiting.withLock({ $0.removeValue(forKey: owner) ?? [] }) { waiter.resume(returning: reached) }
        }
        let end = try await body()
        reached = end
        return end
    }
}

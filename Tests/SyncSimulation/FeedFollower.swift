import ToolBridge

/// One who reads the feed over some kinds page by page, and what must hold for it.
package struct FeedFollower: Sendable {
    let kinds: Set<ItemKind>
    /// How many changes a page may have.
    var limit: Int
    private var cursor: String?
    private var epoch: Int64 = 1
    /// The place of the last change that was read.
    private var sequence: Int64 = 0
    /// The version of each item that was read last.
    private var versions: [ItemReference: Int64] = [:]
    private(set) var complaint: String?
    /// Whether the last page was the last one.
    private(set) var isAtEnd = false

    init(kinds: Set<ItemKind> = Set(ItemKind.allCases), limit: Int) {
        self.kinds = kinds
        self.limit = limit
    }

    /// Reads one page.
    ///
    /// - Parameter index: The change after which reading goes on next time, as a stream that broke there does; `nil` goes on behind the page.
    /// - Returns: The changes that count as read.
    mutating func look(
        at service: any SyncService,
        of owner: Owner,
        _ model: inout ServerModel,
        resumingAt index: Int? = nil
    ) async -> [Item] {
        complaint = nil
        let query = FeedQuery(cursor: cursor, limit: limit, kinds: kinds)
        let outcome: Result<FeedPage, ItemError>
        do throws(ItemError) {
            outcome = .success(try await service.changes(query, of: owner))
        } catch {
            outcome = .failure(error)
        }
        complaint = model.verify(query, outcome)
        guard case .success(let page) = outcome else {
            self = FeedFollower(kinds: kinds, limit: limit, complaint, epoch: model.epoch)
            return []
        }
        let broken = index.flatMap { $0 < page.changes.count - 1 ? page.changes[$0] : nil }
        let changes = broken == nil ? page.changes : Array(page.changes.prefix((index ?? 0) + 1))
        for change in changes { take(change.item, model) }
        cursor = broken?.cursor ?? page.checkpoint
        isAtEnd = broken == nil && !page.hasMore
        return changes.map(\.item)
    }

    private init(kinds: Set<ItemKind>, limit: Int, _ complaint: String?, epoch: Int64) {
        self.init(kinds: kinds, limit: limit)
        self.complaint = complaint
        self.epoch = epoch
    }

    private mutating func take(_ item: Item, _ model: ServerModel) {
        let reference = ItemReference(item.kind, item.uid)
        guard let place = model.items[reference]?.sequence, place > sequence else {
            complaint = complaint ?? "a follower beyond \(sequence) was shown \(item)"
            return
        }
        sequence = place
        if let seen = versions[reference], seen >= item.version { complaint = complaint ?? "version \(item.version) after \(seen)" }
        versions[reference] = item.version
    }

    /// - Returns: What the follower doesn't know although it read to the end.
    func missing(_ model: ServerModel) -> String? {
        for item in model.changes(beyond: 0, kinds) {
            let reference = ItemReference(item.item.kind, item.item.uid)
            if versions[reference] != item.item.version { return "a follower has \(versions[reference] ?? 0) of \(item.item)" }
        }
        return nil
    }
}

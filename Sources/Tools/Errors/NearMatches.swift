import JSON
import ToolBridge

/// Looks for items that a caller may have meant: a few reads of the caller's own items, made only after a refusal.
struct NearMatches: Sendable {
    /// One of them, as it is shown.
    struct Match: Sendable, Equatable {
        /// Escaped, on one line.
        let title: String
        let uid: UID

        init(title: String, uid: UID) {
            self.title = title
            self.uid = uid
        }

        init(_ item: Item) {
            self.init(title: item.title, uid: item.uid)
        }
    }

    /// How many are shown at most.
    static let count = 5
    /// Among how many of the latest items it is looked, and in how many bytes of them.
    private static let latest = 200
    private static let latestBytes = 1_048_576
    /// In how many characters another uid may differ; those of different items differ in about thirty.
    private static let uidDistance = 4
    /// What is longer is no title that anybody remembers, in bytes.
    private static let titleBytes = 200

    private let items: OwnedItems

    init(_ items: OwnedItems) {
        self.items = items
    }

    /// The item of this uid, whatever it is: one read a kind, until it is found.
    func item(_ uid: UID, in kinds: [ItemKind]) async throws(ItemError) -> Item? {
        for kind in kinds {
            do {
                return try await items.item(uid, kind, includeDeleted: true)
            } catch  where error.code == .notFound {
                continue
            }
        }
        return nil
    }

    /// Items of a kind with nearly this uid, else with nearly this title, nearest first: one list, and for a title perhaps one search.
    func matches(_ kind: ItemKind, uid: UID?, title: String?) async throws(ItemError) -> [Match] {
        let query = ListQuery(limit: Self.latest, direction: .newestChangeFirst, maximumBytes: Self.latestBytes)
        let items = try await self.items.list(kind, query).items
        if let uid {
            let text = uid.description
            let near = nearest(items) { EditDistance.between($0.uid.description, text, atMost: Self.uidDistance) }
            if !near.isEmpty { return near.map { Match($0) } }
        }
        guard let title, !title.isEmpty, title.utf8.count <= Self.titleBytes else { return [] }
        let wanted = title.lowercased()
        let like = nearest(items) { item in
            guard let title = ItemView(item).object[item.kind.searchFields.title ?? ""]?.string else { return nil }
            return Self.distance(title, from: wanted)
        }
        // A letter or two begin too many words.
        guard like.isEmpty, title.utf8.count >= 3 else { return like.map { Match($0) } }
        let page = try await self.items.search(SearchQuery(title, kinds: [kind], limit: Self.count))
        return page.hits.map { hit in
            Match(title: DisplayText.line(hit.title ?? kind.untitled, bytes: ItemView.titleBytes), uid: hit.item.uid)
        }
    }

    /// The items with a distance, least first; of equals the one that was changed last.
    private func nearest(_ items: [Item], by distance: (Item) -> Int?) -> [Item] {
        let ranked = items.enumerated().compactMap { offset, item in distance(item).map { (item: item, rank: ($0, offset)) } }
        return ranked.sorted { $0.rank < $1.rank }.prefix(Self.count).map(\.item)
    }

    /// How much one title is like another, without regard to case: a quarter may be different, or one may hold the other.
    private static func distance(_ title: String, from wanted: String) -> Int? {
        guard !title.isEmpty, title.utf8.count <= titleBytes else { return nil }
        let title = title.lowercased()
        let few = max(1, min(title.utf8.count, wanted.utf8.count) / 4)
        if let distance = EditDistance.between(title, wanted, atMost: few) { return distance }
        // A word or two of it; less occurs everywhere.
        guard min(title.utf8.count, wanted.utf8.count) >= 4, title.contains(wanted) || wanted.contains(title) else { return nil }
        return titleBytes
    }
}

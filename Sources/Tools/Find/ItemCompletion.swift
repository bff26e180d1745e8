package import ToolBridge

/// Proposes items of an owner for what was typed so far, of a title or a uid (C2).
package struct ItemCompletion: Sendable {
    private let items: OwnedItems

    /// At most so many are proposed.
    package static let limit = 100
    /// Among so many of each kind a uid is looked for.
    private static let latest = 200

    package init(_ items: OwnedItems) {
        self.items = items
    }

    /// An item that may be meant.
    package struct Proposal: Sendable, Equatable {
        package let reference: ItemReference
        /// As it is shown; `nil` where the item has none of its own.
        package let title: String?

        fileprivate init(_ item: Item) {
            reference = item.reference
            title = ItemView(item).ownTitle
        }

        fileprivate init(_ hit: SearchHit) {
            reference = hit.item.reference
            title = hit.title.flatMap(ItemView.shownTitle)
        }
    }

    /// The uids of items that may be meant, best first: nothing typed proposes those that changed last; the beginning of a uid, those among
    /// the latest 200 of each kind that begin so; words, the live items that hold them, titles first.
    ///
    /// - Returns: At most 100, each once.
    /// - Throws: `unavailable`.
    package func uids(matching typed: String, of kinds: [ItemKind]) async throws(ItemError) -> [UID] {
        var seen: Set<UID> = []
        return try await proposals(matching: typed, of: kinds).map(\.reference.uid).filter { seen.insert($0).inserted }
    }

    /// The same with their titles.
    package func proposals(matching typed: String, of kinds: [ItemKind]) async throws(ItemError) -> [Proposal] {
        let typed = DisplayText.line(typed, bytes: ItemView.titleBytes * 2)
        guard !typed.isEmpty else {
            let latest = try await LatestItems.read(Set(kinds), atMost: Self.limit, from: self.items)
            return latest.items.map(Proposal.init)
        }
        var proposals = try await found(by: typed, of: kinds)
        if let prefix = Self.uidPrefix(typed) {
            let known = Set(proposals.map(\.reference))
            proposals += try await latest(of: kinds, beginning: prefix).filter { !known.contains($0.reference) }
        }
        return Array(proposals.prefix(Self.limit))
    }

    /// What a search finds, with titles that begin as what was typed first and those that have it somewhere next.
    private func found(by typed: String, of kinds: [ItemKind]) async throws(ItemError) -> [Proposal] {
        let hits = try await items.search(SearchQuery(typed, kinds: Set(kinds), limit: Self.limit)).hits
        let sought = typed.lowercased()
        var ranks: [[Proposal]] = [[], [], []]
        for proposal in hits.map(Proposal.init) {
            let title = proposal.title?.lowercased() ?? ""
            ranks[title.hasPrefix(sought) ? 0 : title.contains(sought) ? 1 : 2].append(proposal)
        }
        return Array(ranks.joined())
    }

    /// Those of the uids that begin so among the latest of each kind.
    private func latest(of kinds: [ItemKind], beginning prefix: String) async throws(ItemError) -> [Proposal] {
        var items: [Item] = []
        for kind in kinds {
            items += try await LatestItems.read(kind, atMost: Self.latest, from: self.items).items.filter {
                $0.uid.hexDigits.hasPrefix(prefix)
            }
        }
        return items.map(Proposal.init)
    }

    /// The hex digits of what may be the beginning of a uid.
    private static func uidPrefix(_ typed: String) -> String? {
        let digits = typed.lowercased().utf8.filter { $0 != UInt8(ascii: "-") }
        guard !digits.isEmpty, digits.count <= 32, digits.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else { return nil }
        return String(decoding: digits, as: UTF8.self)
    }
}

extension UID {
    /// 32 digits.
    fileprivate var hexDigits: String { description.filter { $0 != "-" } }
}

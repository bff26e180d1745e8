import MCP
import ToolBridge

/// Finds the item that an argument means: by uid, by address, or by its title.
struct ItemArgument: Sendable {
    let name: String
    let kind: ItemKind
    let items: OwnedItems

    /// How many items an error lists.
    private static let listed = 10
    /// Among how many of those that changed last a title is looked for that no search finds.
    private static let latest = 200

    /// The item that is meant.
    ///
    /// A title is compared as it is shown, and in any letter case if none has the same.
    ///
    /// - Throws: `ArgumentError` that says how to find the item if none is meant, and lists those that may be meant if there are several;
    ///   ``ToolBridge/ItemError``
    ///   if the items can't be read.
    func find(_ text: String) async throws -> ItemView {
        if let uid = uid(text) { return try await item(uid) }
        guard let sought = ItemView.shownTitle(text) else {
            throw ArgumentError(name, "must be the title or the uid of a \(kind.shownNoun)")
        }
        let found = try await items.search(SearchQuery(sought, kinds: [kind], limit: Limits.searchHits)).hits
        let hits = found.map {
            Candidate(uid: $0.item.uid, title: $0.title.flatMap(ItemView.shownTitle) ?? "", updatedAt: $0.item.updatedAt)
        }
        var meant = Self.fitting(sought, hits)
        if meant.isEmpty {
            // A title without words can't be searched for.
            let latest = try await LatestItems.read(kind, atMost: Self.latest, from: items).items
            meant = Self.fitting(sought, latest.map { Candidate(uid: $0.uid, title: $0.title, updatedAt: $0.updatedAt) })
        }
        guard let first = meant.first else { throw nothing(sought, similar: hits) }
        guard meant.count == 1 else { throw several(sought, meant) }
        return try await item(first.uid)
    }

    private struct Candidate {
        let uid: UID
        let title: String
        let updatedAt: Timestamp
    }

    private static func fitting(_ sought: String, _ candidates: [Candidate]) -> [Candidate] {
        let same = candidates.filter { $0.title.utf8.elementsEqual(sought.utf8) }
        guard same.isEmpty else { return same }
        let lowercased = sought.lowercased()
        return candidates.filter { $0.title.lowercased() == lowercased }
    }

    /// Reads a uid, alone or in an id of an item of this kind.
    private func uid(_ text: String) -> UID? {
        guard let reference = ItemReference(id: text) else { return UID(text) }
        return reference.kind == kind ? reference.uid : nil
    }

    private func item(_ uid: UID) async throws -> ItemView {
        do {
            return ItemView(try await items.item(uid, kind))
        } catch {
            switch error.code {
            case .notFound: throw ArgumentError(name, "names no \(kind.shownNoun): there is none with the uid \(uid). \(advice)")
            case .deleted: throw ArgumentError(name, "names a \(kind.shownNoun) that was deleted: \(uid). \(advice)")
            default: throw error
            }
        }
    }

    private var advice: String {
        """
        Give the title or the uid of a \(kind.shownNoun); completing this argument proposes some, and the list and search tools find \
        others.
        """
    }

    private func nothing(_ sought: String, similar: [Candidate]) -> ArgumentError {
        var text = "names no \(kind.shownNoun): there is none with the title \(DisplayText.quoted(sought)). \(advice)"
        if !similar.isEmpty { text += " These have some of its words: \(Self.list(similar))." }
        return ArgumentError(name, text)
    }

    private func several(_ sought: String, _ candidates: [Candidate]) -> ArgumentError {
        ArgumentError(
            name,
            "names \(candidates.count) \(kind.plural) with the title \(DisplayText.quoted(sought)); give the uid of one: \(Self.list(candidates))"
        )
    }

    private static func list(_ candidates: [Candidate]) -> String {
        var texts = candidates.prefix(listed).map { "\($0.uid) (\(DisplayText.quoted($0.title)), changed \($0.updatedAt))" }
        if candidates.count > listed { texts.append("and \(candidates.count - listed) more") }
        return texts.joined(separator: ", ")
    }
}

/// What is looked for.
package struct SearchQuery: Sendable, Equatable {
    /// Words in any language, as a person types them.
    ///
    /// All must occur, what stands in double quotes as it stands there, and the last word may be unfinished. No character has any other meaning.
    package var text: String
    package var kinds: Set<ItemKind>
    /// How many hits at most, 1 to ``Limits/searchHits``; larger values count as that.
    package var limit: Int

    package init(_ text: String, kinds: Set<ItemKind> = Set(ItemKind.allCases), limit: Int = Limits.defaultSearchHits) {
        self.text = text
        self.kinds = kinds
        self.limit = limit
    }
}

/// An item that was found.
package struct SearchHit: Sendable, Equatable {
    package struct Parent: Sendable, Equatable {
        package let reference: ItemReference
        /// `nil` where the parent has none, or is no longer alive.
        package let title: String?

        package init(reference: ItemReference, title: String?) {
            self.reference = reference
            self.title = title
        }
    }
    /// How much of a title is shown, in bytes; "…" says that there is more.
    package static let titleBytes = 200

    package let item: FoundItem
    /// `nil` where the item's kind has none or the item names none.
    ///
    /// As it was made searchable: a change that came while the search ran may show in ``item`` already.
    package let title: String?
    /// Where the words occur: HTML, in which only `<mark>` and `</mark>` are tags.
    package let snippet: String
    package let parent: Parent?

    package init(item: FoundItem, title: String?, snippet: String, parent: Parent?) {
        self.item = item
        self.title = title
        self.snippet = snippet
        self.parent = parent
    }
}

package struct SearchPage: Sendable, Equatable {
    /// Best first.
    package let hits: [SearchHit]
    /// Whether more items were found than are here.
    package let hasMore: Bool
    /// Whether all that was written before the search was looked at.
    ///
    /// After very many writes it isn't at first, and the same search finds more later. A search that would take too long ends early, with the best
    /// of what it has seen.
    package let isComplete: Bool

    package init(hits: [SearchHit], hasMore: Bool, isComplete: Bool = true) {
        self.hits = hits
        self.hasMore = hasMore
        self.isComplete = isComplete
    }
}

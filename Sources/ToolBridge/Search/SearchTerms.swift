/// What a store looks for: a query taken apart.
package struct SearchTerms: Sendable, Equatable {
    /// Words that occur side by side.
    package struct Phrase: Sendable, Equatable {
        /// At least one; letters and digits alone.
        package let words: [String]
        /// Whether the last word is only how a word begins.
        package let isPrefix: Bool

        package init(words: [String], isPrefix: Bool) {
            self.words = words
            self.isPrefix = isPrefix
        }
    }
    /// All of them occur; at least one.
    package let phrases: [Phrase]
    package let kinds: Set<ItemKind>
    /// How many to return at most, from 1.
    package let limit: Int

    package init(phrases: [Phrase], kinds: Set<ItemKind>, limit: Int) {
        self.phrases = phrases
        self.kinds = kinds
        self.limit = limit
    }
}

/// An item that a store found, with its text around the words.
package struct StoredHit: Sendable, Equatable {
    package let item: StoredItem
    /// A part of the document in which each occurrence stands between ``opening`` and ``closing``.
    package let excerpt: String
    /// What no document contains.
    package static let opening: Unicode.Scalar = "\u{E000}"
    package static let closing: Unicode.Scalar = "\u{E001}"

    package init(item: StoredItem, excerpt: String) {
        self.item = item
        self.excerpt = excerpt
    }
}

/// What can be searched for of an item.
package struct SearchDocument: Sendable, Equatable {
    package let reference: ItemReference
    /// Empty where there is none.
    package let title: String
    package let text: String

    package init(reference: ItemReference, title: String, text: String) {
        self.reference = reference
        self.title = title
        self.text = text
    }
}

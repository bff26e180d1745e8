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

/// What a search says of an item itself: not its payload, which may be large.
package struct FoundItem: Sendable, Equatable {
    package let kind: ItemKind
    package let uid: UID
    package let version: Int64
    package let updatedAt: Timestamp

    package init(kind: ItemKind, uid: UID, version: Int64, updatedAt: Timestamp) {
        self.kind = kind
        self.uid = uid
        self.version = version
        self.updatedAt = updatedAt
    }

    package var reference: ItemReference { ItemReference(kind, uid) }
}

/// An item that a store found, with its text around the words.
package struct StoredHit: Sendable, Equatable {
    package struct Parent: Sendable, Equatable {
        package let reference: ItemReference
        /// As ``StoredHit/title``; empty also where the parent isn't alive.
        package let title: String

        package init(reference: ItemReference, title: String) {
            self.reference = reference
            self.title = title
        }
    }

    package let item: FoundItem
    /// The title as it was made searchable, or the beginning of it, at least ``SearchHit/titleBytes`` and one; empty where there is none.
    package let title: String
    /// A part of the document in which each occurrence stands between ``opening`` and ``closing``.
    ///
    /// At most ``excerptBytes``, and some for the marks and what stands for what was left out. Empty if there was no time left to make it.
    package let excerpt: String
    package let parent: Parent?
    /// What no document contains.
    package static let opening: Unicode.Scalar = "\u{E000}"
    package static let closing: Unicode.Scalar = "\u{E001}"
    package static let excerptBytes = 600

    package init(item: FoundItem, title: String, excerpt: String, parent: Parent?) {
        self.item = item
        self.title = title
        self.excerpt = excerpt
        self.parent = parent
    }
}

/// What a store found.
package struct StoredHits: Sendable, Equatable {
    /// Best first.
    package let hits: [StoredHit]
    /// Whether there was time to look at all that may fit.
    package let isComplete: Bool

    package init(hits: [StoredHit], isComplete: Bool) {
        self.hits = hits
        self.isComplete = isComplete
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

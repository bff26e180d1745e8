/// What cursors hold of the things that they belong to: numbers that stay the same from version to version.

extension ItemKind {
    var cursorNumber: UInt8 {
        switch self {
        case .notes: 1
        case .tasks: 2
        case .comments: 3
        case .chats: 4
        case .chatMessages: 5
        case .taskLists: 6
        case .taskListCategories: 7
        }
    }

    /// Tells sets of kinds apart; 0 for all kinds.
    static func cursorDigest(_ kinds: Set<ItemKind>) -> UInt32 {
        guard kinds.count < allCases.count else { return 0 }
        var hash = FNV1a()
        hash.combine(kinds.map(\.cursorNumber).sorted())
        return hash.digest
    }
}

extension ItemFilter {
    /// Tells filters apart; 0 for the one that fits everything.
    var cursorDigest: UInt32 {
        var hash = FNV1a()
        var isEmpty = true
        let parentKind = parentUID == nil ? nil : parentKind
        let since = updatedSince.map { String($0.milliseconds) }
        for (number, text) in [parentUID?.description, parentKind?.rawValue, status, tag, since].enumerated() {
            guard let text else { continue }
            isEmpty = false
            hash.combine(CollectionOfOne(UInt8(truncatingIfNeeded: number)))
            hash.combine(text.utf8)
            // No byte of UTF-8.
            hash.combine(CollectionOfOne(0xff))
        }
        return isEmpty ? 0 : hash.digest
    }
}

extension RecentQuery {
    /// Tells what is meant apart, whatever the size of a page; 0 for all of all kinds.
    var cursorDigest: UInt32 {
        let kindsDigest = ItemKind.cursorDigest(kinds)
        guard kindsDigest != 0 || !includeDeleted || updatedSince != nil else { return 0 }
        var hash = FNV1a()
        hash.combine(kinds.map(\.cursorNumber).sorted())
        hash.combine([0xff, includeDeleted ? 1 : 0])
        if let updatedSince { hash.combine("\(updatedSince.milliseconds)".utf8) }
        return hash.digest
    }
}

extension Owner {
    /// Tells owners' cursors apart; no secret.
    var tag: UInt64 {
        var hash = FNV1a()
        hash.combine(tenant.utf8)
        hash.combine(CollectionOfOne(0xff))
        hash.combine(subject.utf8)
        return hash.value
    }
}

/// The Fowler–Noll–Vo hash: stable from process to process, which Swift's own is not.
///
/// A changed byte always changes each of its words.
struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }

    /// Both words in one, never 0.
    var digest: UInt32 {
        max(1, UInt32(truncatingIfNeeded: value ^ value >> 32))
    }
}

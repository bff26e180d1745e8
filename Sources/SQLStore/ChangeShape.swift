package import ToolBridge

/// What a query for changes of several kinds asks for, without the values: each has a statement, and so a plan, of its own.
///
/// All follow the owner's change sequence, whose index knows nothing else: what is left to check is looked up in the item.
package struct ChangeShape: Sendable, Hashable {
    let isNewestFirst: Bool
    /// Whether some kinds aren't meant.
    let hasKinds: Bool
    let includesDeleted: Bool
    let hasTime: Bool

    package init(_ query: ChangeQuery) {
        isNewestFirst = query.order == .newestChangeFirst
        hasKinds = query.kinds.count < ItemKind.allCases.count
        includesDeleted = query.includesDeleted
        hasTime = query.updatedSince != nil
    }

    /// - Parameter number: From 0.
    private init(number: Int) {
        isNewestFirst = number & 1 != 0
        hasKinds = number & 2 != 0
        includesDeleted = number & 4 != 0
        hasTime = number & 8 != 0
    }

    var number: Int { (isNewestFirst ? 1 : 0) | (hasKinds ? 2 : 0) | (includesDeleted ? 4 : 0) | (hasTime ? 8 : 0) }

    /// By their numbers.
    package static let all = (0..<16).map { ChangeShape(number: $0) }

    /// Whether items are looked at that don't fit.
    package var hasResidue: Bool { hasKinds || !includesDeleted || hasTime }
}

extension ChangeShape: CustomStringConvertible {
    package var description: String {
        let words = [hasKinds ? "kinds" : "", includesDeleted ? "deleted" : "", hasTime ? "time" : "", isNewestFirst ? "newest" : ""]
        return words.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

import ToolBridge

/// What a query for a list asks for, without the values: each has a statement, and so a plan, of its own.
package struct ListShape: Sendable, Hashable {
    enum Parent: Int, Sendable, CaseIterable {
        case any, uid, uidAndKind
    }

    var isNewestFirst: Bool
    var includesDeleted: Bool
    var parent: Parent
    var hasStatus: Bool
    var hasTag: Bool
    var hasTime: Bool

    init(_ query: ItemQuery) {
        isNewestFirst = query.order == .newestChangeFirst
        includesDeleted = query.includesDeleted
        parent = query.filter.parentUID == nil ? .any : query.filter.parentKind == nil ? .uid : .uidAndKind
        hasStatus = query.filter.status != nil
        hasTag = query.filter.tag != nil
        hasTime = query.filter.updatedSince != nil
    }

    /// - Parameter number: From 0.
    private init(number: Int) {
        isNewestFirst = number & 1 != 0
        includesDeleted = number & 2 != 0
        hasStatus = number & 4 != 0
        hasTag = number & 8 != 0
        hasTime = number & 16 != 0
        parent = Parent(rawValue: number >> 5) ?? .any
    }

    var number: Int {
        (isNewestFirst ? 1 : 0) | (includesDeleted ? 2 : 0) | (hasStatus ? 4 : 0) | (hasTag ? 8 : 0) | (hasTime ? 16 : 0)
            | parent.rawValue << 5
    }

    /// By their numbers.
    package static let all = (0..<32 * Parent.allCases.count).map { ListShape(number: $0) }
}

/// What narrows a list, in the order of the statements' parameters.
enum ListTerm: Sendable, Equatable {
    case tenant, subject, kind, tag, parentUID, status, start, end
    /// Those that the index only checks.
    case otherParentUID, otherParentKind, otherStatus, otherTime
}

extension ListShape {
    /// What the index is searched with: a tag, else a parent, else a status, else the kind alone.
    private var driver: ListTerm? {
        hasTag ? .tag : parent != .any ? .parentUID : hasStatus ? .status : nil
    }

    /// What is left to check.
    private var residue: [ListTerm] {
        var terms: [ListTerm] = []
        if parent != .any, driver != .parentUID { terms.append(.otherParentUID) }
        if parent == .uidAndKind { terms.append(.otherParentKind) }
        if hasStatus, driver != .status { terms.append(.otherStatus) }
        if hasTime { terms.append(.otherTime) }
        return terms
    }

    /// Whether items are looked at that don't fit.
    package var hasResidue: Bool { !residue.isEmpty }

    /// The shape of the items that are looked at.
    var visited: ListShape {
        var shape = self
        shape.hasTime = false
        shape.parent = driver == .parentUID ? .uid : .any
        shape.hasStatus = driver == .status
        return shape
    }

    /// The terms of one half of the statement: of the living or of the tombstones.
    var terms: [ListTerm] {
        [.tenant, .subject, .kind] + (driver.map { [$0] } ?? []) + [.start] + (hasResidue ? [.end] + residue : [])
    }

    var readsTags: Bool { driver == .tag }
}

extension ListShape: CustomStringConvertible {
    package var description: String {
        let words = [
            hasTag ? "tag" : "", ["", "parent", "parent kind"][parent.rawValue], hasStatus ? "status" : "", hasTime ? "time" : "",
            includesDeleted ? "deleted" : "", isNewestFirst ? "newest" : "",
        ]
        return words.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

import ToolBridge

/// A path with its query.
struct TargetWriter {
    private(set) var text: String
    private var hasQuery = false

    init(_ path: String) {
        text = path
    }

    mutating func add(_ name: StaticString, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        text += "\(hasQuery ? "&" : "?")\(name)=\(PercentEncoding.encode(value))"
        hasQuery = true
    }

    mutating func add(_ name: StaticString, _ value: Int) {
        add(name, "\(value)")
    }

    mutating func add(_ filter: ItemFilter) {
        add("parentUid", filter.parentUID?.description)
        // A kind of parent counts only together with a parent.
        if filter.parentUID != nil { add("parentKind", filter.parentKind?.path) }
        add("status", filter.status)
        add("tag", filter.tag)
        add("updatedSince", filter.updatedSince?.description)
    }

    /// Nothing where all are meant.
    mutating func add(_ kinds: Set<ItemKind>) {
        guard kinds.count < ItemKind.allCases.count else { return }
        text += "\(hasQuery ? "&" : "?")kinds=" + ItemKind.allCases.filter(kinds.contains).map(\.path).joined(separator: ",")
        hasQuery = true
    }
}

import ToolBridge

extension SQLTransaction {
    func items(_ query: ItemQuery) throws(StoreError) -> [StoredItem] {
        guard query.limit > 0 else { return [] }
        let shape = ListShape(query)
        var page = PageBuilder(through: query.through, order: query.order, payloadBytes: query.payloadBytes)
        let values = values(query, shape) + [.integer(Int64(query.limit))]
        try connection.run(Statements.list(shape), values) { row throws(StoreError) in
            page.add(try row.storedItem(query.kind))
        }
        return page.items
    }

    func end(of query: ItemQuery, visiting count: Int) throws(StoreError) -> Int64? {
        let shape = ListShape(query)
        guard shape.hasResidue, count > 0 else { return nil }
        let values = values(query, shape.visited) + [.integer(Int64(count - 1))]
        return try connection.first(Statements.end(shape.visited), values) { $0.integer(0) } ?? nil
    }

    func changes(_ query: ChangeQuery) throws(StoreError) -> [StoredItem] {
        guard query.limit > 0, let first = query.kinds.first else { return [] }
        let shape = ChangeShape(query)
        var page = PageBuilder(through: query.through, order: query.order, payloadBytes: query.payloadBytes)
        var values = owned(.integer(query.beyond))
        if shape.hasResidue { values.append(.integer(query.through ?? (shape.isNewestFirst ? 0 : .max))) }
        if shape.hasKinds { for kind in ItemKind.allCases { values.append(.kind(query.kinds.contains(kind) ? kind : first)) } }
        if let time = query.updatedSince { values.append(.time(time)) }
        values.append(.integer(Int64(query.limit)))
        try connection.run(Statements.changes(shape), values) { row throws(StoreError) in
            guard let kind = row.text(SQLRowColumn.kind).flatMap(ItemKind.init(rawValue:)) else {
                throw .rejected(underlying: SchemaError.unreadableRow(table: "item"))
            }
            return page.add(try row.storedItem(kind))
        }
        return page.items
    }

    func end(of query: ChangeQuery, visiting count: Int) throws(StoreError) -> Int64? {
        let shape = ChangeShape(query)
        guard shape.hasResidue, count > 0 else { return nil }
        let values = owned(.integer(query.beyond), .integer(Int64(count - 1)))
        return try connection.first(Statements.endOfChanges(shape), values) { $0.integer(0) } ?? nil
    }

    func liveChildren(of parent: ItemReference, _ kind: ItemKind, limit: Int) throws(StoreError) -> [StoredItem] {
        var children: [StoredItem] = []
        let values = owned(.kind(kind), .uid(parent.uid), .kind(parent.kind))
        try connection.run(Statements.liveChildren, values) { row throws(StoreError) in
            children.append(try row.storedItem(kind))
            return children.count < limit
        }
        return children
    }

    /// The values of a shape's terms, once for each half.
    private func values(_ query: ItemQuery, _ shape: ListShape) -> [SQLValue] {
        let values = shape.terms.map { value(of: $0, query) }
        return shape.includesDeleted ? values + values : values
    }

    private func value(of term: ListTerm, _ query: ItemQuery) -> SQLValue {
        let isNewestFirst = query.order == .newestChangeFirst
        let filter = query.filter
        return switch term {
        case .tenant: .text(owner.tenant)
        case .subject: .text(owner.subject)
        case .kind: .kind(query.kind)
        case .tag: filter.tag.map { .text($0) } ?? .null
        case .parentUID, .otherParentUID: filter.parentUID.map { .uid($0) } ?? .null
        case .otherParentKind: filter.parentKind.map { .kind($0) } ?? .null
        case .status, .otherStatus: filter.status.map { .text($0) } ?? .null
        case .start: .integer(query.beyond ?? (isNewestFirst ? .max : 0))
        case .end: .integer(query.through ?? (isNewestFirst ? 0 : .max))
        case .otherTime: .time(filter.updatedSince)
        }
    }
}

/// Takes rows until the page is full.
private struct PageBuilder {
    private(set) var items: [StoredItem] = []
    private var room: Int
    private let through: Int64?
    private let order: ItemQuery.Order

    init(through: Int64?, order: ItemQuery.Order, payloadBytes: Int) {
        self.through = through
        self.order = order
        room = payloadBytes
    }

    /// - Returns: Whether more are wanted.
    mutating func add(_ item: StoredItem) -> Bool {
        if let through, order == .oldestChangeFirst ? item.sequence > through : item.sequence < through { return false }
        items.append(item)
        let (rest, overflow) = room.subtractingReportingOverflow(item.item.payload.count)
        room = rest
        return rest >= 0 && !overflow
    }
}

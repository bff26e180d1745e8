import ToolBridge

extension SQLTransaction {
    func search(_ terms: SearchTerms) throws(StoreError) -> StoredHits {
        guard !terms.phrases.isEmpty, !terms.kinds.isEmpty, terms.limit > 0, let state = try ownerState() else {
            return StoredHits(hits: [], isComplete: true)
        }
        // What was wiped and is still there.
        let wiped = try connection.first(Statements.searchErasure, owned()) { $0.integer(0) ?? 0 } ?? 0
        let search = Connection.search
        let expression = SQLValue.text(search.expression(terms, SearchScope(owner: state.id)))
        let (numbers, isComplete) = try ranked(expression, beyond: wiped)
        var found: [(number: Int64, hit: StoredHit)] = []
        var parents: [ItemReference: String] = [:]
        for number in numbers {
            guard found.count < terms.limit else { break }
            let row = try connection.first(Statements.foundItem, owned(.integer(number))) { row throws(StoreError) in try row.foundItem() }
            guard let row, terms.kinds.contains(row.item.kind) else { continue }
            var parent: StoredHit.Parent?
            if let reference = row.parent {
                let known = parents[reference]
                let title = try known == nil ? searchedTitle(of: reference, beyond: wiped) : known ?? ""
                parents[reference] = title
                parent = StoredHit.Parent(reference: reference, title: title)
            }
            found.append((number, StoredHit(item: row.item, title: row.title, excerpt: "", parent: parent)))
        }
        let excerpts = try excerpts(of: found.map(\.number), search.excerpts(terms, numbers.count), expression)
        let hits = found.map { number, hit in
            StoredHit(item: hit.item, title: hit.title, excerpt: excerpts[number] ?? "", parent: hit.parent)
        }
        return StoredHits(hits: hits, isComplete: isComplete)
    }

    /// The numbers of the documents that fit, best first, and whether there was time for all.
    ///
    /// - Throws: `unavailable` if there wasn't time for any.
    private func ranked(_ expression: SQLValue, beyond wiped: Int64) throws(StoreError) -> (numbers: [Int64], isComplete: Bool) {
        var ranked: [(number: Int64, rank: Int64)] = []
        var isComplete = true
        do throws(StoreError) {
            try connection.limited(to: Self.timeToRank) { () throws(StoreError) in
                try connection.run(Connection.search.matches, [expression, .integer(wiped)]) { row throws(StoreError) in
                    if let number = row.integer(0), let rank = row.integer(1) { ranked.append((number, rank)) }
                    return true
                }
            }
        } catch {
            guard error.isOvertime, !ranked.isEmpty else { throw error }
            isComplete = false
        }
        ranked.sort { ($0.rank, $0.number) > ($1.rank, $1.number) }
        return (ranked.map(\.number), isComplete)
    }

    private func searchedTitle(of reference: ItemReference, beyond wiped: Int64) throws(StoreError) -> String {
        let values = owned(.kind(reference.kind), .uid(reference.uid), .integer(wiped))
        return try connection.first(Statements.searchedTitle, values) { $0.text(0) ?? "" } ?? ""
    }

    /// Excerpts cost more than ranks, so only what is returned gets one; and those for which there is no time get none.
    private func excerpts(of numbers: [Int64], _ statement: SQLStatement, _ expression: SQLValue) throws(StoreError) -> [Int64: String] {
        guard !numbers.isEmpty else { return [:] }
        let list = SQLValue.text("[" + numbers.map { "\($0)" }.joined(separator: ",") + "]")
        var excerpts: [Int64: String] = [:]
        do throws(StoreError) {
            try connection.limited(to: Self.timeForExcerpts) { () throws(StoreError) in
                try connection.run(statement, [list, expression]) { row throws(StoreError) in
                    if let number = row.integer(0) { excerpts[number] = row.text(1) }
                    return true
                }
            }
        } catch {
            guard error.isOvertime else { throw error }
        }
        return excerpts
    }

    /// How much of a processor's time one search may take: few texts need a hundredth of it.
    private static var timeToRank: Duration { .milliseconds(150) }
    private static var timeForExcerpts: Duration { .milliseconds(100) }
}

extension StoreError {
    fileprivate var isOvertime: Bool {
        if case .unavailable(let cause) = self { return cause is SQLOvertime }
        return false
    }
}

extension SQLRow {
    /// Reads ``Statements/foundItem``.
    fileprivate func foundItem() throws(StoreError) -> (item: FoundItem, parent: ItemReference?, title: String) {
        guard let kind = text(0).flatMap(ItemKind.init(rawValue:)), let uid = text(1).flatMap(UID.init), let version = integer(2),
            let updatedAt = integer(3)
        else { throw .rejected(underlying: SchemaError.unreadableRow(table: "item")) }
        let time = Timestamp(milliseconds: updatedAt)
        var parent: ItemReference?
        if let kind = text(4).flatMap(ItemKind.init(rawValue:)), let uid = text(5).flatMap(UID.init) { parent = ItemReference(kind, uid) }
        return (FoundItem(kind: kind, uid: uid, version: version, updatedAt: time), parent, text(6) ?? "")
    }
}

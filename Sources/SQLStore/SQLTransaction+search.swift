import ToolBridge

extension SQLTransaction {
    func searchableSequence() throws(StoreError) -> Int64 {
        try connection.first(Statements.searchProgress, owned()) { $0.integer(0) ?? 0 } ?? 0
    }

    func search(_ terms: SearchTerms) throws(StoreError) -> [StoredHit] {
        guard !terms.phrases.isEmpty, !terms.kinds.isEmpty, terms.limit > 0, let state = try ownerState() else { return [] }
        let search = Connection.search
        let expression = SQLValue.text(search.expression(terms, SearchScope(owner: state.id)))
        var numbers: [Int64] = []
        try connection.run(search.matches, [expression]) { row throws(StoreError) in
            if let number = row.integer(0) { numbers.append(number) }
            return true
        }
        var found: [(number: Int64, item: StoredItem)] = []
        for number in numbers {
            guard found.count < terms.limit else { break }
            let item = try connection.first(Statements.foundItem, owned(.integer(number))) { row throws(StoreError) in
                guard let kind = row.text(SQLRowColumn.kind).flatMap(ItemKind.init(rawValue:)) else {
                    throw .rejected(underlying: SchemaError.unreadableRow(table: "item"))
                }
                return try row.storedItem(kind)
            }
            if let item, terms.kinds.contains(item.item.kind) { found.append((number, item)) }
        }
        let excerpts = try excerpts(of: found.map(\.number), search.excerpts(terms, numbers.count), expression)
        return found.map { StoredHit(item: $0.item, excerpt: excerpts[$0.number] ?? "") }
    }

    /// Excerpts cost more than ranks, so only what is returned gets one.
    private func excerpts(of numbers: [Int64], _ statement: SQLStatement, _ expression: SQLValue) throws(StoreError) -> [Int64: String] {
        guard !numbers.isEmpty else { return [:] }
        let list = SQLValue.text("[" + numbers.map { "\($0)" }.joined(separator: ",") + "]")
        var excerpts: [Int64: String] = [:]
        try connection.run(statement, [list, expression]) { row throws(StoreError) in
            guard let number = row.integer(0) else { return true }
            let title = row.text(1) ?? ""
            let text = row.text(2) ?? ""
            // The title is shown anyway, so its excerpt is of use only where the text has no occurrence; a long phrase may be marked in neither.
            let isInText = text.unicodeScalars.contains(StoredHit.opening)
            let isInTitle = title.unicodeScalars.contains(StoredHit.opening)
            excerpts[number] = isInText || !isInTitle && !text.isEmpty ? text : title
            return true
        }
        return excerpts
    }

    func makeSearchable(_ documents: [SearchDocument], removing items: [ItemReference], through sequence: Int64) throws(StoreError) {
        guard let state = try ownerState() else { throw .rejected(underlying: SchemaError.ownerNotLocked) }
        let scope = SearchScope(owner: state.id)
        let replaced = (documents.map(\.reference) + items).map { owned(.kind($0.kind), .uid($0.uid)) }
        try connection.run(Connection.search.removing, each: replaced) { _ throws(StoreError) in true }
        try connection.run(Statements.removeDocument, each: replaced) { _ throws(StoreError) in true }
        let added = documents.map { document in
            owned(
                .kind(document.reference.kind),
                .uid(document.reference.uid),
                .text(scope.words(document.reference.kind)),
                .text(document.title),
                .text(document.text)
            )
        }
        try connection.run(Statements.addDocument, each: added) { _ throws(StoreError) in true }
        try connection.run(Connection.search.adding, each: Array(replaced.prefix(documents.count))) { _ throws(StoreError) in true }
        try connection.run(Statements.recordSearchProgress, owned(.integer(sequence)))
    }

    /// The part of a wipe that concerns search.
    ///
    /// How far the owner's changes were searchable is forgotten too: none is left to be read again.
    func wipeSearch() throws(StoreError) {
        // Where nobody else has any document, the index is emptied as a whole below.
        let hasOthers = try connection.first(Statements.otherSearchProgress, owned()) { _ throws(StoreError) in true } ?? false
        if hasOthers { try connection.run(Connection.search.removingAll, owned()) }
        try connection.run(Statements.removeDocuments, owned())
        try connection.run(Statements.removeSearchProgress, owned())
        try connection.run(Connection.search.erase)
    }
}

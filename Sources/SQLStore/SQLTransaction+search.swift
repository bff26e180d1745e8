import ToolBridge

extension SQLTransaction {
    func searchableSequence() throws(StoreError) -> Int64 {
        try connection.first(Statements.searchProgress, owned()) { $0.integer(0) ?? 0 } ?? 0
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
    /// It takes the same time however much there is: the documents are found no more from now on, and leave the file by ``SQLSearchErasure``; where
    /// nobody else has any, now. How far the owner's changes were searchable is forgotten too: none is left to be read again.
    func wipeSearch() throws(StoreError) {
        let others = try [Statements.otherSearchProgress, Statements.otherSearchErasure].map { statement throws(StoreError) in
            try connection.first(statement, owned()) { _ throws(StoreError) in true } ?? false
        }
        try connection.run(Statements.removeSearchProgress, owned())
        if others.contains(true) {
            let last = try connection.first(Statements.lastDocument) { $0.integer(0) ?? 0 } ?? 0
            try connection.run(Statements.eraseDocuments, owned(.integer(last)))
        } else {
            try connection.run(Connection.search.emptying)
            try connection.run(Statements.removeDocuments, owned())
            try connection.run(Statements.removeSearchErasure, owned())
            try connection.run(Statements.endSearchMerge)
        }
    }
}

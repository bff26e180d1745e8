import JSON

/// The declared entries of a list, written once for each revision (T3).
struct PublishedList: Sendable, Equatable {
    /// A slice of the entries that fits one page.
    struct Slice {
        let entries: ArraySlice<[UInt8]>
        /// The key of the last entry, if others follow.
        let next: String?
    }

    let kind: ListKind
    /// How long and by whom its pages may be kept, if nothing comes after the declared entries.
    let caching: CachingHints
    private let pageSize: Int
    /// Names or addresses, in the order of the entries.
    private let keys: [String]
    /// By `Revision.rawValue`.
    private let entries: [[[UInt8]]]
    /// Whole results by `Revision.rawValue`, if all stands on one page.
    private let whole: [[UInt8]]?

    /// - Parameter isComplete: Whether nothing comes after the declared entries.
    init<Entry>(
        _ kind: ListKind,
        of declared: [Entry],
        by key: (Entry) -> String,
        pageSize: Int,
        isComplete: Bool,
        caching: CachingHints,
        meta: [UInt8],
        write: (Entry, inout JSONWriter, Revision) -> Void
    ) {
        self.kind = kind
        self.caching = caching
        self.pageSize = pageSize
        keys = declared.map(key)
        entries = Revision.allCases.map { revision in
            declared.map { entry in
                var writer = JSONWriter(reserving: 256)
                write(entry, &writer, revision)
                return writer.bytes
            }
        }
        let isOnePage = isComplete && declared.count <= pageSize
        whole =
            isOnePage
            ? zip(Revision.allCases, entries).map { revision, entries in
                PublishedList.result(kind, entries[...], next: nil, for: revision, caching: caching, meta: meta)
            } : nil
    }

    /// The result if there is only one page, and it is asked for.
    func whole(for revision: Revision) -> [UInt8]? {
        whole?[Int(revision.rawValue)]
    }

    /// A page.
    ///
    /// - Parameter key: The key of the last entry of the page before.
    /// - Throws: `invalidParameters` if there is no such entry any more.
    func slice(after key: String?, for revision: Revision) throws(MCPError) -> Slice {
        var start = 0
        if let key {
            guard let place = keys.firstIndex(where: { $0.sameBytes(key) }) else { throw .unknownCursor }
            start = place + 1
        }
        let entries = entries[Int(revision.rawValue)]
        let end = min(start + pageSize, entries.count)
        return Slice(entries: entries[start..<end], next: end < entries.count ? keys[end - 1] : nil)
    }

    /// Writes the result of a list (K1, K5, B10, B13).
    static func result(
        _ kind: ListKind,
        _ entries: ArraySlice<[UInt8]>,
        next: String?,
        for revision: Revision,
        caching: CachingHints,
        meta: [UInt8]
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: entries.reduce(256 + meta.count) { $0 + $1.count + 1 })
        writer.object { writer in
            if revision.hasResultTypes { writer.member("resultType", "complete") }
            writer.key(kind.member)
            writer.array { writer in
                for entry in entries { writer.raw(entry) }
            }
            if let next { writer.member("nextCursor", next) }
            if revision.hasResultTypes {
                caching.write(to: &writer)
                writer.member("_meta", raw: meta)
            }
        }
        return writer.bytes
    }
}

/// A part of a list, and where the next one begins.
public struct ListPage<Entry: Sendable>: Sendable {
    public let entries: [Entry]
    /// Where the next page begins: a key of the last entry, not an offset, so that a list that changes neither repeats nor skips.
    ///
    /// At most 512 bytes; nil if this is the last page.
    public let next: String?

    public init(_ entries: [Entry], next: String? = nil) {
        self.entries = entries
        self.next = next
    }
}

/// Resources that come out of a database: what is listed after those that are declared (G1, G2).
///
/// They are read by a `ResourceTemplate`.
///
/// ```swift
/// ResourceListing { context, key, limit in
///     let notes = try await notes.page(of: context.caller, after: key, limit: limit)
///     return ListPage(notes.map { ResourceLink(uri: "notes://\($0.uid)", name: $0.title) }, next: notes.count == limit ? notes.last?.uid : nil)
/// }
/// ```
public struct ResourceListing<Caller: Sendable>: Sendable {
    /// How long and by whom all pages of `resources/list` may be kept (K2).
    public let caching: CachingHints
    let page: @Sendable (RequestContext<Caller>, _ key: String?, _ limit: Int) async throws -> ListPage<ResourceLink>

    /// - Parameters:
    ///   - caching: By default private and five seconds (K6).
    ///   - page: Gives at most `limit` entries after the key of the page before; nil for the first page. Keys come back only as they were
    ///     given, and only to the principal who got them.
    public init(
        caching: CachingHints = CachingHints(milliseconds: 5_000, scope: .private),
        page: @escaping @Sendable (_ context: RequestContext<Caller>, _ key: String?, _ limit: Int) async throws -> ListPage<ResourceLink>
    ) {
        self.caching = caching
        self.page = page
    }
}

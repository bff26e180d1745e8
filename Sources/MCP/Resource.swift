public import JSON

/// Something with a fixed address that clients can read.
///
/// ```swift
/// Resource("docs://guide", name: "guide", title: "Guide", description: "How to begin.", mimeType: "text/markdown") { _ in
///     .text("# Welcome")
/// }
/// ```
/// What breaks a rule of the protocol (RS4, RS5, RS10) is reported when it is put into a `ServerDefinition`.
public struct Resource<Caller: Sendable>: Sendable {
    /// How it is listed.
    public let link: ResourceLink
    /// How long clients may keep what they read (K6).
    public let caching: CachingHints
    /// Whether `resources/list` has it; pages (`ui://…`) are only read (UI3).
    public let isListed: Bool
    /// Why the declaration can't be published; `ServerDefinition` throws it.
    var fault: String?
    private let contents: @Sendable (RequestContext<Caller>) async throws -> ResourceContents?

    /// - Parameters:
    ///   - uri: RFC 3986, unique on its server.
    ///   - size: Bytes, before any encoding.
    ///   - caching: How long clients may keep what they read; by default not at all.
    ///   - isListed: Whether `resources/list` has it; never for `ui://…`.
    ///   - meta: Members of `_meta` in the list, each with a prefix of its own (B15).
    ///   - read: Gives the contents; nil if there is nothing here for this caller, who then can't tell it from an unknown address (RS3).
    public init(
        _ uri: String,
        name: String,
        title: String? = nil,
        description: String,
        mimeType: String? = nil,
        size: Int? = nil,
        annotations: Annotations? = nil,
        icons: [Icon] = [],
        caching: CachingHints = .never,
        isListed: Bool = true,
        meta: JSONValue? = nil,
        read: @escaping @Sendable (RequestContext<Caller>) async throws -> ResourceContents?
    ) {
        link = ResourceLink(
            uri: uri,
            name: name,
            title: title ?? name.asTitle,
            description: description,
            mimeType: mimeType,
            size: size,
            annotations: annotations,
            icons: icons,
            meta: meta
        )
        self.isListed = isListed && !uri.isPageAddress
        self.caching = caching
        contents = read
    }

    /// Reads it; nil if there is nothing here for this caller.
    public func read(_ context: RequestContext<Caller>) async throws -> ResourceContents? {
        try await contents(context)
    }
}

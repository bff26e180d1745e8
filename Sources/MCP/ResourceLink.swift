public import JSON

/// A pointer to something that the client can read by its address: a line of `resources/list`, or a block of a result (RS8).
public struct ResourceLink: Sendable, Equatable {
    /// RFC 3986; `https:` only for what the client can fetch itself (RS5).
    public let uri: String
    public let name: String
    public let title: String?
    public let description: String?
    public let mimeType: String?
    /// Bytes, before any encoding.
    public let size: Int?
    public let annotations: Annotations?
    /// Clients before 2025-11-25 don't get them.
    public let icons: [Icon]
    /// Members of `_meta`, each with a prefix of its own (B15); clients before 2025-06-18 don't get them.
    public let meta: JSONValue?

    public init(
        uri: String,
        name: String,
        title: String? = nil,
        description: String? = nil,
        mimeType: String? = nil,
        size: Int? = nil,
        annotations: Annotations? = nil,
        icons: [Icon] = [],
        meta: JSONValue? = nil
    ) {
        self.uri = uri
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
        self.size = size
        self.annotations = annotations
        self.icons = icons
        self.meta = meta
    }

    /// Writes the members that this revision knows, into an open object.
    func writeMembers(to writer: inout JSONWriter, for revision: Revision, annotations: Annotations? = nil) {
        writer.member("uri", uri)
        writer.member("name", name)
        if revision.hasTitlesAndLinks, let title { writer.member("title", title) }
        if let description { writer.member("description", description) }
        if let mimeType { writer.member("mimeType", mimeType) }
        if let size { writer.member("size", size) }
        (annotations ?? self.annotations)?.writeMember(to: &writer, for: revision)
        icons.writeMember(to: &writer, for: revision)
        MetaMember.write(meta, to: &writer, for: revision)
    }

    /// Writes a line of `resources/list`; what has no description is described by its title or name (RS10).
    func writeEntry(to writer: inout JSONWriter, for revision: Revision) {
        let entry = ResourceLink(
            uri: uri,
            name: name,
            title: title,
            description: description ?? title ?? name,
            mimeType: mimeType,
            size: size,
            annotations: annotations,
            icons: icons,
            meta: meta
        )
        writer.object { entry.writeMembers(to: &$0, for: revision) }
    }
}

import JSON

/// A picture of a server or of what it offers: `data:` or https of the same origin, png or svg (A1).
public struct Icon: Sendable, Equatable {
    public enum Theme: String, Sendable {
        case light, dark
    }

    public let source: String
    public let mimeType: String
    /// `"48x48"`, or `"any"` for one that scales.
    public let sizes: [String]
    /// For which background it is made; clients before 2025-11-25 get no icons at all.
    public let theme: Theme?

    public init(source: String, mimeType: String, sizes: [String], theme: Theme? = nil) {
        self.source = source
        self.mimeType = mimeType
        self.sizes = sizes
        self.theme = theme
    }

    /// Why it can't be published, the end of a sentence that begins "its icon"; nil if it can (A1).
    ///
    /// - Parameter origin: The server's own; nil if it has none, and then https is always that of somebody else.
    func fault(at origin: Origin?) -> String? {
        guard mimeType.sameBytes("image/png") || mimeType.sameBytes("image/svg+xml") else { return "must be image/png or image/svg+xml" }
        guard source.hasPrefix("data:\(mimeType)") || (origin != nil && Origin(of: source) == origin) else {
            return "must be a data: URI of its type, or an https: URI of the server's own origin"
        }
        return URIText.isURI(source) ? nil : "has a source that is no URI"
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("src", source)
            writer.member("mimeType", mimeType)
            writer.member("sizes", strings: sizes)
            if let theme { writer.member("theme", theme.rawValue) }
        }
    }
}

extension [Icon] {
    /// Writes the member `icons` if there are any and this revision knows them.
    func writeMember(to writer: inout JSONWriter, for revision: Revision) {
        guard revision.hasIcons, !isEmpty else { return }
        writer.key("icons")
        writer.array { writer in
            for icon in self { icon.write(to: &writer) }
        }
    }
}

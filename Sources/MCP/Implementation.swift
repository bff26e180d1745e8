import JSON

/// What a server says about itself.
public struct Implementation: Sendable, Equatable {
    public let name: String
    public let title: String?
    public let version: String
    public let description: String?
    public let websiteURL: String?
    public let icons: [Icon]

    public init(
        name: String,
        title: String? = nil,
        version: String,
        description: String? = nil,
        websiteURL: String? = nil,
        icons: [Icon] = []
    ) {
        self.name = name
        self.title = title
        self.version = version
        self.description = description
        self.websiteURL = websiteURL
        self.icons = icons
    }

    /// Writes what this revision knows of it; without what is only worth saying once unless `isWhole` (B13).
    func write(to writer: inout JSONWriter, for revision: Revision, isWhole: Bool) {
        writer.object { writer in
            writer.member("name", name)
            if revision.hasTitlesAndLinks, let title { writer.member("title", title) }
            writer.member("version", version)
            guard isWhole, revision.hasIcons else { return }
            if let description { writer.member("description", description) }
            if let websiteURL { writer.member("websiteUrl", websiteURL) }
            guard !icons.isEmpty else { return }
            writer.key("icons")
            writer.array { writer in
                for icon in icons { icon.write(to: &writer) }
            }
        }
    }
}

/// A picture of a server: `data:` or https of the same origin, png or svg (A1).
public struct Icon: Sendable, Equatable {
    public enum Theme: String, Sendable {
        case light, dark
    }

    public let source: String
    public let mimeType: String
    /// `"48x48"`, or `"any"` for one that scales.
    public let sizes: [String]
    public let theme: Theme?

    public init(source: String, mimeType: String, sizes: [String], theme: Theme? = nil) {
        self.source = source
        self.mimeType = mimeType
        self.sizes = sizes
        self.theme = theme
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("src", source)
            writer.member("mimeType", mimeType)
            writer.key("sizes")
            writer.array { writer in
                for size in sizes { writer.string(size) }
            }
            if let theme { writer.member("theme", theme.rawValue) }
        }
    }
}

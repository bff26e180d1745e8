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
            icons.writeMember(to: &writer, for: revision)
        }
    }
}

extension ServerDefinition {
    /// The result of `tools/list` for a client without pages, byte for byte; nil if there are several pages of it.
    package func publishedTools(for revision: Revision) -> [UInt8]? {
        published.list(.tools, for: []).whole(for: revision)
    }
}

import JSON

extension ResourceTemplate {
    /// Writes the entry in `resources/templates/list` as this revision knows it (RS8).
    func write(to writer: inout JSONWriter, for revision: Revision) {
        writer.object { writer in
            writer.member("uriTemplate", uriTemplate)
            writer.member("name", name)
            if revision.hasTitlesAndLinks { writer.member("title", title) }
            writer.member("description", description)
            if let mimeType { writer.member("mimeType", mimeType) }
            annotations?.writeMember(to: &writer, for: revision)
            icons.writeMember(to: &writer, for: revision)
            MetaMember.write(meta, to: &writer, for: revision)
        }
    }
}

extension ResourceContents {
    /// Writes the result of `resources/read` (K1, K5, RS4).
    ///
    /// - Parameters:
    ///   - uri: What was read: the address of parts without one.
    ///   - mimeType: The declared type, for parts without one.
    func result(of uri: String, mimeType: String?, for revision: Revision, caching: CachingHints, meta: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            if revision.hasResultTypes { writer.member("resultType", "complete") }
            writer.key("contents")
            writer.array { writer in
                for part in parts {
                    let isWhole = part.uri == nil
                    EmbeddedResource(uri: part.uri ?? uri, mimeType: part.mimeType ?? (isWhole ? mimeType : nil), part.body)
                        .write(to: &writer) { writer in
                            MetaMember.write(part.meta, to: &writer, for: revision, ui: part.ui.map { ui in { ui.write(to: &$0) } })
                        }
                }
            }
            if revision.hasResultTypes {
                caching.write(to: &writer)
                writer.member("_meta", raw: meta)
            }
        }
        return writer.bytes
    }
}

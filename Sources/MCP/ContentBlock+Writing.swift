import JSON

extension ContentBlock {
    /// Writes the block, or for a revision that doesn't know it a text that names it (T11).
    func write(to writer: inout JSONWriter, for revision: Revision, annotations: Annotations? = nil) {
        switch self {
        case .text(let text):
            Self.writeText(text, annotations, to: &writer, for: revision)
        case .image(let bytes, let mimeType):
            Self.writeData("image", bytes, mimeType, annotations, to: &writer, for: revision)
        case .audio(let bytes, let mimeType):
            guard revision.hasAudioAndAnnotations else {
                return Self.writeText("[audio, \(mimeType), \(bytes.count) bytes]", annotations, to: &writer, for: revision)
            }
            Self.writeData("audio", bytes, mimeType, annotations, to: &writer, for: revision)
        case .resourceLink(let link):
            guard revision.hasTitlesAndLinks else {
                return Self.writeText("[link, \(link.name), \(link.uri)]", annotations, to: &writer, for: revision)
            }
            writer.object { writer in
                writer.member("type", "resource_link")
                link.writeMembers(to: &writer, for: revision, annotations: annotations)
            }
        case .resource(let resource):
            writer.object { writer in
                writer.member("type", "resource")
                writer.key("resource")
                resource.write(to: &writer)
                annotations?.writeMember(to: &writer, for: revision)
            }
        case .annotated(let block, let inner):
            // Of two, the outer ones count.
            block.write(to: &writer, for: revision, annotations: annotations ?? inner)
        }
    }

    private static func writeText(_ text: String, _ annotations: Annotations?, to writer: inout JSONWriter, for revision: Revision) {
        writer.object { writer in
            writer.member("type", "text")
            writer.member("text", text)
            annotations?.writeMember(to: &writer, for: revision)
        }
    }

    private static func writeData(
        _ type: String,
        _ bytes: [UInt8],
        _ mimeType: String,
        _ annotations: Annotations?,
        to writer: inout JSONWriter,
        for revision: Revision
    ) {
        writer.object { writer in
            writer.member("type", type)
            writer.member("data", Base64.standard.encode(bytes))
            writer.member("mimeType", mimeType)
            annotations?.writeMember(to: &writer, for: revision)
        }
    }
}

extension EmbeddedResource {
    /// Writes it as text or as base64 with padding (RS4).
    ///
    /// - Parameter rest: Writes what else the object holds.
    func write(to writer: inout JSONWriter, _ rest: (inout JSONWriter) -> Void = { _ in }) {
        writer.object { writer in
            writer.member("uri", uri)
            if let mimeType { writer.member("mimeType", mimeType) }
            switch body {
            case .text(let text): writer.member("text", text)
            case .blob(let bytes): writer.member("blob", Base64.standard.encode(bytes))
            }
            rest(&writer)
        }
    }
}

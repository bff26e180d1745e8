import JSON

extension Tool {
    /// Its entry in the list of tools, byte for byte.
    package func published(for revision: Revision) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        write(to: &writer, for: revision)
        return writer.bytes
    }

    /// Writes what this revision knows of a tool (T8, T12); the schemas byte for byte as they were registered (J4).
    func write(to writer: inout JSONWriter, for revision: Revision) {
        writer.object { writer in
            writer.member("name", name)
            if revision.hasTitlesAndLinks { writer.member("title", title) }
            writer.member("description", description)
            writer.member("inputSchema", inputSchema)
            if let outputSchema, revision.hasStructuredContent, revision.hasAnyStructuredContent || outputSchema.canBeWrapped {
                writer.key("outputSchema")
                writeOutputSchema(outputSchema, to: &writer, for: revision)
            }
            icons.writeMember(to: &writer, for: revision)
            MetaMember.write(meta, to: &writer, for: revision, ui: ui.map { ui in { ui.write(to: &$0) } })
            guard revision.hasAudioAndAnnotations else { return }
            writer.key("annotations")
            writer.object { writer in
                // Later ones have it beside the name, and whoever reads lists pays for each byte.
                if !revision.hasTitlesAndLinks { writer.member("title", title) }
                writer.member("readOnlyHint", annotations.readOnly)
                writer.member("destructiveHint", annotations.destructive)
                writer.member("idempotentHint", annotations.idempotent)
                writer.member("openWorldHint", annotations.openWorld)
            }
        }
    }

    /// 2025-06-18 and 2025-11-25 allow only objects at the root, so another value is wrapped there as its results are.
    private func writeOutputSchema(_ schema: JSONValue, to writer: inout JSONWriter, for revision: Revision) {
        guard !revision.hasAnyStructuredContent, !schema.isOfObjects else { return writer.value(schema) }
        writer.object { writer in
            writer.member("type", "object")
            writer.key("properties")
            writer.object { $0.member("result", schema) }
            writer.key("required")
            writer.array { $0.string("result") }
        }
    }
}

extension JSONValue {
    /// Whether all that fits this schema are objects, as 2025-06-18 and 2025-11-25 want it said.
    var isOfObjects: Bool { self["type"]?.string == "object" }

    /// Whether this schema means the same inside another one: references count from the root.
    fileprivate var canBeWrapped: Bool { isOfObjects || !holdsReference }

    private var holdsReference: Bool {
        members.contains { $0.keyEquals("$ref" as StaticString) || $0.value.holdsReference } || elements.contains { $0.holdsReference }
    }
}

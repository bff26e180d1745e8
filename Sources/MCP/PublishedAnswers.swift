import JSON

/// The results that are the same for every caller, written once for each revision: the same bytes every time (T3).
struct PublishedAnswers: Sendable {
    /// `tools/list`, by `Revision.rawValue`; empty if there are no tools.
    private let toolLists: [[UInt8]]
    /// `initialize`, by `Revision.rawValue`, and for 2026-07-28 `server/discover`.
    private let introductions: [[UInt8]]
    /// `{"io.modelcontextprotocol/serverInfo":{…}}`, the `_meta` of results of 2026-07-28 (B13).
    let resultMeta: [UInt8]
    /// Whether `tools` is a capability (B19).
    let hasTools: Bool

    init<Caller>(info: Implementation, instructions: String?, tools: [Tool<Caller>], caching: CachingHints) {
        hasTools = !tools.isEmpty
        resultMeta = PublishedAnswers.meta(info, isWhole: false)
        toolLists = Revision.allCases.map { revision in
            PublishedAnswers.toolList(of: tools, for: revision, caching: caching, meta: PublishedAnswers.meta(info, isWhole: false))
        }
        introductions = Revision.allCases.map { revision in
            revision.isLegacy
                ? PublishedAnswers.initializeResult(info, instructions, hasTools: !tools.isEmpty, for: revision)
                : PublishedAnswers.discoverResult(info, instructions, hasTools: !tools.isEmpty, caching: caching)
        }
    }

    func toolList(for revision: Revision) -> [UInt8] {
        toolLists[Int(revision.rawValue)]
    }

    /// The result of `initialize`, or of `server/discover`.
    func introduction(for revision: Revision) -> [UInt8] {
        introductions[Int(revision.rawValue)]
    }

    private static func meta(_ info: Implementation, isWhole: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("io.modelcontextprotocol/serverInfo")
            info.write(to: &writer, for: .v2026_07_28, isWhole: isWhole)
        }
        return writer.bytes
    }

    private static func toolList<Caller>(
        of tools: [Tool<Caller>],
        for revision: Revision,
        caching: CachingHints,
        meta: [UInt8]
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: 1024 + tools.count * 600)
        writer.object { writer in
            if revision.hasResultTypes { writer.member("resultType", "complete") }
            writer.key("tools")
            writer.array { writer in
                for tool in tools { tool.write(to: &writer, for: revision) }
            }
            if revision.hasResultTypes {
                caching.write(to: &writer)
                writer.member("_meta", raw: meta)
            }
        }
        return writer.bytes
    }

    private static func initializeResult(_ info: Implementation, _ instructions: String?, hasTools: Bool, for revision: Revision) -> [UInt8]
    {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("protocolVersion", revision.description)
            writeCapabilities(to: &writer, hasTools: hasTools)
            writer.key("serverInfo")
            info.write(to: &writer, for: revision, isWhole: true)
            if let instructions { writer.member("instructions", instructions) }
        }
        return writer.bytes
    }

    private static func discoverResult(_ info: Implementation, _ instructions: String?, hasTools: Bool, caching: CachingHints) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("resultType", "complete")
            writer.key("supportedVersions")
            writer.array { writer in
                for revision in Revision.supported { writer.string(revision.description) }
            }
            writeCapabilities(to: &writer, hasTools: hasTools)
            if let instructions { writer.member("instructions", instructions) }
            caching.write(to: &writer)
            writer.member("_meta", raw: meta(info, isWhole: true))
        }
        return writer.bytes
    }

    private static func writeCapabilities(to writer: inout JSONWriter, hasTools: Bool) {
        writer.key("capabilities")
        writer.object { writer in
            if hasTools { writer.member("tools", raw: Array("{}".utf8)) }
        }
    }
}

extension Tool {
    /// Writes what this revision knows of a tool (T8, T12); the schemas byte for byte as they were registered (J4).
    fileprivate func write(to writer: inout JSONWriter, for revision: Revision) {
        writer.object { writer in
            writer.member("name", name)
            if revision.hasTitlesAndLinks { writer.member("title", title) }
            writer.member("description", description)
            writer.member("inputSchema", inputSchema)
            if let outputSchema, revision.hasStructuredContent {
                writer.key("outputSchema")
                writeOutputSchema(outputSchema, to: &writer, for: revision)
            }
            guard revision.hasAudioAndAnnotations else { return }
            writer.key("annotations")
            writer.object { writer in
                writer.member("title", title)
                writer.member("readOnlyHint", annotations.readOnly)
                writer.member("destructiveHint", annotations.destructive)
                writer.member("idempotentHint", annotations.idempotent)
                writer.member("openWorldHint", annotations.openWorld)
            }
        }
    }

    /// 2025-06-18 and 2025-11-25 allow only objects at the root, so another value is wrapped there as its results are.
    private func writeOutputSchema(_ schema: JSONValue, to writer: inout JSONWriter, for revision: Revision) {
        guard !revision.hasAnyStructuredContent, schema["type"]?.string != "object" else { return writer.value(schema) }
        writer.object { writer in
            writer.member("type", "object")
            writer.key("properties")
            writer.object { $0.member("result", schema) }
            writer.key("required")
            writer.array { $0.string("result") }
        }
    }
}

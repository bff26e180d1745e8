import JSON

/// The results that are the same for every caller, written once for each revision: the same bytes every time (T3).
struct PublishedAnswers: Sendable {
    let offer: Offer
    /// Without the tools that only apps may call.
    private let tools: PublishedList
    /// With them, for clients with pages, if there are any (K7).
    private let toolsWithApps: PublishedList?
    private let prompts: PublishedList
    private let resources: PublishedList
    private let templates: PublishedList
    /// `initialize`, by `Revision.rawValue`, and for 2026-07-28 `server/discover`.
    private let introductions: [[UInt8]]
    /// `{"io.modelcontextprotocol/serverInfo":{…}}`, the `_meta` of results of 2026-07-28 (B13).
    let resultMeta: [UInt8]

    init<Caller>(_ definition: ServerDefinition<Caller>.Declarations, offer: Offer) {
        let (info, instructions, caching) = (definition.info, definition.instructions, definition.caching)
        let pageSize = definition.pageSize
        let meta = PublishedAnswers.meta(info, isWhole: false)
        self.offer = offer
        resultMeta = meta
        let listed = definition.tools.filter { $0.ui?.isForAppsOnly != true }
        // A list that depends on who asks belongs to the one who asked (K7).
        let toolCaching =
            listed.count == definition.tools.count ? caching : CachingHints(milliseconds: caching.milliseconds, scope: .private)
        let list = { (tools: [Tool<Caller>]) in
            PublishedList(
                .tools,
                of: tools,
                by: \.name,
                pageSize: pageSize,
                isComplete: true,
                caching: toolCaching,
                meta: meta
            ) { $0.write(to: &$1, for: $2) }
        }
        tools = list(listed)
        toolsWithApps = listed.count == definition.tools.count ? nil : list(definition.tools)
        prompts = PublishedList(
            .prompts,
            of: definition.prompts,
            by: \.name,
            pageSize: pageSize,
            isComplete: true,
            caching: caching,
            meta: meta
        ) { $0.write(to: &$1, for: $2) }
        resources = PublishedList(
            .resources,
            of: definition.resources.filter(\.isListed).map(\.link),
            by: \.uri,
            pageSize: pageSize,
            isComplete: definition.listing == nil,
            caching: caching,
            meta: meta
        ) { $0.writeEntry(to: &$1, for: $2) }
        templates = PublishedList(
            .templates,
            of: definition.templates,
            by: \.uriTemplate,
            pageSize: pageSize,
            isComplete: true,
            caching: caching,
            meta: meta
        ) { $0.write(to: &$1, for: $2) }
        introductions = Revision.allCases.map { revision in
            revision.isLegacy
                ? PublishedAnswers.initializeResult(info, instructions, offer, for: revision)
                : PublishedAnswers.discoverResult(info, instructions, offer, for: revision, caching: caching)
        }
    }

    /// A list as this client gets it: by what it declares, never by its connection (T2).
    func list(_ kind: ListKind, for capabilities: ClientCapabilities) -> PublishedList {
        switch kind {
        case .tools: capabilities.contains(.apps) ? toolsWithApps ?? tools : tools
        case .prompts: prompts
        case .resources: resources
        case .templates: templates
        }
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

    private static func initializeResult(_ info: Implementation, _ instructions: String?, _ offer: Offer, for revision: Revision) -> [UInt8]
    {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("protocolVersion", revision.description)
            offer.writeCapabilities(to: &writer, for: revision)
            writer.key("serverInfo")
            info.write(to: &writer, for: revision, isWhole: true)
            if let instructions { writer.member("instructions", instructions) }
        }
        return writer.bytes
    }

    private static func discoverResult(
        _ info: Implementation,
        _ instructions: String?,
        _ offer: Offer,
        for revision: Revision,
        caching: CachingHints
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("resultType", "complete")
            writer.member("supportedVersions", strings: Revision.supported.map(\.description))
            offer.writeCapabilities(to: &writer, for: revision)
            if let instructions { writer.member("instructions", instructions) }
            caching.write(to: &writer)
            writer.member("_meta", raw: meta(info, isWhole: true))
        }
        return writer.bytes
    }
}

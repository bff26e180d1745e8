import JSON

/// What a server offers, checked, with the answers that never change already written.
///
/// Only what there is becomes a capability (B19): a server without prompts has no method for them.
public struct ServerDefinition<Caller: Sendable>: Sendable {
    public var info: Implementation { content.declarations.info }
    /// What a model should know about the whole server: a constant (SEC9).
    public var instructions: String? { content.declarations.instructions }
    /// In the order in which they are listed (T3).
    public var tools: [Tool<Caller>] { content.declarations.tools }
    /// In the order in which they are listed.
    public var resources: [Resource<Caller>] { content.declarations.resources }
    /// In the order in which they are listed, and tried when something is read.
    public var templates: [ResourceTemplate<Caller>] { content.declarations.templates }
    /// What is listed after the declared resources.
    public var listing: ResourceListing<Caller>? { content.declarations.listing }
    /// In the order in which they are listed.
    public var prompts: [Prompt<Caller>] { content.declarations.prompts }
    /// How long clients may keep `server/discover` and the lists of what is declared (K6).
    public var caching: CachingHints { content.declarations.caching }
    /// How many entries a page of a list has (G2).
    public var pageSize: Int { content.declarations.pageSize }

    /// What runs the work of tasks; nil if no tool becomes one.
    public var tasks: TaskRunner? { content.declarations.tasks }
    /// The names of the headers that repeat arguments of some tool, `Mcp-Param-…`; none where no parameter is marked (R8).
    ///
    /// A transport passes on these headers alone, and names them where it says what browsers may send (H15).
    public var parameterHeaderNames: [String] { content.parameterHeaderNames }
    /// Whether structured results are read and held against their schemas before they are sent (J5).
    public var checksResults: Bool { content.declarations.checksResults }

    var published: PublishedAnswers { content.published }
    /// In the order of `tools`.
    var toolRules: [ToolRules] { content.toolRules }
    /// What calls run, in the order of `tools`.
    var handlers: [ToolHandler<Caller>] { content.handlers }
    var subscriptions: ResourceSubscriptions<Caller>? { content.declarations.subscriptions }
    private let content: Content

    /// - Parameters:
    ///   - listing: Resources that come out of a database; they are read by one of `templates`.
    ///   - announces: Which lists may change while the server runs; see `Server.replace`.
    ///   - subscriptions: Who may be told when a resource changes; nil if nobody is.
    ///   - logging: Whether handlers send log messages to clients (L1).
    ///   - tasks: Runs the work of tools that become tasks; without it those that may do so run within their requests.
    ///   - caching: How long clients may keep `server/discover` and the lists.
    ///   - pageSize: Entries of a page of a list, 1 to 1,000; by default 100.
    ///   - origin: Where the server is reached, `https://example.com`: icons that are no `data:` come from there (A1).
    ///   - checksResults: Whether structured results are held against their schemas; a result that doesn't fit is then an internal error. By
    ///     default in debug builds alone (J5).
    /// - Throws: `DefinitionError` naming the declaration that breaks a rule (T4, T5, J1–J3, R9, RS4, RS9, RS10, P5, A1, B15, UI2, UI3).
    public init(
        info: Implementation,
        instructions: String? = nil,
        tools: [Tool<Caller>] = [],
        resources: [Resource<Caller>] = [],
        templates: [ResourceTemplate<Caller>] = [],
        listing: ResourceListing<Caller>? = nil,
        prompts: [Prompt<Caller>] = [],
        announces: ListChanges = [],
        subscriptions: ResourceSubscriptions<Caller>? = nil,
        logging: Bool = false,
        tasks: TaskRunner? = nil,
        caching: CachingHints = .constant,
        pageSize: Int = 100,
        origin: String? = nil,
        checksResults: Bool = ServerDefinition.checksResultsByDefault
    ) throws(DefinitionError) {
        let surroundings = Surroundings(
            origin: try origin.map(Origin.checked),
            pages: resources.map(\.link.uri).filter(\.isPageAddress)
        )
        try info.check(surroundings)
        var toolRules: [ToolRules] = []
        for tool in tools {
            toolRules.append(try tool.check(surroundings))
            guard tool.tasks != .required || tasks != nil else {
                throw DefinitionError("tool \(tool.name): it can only be a task, but the server has no tasks")
            }
        }
        for resource in resources { try resource.check(surroundings) }
        for template in templates { try template.check(surroundings) }
        for prompt in prompts { try prompt.check(surroundings) }
        _ = try indices(of: templates.map(\.uriTemplate), called: "resource templates")
        content = Content(
            Declarations(
                info: info,
                instructions: instructions,
                tools: tools,
                resources: resources,
                templates: templates,
                listing: listing,
                prompts: prompts,
                announces: announces,
                subscriptions: subscriptions,
                logging: logging,
                tasks: tasks,
                caching: caching,
                pageSize: min(max(pageSize, 1), 1_000),
                checksResults: checksResults
            ),
            toolRules: toolRules,
            toolsByName: try indices(of: tools.map(\.name), called: "tools"),
            promptsByName: try indices(of: prompts.map(\.name), called: "prompts"),
            resourcesByURI: try indices(of: resources.map(\.link.uri), called: "resources")
        )
    }

    /// Whether this is a debug build.
    public static var checksResultsByDefault: Bool {
        #if DEBUG
        true
        #else
        false
        #endif
    }

    /// Where the tool with exactly these bytes as its name stands.
    func indexOfTool(named name: String) -> Int? {
        guard let index = content.toolsByName[name], tools[index].name.sameBytes(name) else { return nil }
        return index
    }

    /// Where the prompt with exactly these bytes as its name stands.
    func indexOfPrompt(named name: String) -> Int? {
        guard let index = content.promptsByName[name], prompts[index].name.sameBytes(name) else { return nil }
        return index
    }

    /// The declared resource with exactly these bytes as its address.
    func resource(at uri: String) -> Resource<Caller>? {
        guard let index = content.resourcesByURI[uri], resources[index].link.uri.sameBytes(uri) else { return nil }
        return resources[index]
    }
}

extension ServerDefinition {
    /// What is declared, as it is.
    struct Declarations: Sendable {
        let info: Implementation
        let instructions: String?
        let tools: [Tool<Caller>]
        let resources: [Resource<Caller>]
        let templates: [ResourceTemplate<Caller>]
        let listing: ResourceListing<Caller>?
        let prompts: [Prompt<Caller>]
        let announces: ListChanges
        let subscriptions: ResourceSubscriptions<Caller>?
        let logging: Bool
        let tasks: TaskRunner?
        let caching: CachingHints
        let pageSize: Int
        let checksResults: Bool
    }

    /// One object, so that a definition is handed on by one reference.
    fileprivate final class Content: Sendable {
        let declarations: Declarations
        let published: PublishedAnswers
        let toolRules: [ToolRules]
        let handlers: [ToolHandler<Caller>]
        let parameterHeaderNames: [String]
        let toolsByName: [String: Int]
        let promptsByName: [String: Int]
        let resourcesByURI: [String: Int]

        init(
            _ declarations: Declarations,
            toolRules: [ToolRules],
            toolsByName: [String: Int],
            promptsByName: [String: Int],
            resourcesByURI: [String: Int]
        ) {
            self.declarations = declarations
            published = PublishedAnswers(declarations, offer: declarations.offer)
            self.toolRules = toolRules
            handlers = declarations.tools.map { ToolHandler(run: $0.run, runAtOnce: $0.runAtOnce) }
            parameterHeaderNames = toolRules.lazy.flatMap(\.marked).map(\.header).reduce(into: []) { names, name in
                if !names.contains(where: { $0.sameLetters(name) }) { names.append(name) }
            }
            self.toolsByName = toolsByName
            self.promptsByName = promptsByName
            self.resourcesByURI = resourcesByURI
        }
    }
}

/// The work of a tool, apart from all that is only said of it: a call copies this alone.
struct ToolHandler<Caller: Sendable>: Sendable {
    let run: @Sendable (RequestContext<Caller>, JSONValue?) async throws -> ToolResult
    /// nil for work that may wait.
    let runAtOnce: (@Sendable (RequestContext<Caller>, JSONValue?) throws -> ToolResult)?
}

extension ServerDefinition.Declarations {
    /// What is there (B19).
    fileprivate var offer: Offer {
        var offer: Offer = []
        if !tools.isEmpty { offer.insert(.tools) }
        if !resources.isEmpty || !templates.isEmpty || listing != nil { offer.insert(.resources) }
        if !prompts.isEmpty { offer.insert(.prompts) }
        if tools.contains(where: { $0.ui?.page != nil }) { offer.insert(.apps) }
        let arguments = prompts.lazy.flatMap(\.arguments) + templates.lazy.flatMap(\.variables)
        if arguments.contains(where: { $0.complete != nil }) { offer.insert(.completions) }
        if logging { offer.insert(.logging) }
        if tasks != nil, tools.contains(where: { $0.tasks != .never }) { offer.insert(.tasks) }
        // A list that may change is there also while it is empty.
        if announces.contains(.tools) { offer.formUnion([.tools, .toolChanges]) }
        if announces.contains(.prompts) { offer.formUnion([.prompts, .promptChanges]) }
        if announces.contains(.resources) { offer.formUnion([.resources, .resourceChanges]) }
        if subscriptions != nil { offer.formUnion([.resources, .subscriptions]) }
        return offer
    }
}

/// Where each name stands; none may occur twice.
private func indices(of names: [String], called kind: String) throws(DefinitionError) -> [String: Int] {
    var indices: [String: Int] = [:]
    for (index, name) in names.enumerated() where indices.updateValue(index, forKey: name) != nil {
        throw DefinitionError("two \(kind) have the name \(name)")
    }
    return indices
}

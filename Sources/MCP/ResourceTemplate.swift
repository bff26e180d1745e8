public import JSON

/// Many things whose addresses follow a pattern (RS9).
///
/// ```swift
/// ResourceTemplate("notes://{uid}", name: "note", title: "Note", description: "A note.", mimeType: "text/markdown", .string("uid")) {
///     context, uid in
///     try await notes.find(uid, of: context.caller).map { .text($0.body) }
/// }
/// ```
public struct ResourceTemplate<Caller: Sendable>: Sendable {
    /// RFC 6570, level 1.
    public let uriTemplate: String
    public let name: String
    public let title: String
    public let description: String
    /// The type of all of them, if they have one.
    public let mimeType: String?
    public let annotations: Annotations?
    public let icons: [Icon]
    /// Members of `_meta`, each with a prefix of its own (B15); clients before 2025-06-18 don't get them.
    public let meta: JSONValue?
    /// How long clients may keep what they read (K6).
    public let caching: CachingHints

    let variables: [DeclaredArgument<Caller>]
    /// nil only if there is a `fault`.
    private let pattern: URITemplate?
    /// Why the declaration can't be published; `ServerDefinition` throws it.
    let fault: String?
    private let contents: @Sendable (RequestContext<Caller>, [String: String]) async throws -> ResourceContents?

    /// - Parameters:
    ///   - uriTemplate: RFC 6570, level 1: `{name}` stands for text without a slash.
    ///   - caching: How long clients may keep what they read; by default not at all.
    ///   - variables: One for each variable of the template. One that can't be read makes the address unknown.
    ///   - read: Gives the contents; nil if there is nothing at this address for this caller (RS3).
    public init<each Value: Sendable>(
        _ uriTemplate: String,
        name: String,
        title: String? = nil,
        description: String,
        mimeType: String? = nil,
        annotations: Annotations? = nil,
        icons: [Icon] = [],
        caching: CachingHints = .never,
        meta: JSONValue? = nil,
        _ variables: repeat TextArgument<Caller, each Value>,
        read: @escaping @Sendable (RequestContext<Caller>, repeat each Value) async throws -> ResourceContents?
    ) {
        var declared: [DeclaredArgument<Caller>] = []
        for variable in repeat each variables { declared.append(variable.declaration) }
        self.uriTemplate = uriTemplate
        self.name = name
        self.title = title ?? name.asTitle
        self.description = description
        self.mimeType = mimeType
        self.annotations = annotations
        self.icons = icons
        self.meta = meta
        self.caching = caching
        self.variables = declared
        (pattern, fault) = ResourceTemplate.pattern(of: uriTemplate, declaring: declared)
        contents = { context, texts in
            let values: (repeat each Value)
            do {
                values = (repeat try (each variables).read(texts[(each variables).name]))
            } catch is ArgumentError {
                return nil
            }
            return try await read(context, repeat each values)
        }
    }

    /// The texts of its variables in this address; nil if it isn't one of the template's.
    func match(_ uri: String) -> [String: String]? {
        guard let pattern, let values = pattern.match(uri) else { return nil }
        return Dictionary(zip(pattern.variables, values), uniquingKeysWith: { first, _ in first })
    }

    /// Reads what stands at an address; nil if there is nothing for this caller.
    ///
    /// - Parameter variables: The decoded text of each.
    public func read(_ context: RequestContext<Caller>, _ variables: [String: String]) async throws -> ResourceContents? {
        try await contents(context, variables)
    }

    private static func pattern(of text: String, declaring declared: [DeclaredArgument<Caller>]) -> (URITemplate?, fault: String?) {
        do throws(DefinitionError) {
            let pattern = try URITemplate(text)
            for name in pattern.variables where declared.count(where: { $0.name.sameBytes(name) }) != 1 {
                return (pattern, "its variable \(name) needs one declaration")
            }
            let isComplete = declared.count == pattern.variables.count
            return (pattern, isComplete ? nil : "it declares a variable that its template does not have")
        } catch {
            return (nil, "its template \(error.description)")
        }
    }
}

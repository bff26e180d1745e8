import JSON

/// The `params` of a request, read for what its method needs; whatever doesn't fit is -32602.
struct RequestParameters {
    private let params: JSONValue?
    private let method: Method
    private let argumentFault: String?

    init(_ request: Message, of method: Method) {
        params = request.params
        argumentFault = request.argumentFault
        self.method = method
    }

    /// Where a list goes on: null counts as absent, and we never give out the empty string (G1, KI25).
    func cursor() throws(MCPError) -> String? {
        guard let cursor = params?["cursor"], !cursor.isNull else { return nil }
        guard let text = cursor.string, !text.isEmpty else { throw .unknownCursor }
        return text
    }

    /// T9, T15.
    func toolCall<Caller>(
        _ definition: ServerDefinition<Caller>,
        by peer: Peer,
        _ headers: RoutingHeaders?
    ) throws(MCPError) -> (Invocation.Work, target: String) {
        let name = try string("name", in: params)
        guard let tool = definition.indexOfTool(named: name) else { throw .invalidParameters("unknown tool") }
        let rules = definition.toolRules[tool]
        if let headers, !rules.marked.isEmpty { try rules.check(headers, of: params?["arguments"]) }
        if rules.tasks == .required, !peer.revision.isLegacy, !peer.clientCapabilities.contains(.tasks) {
            throw .needsTasks
        }
        let arguments = params?["arguments"]
        guard arguments == nil || arguments?.kind == .object else { throw .invalidParameters("arguments must be an object") }
        return (.tool(tool, arguments: arguments, fault: argumentFault), name)
    }

    /// RS4: only what is a URI is looked for.
    func resourceRead() throws(MCPError) -> (Invocation.Work, target: String) {
        let uri = try string("uri", in: params)
        guard URIText.isURI(uri) else { throw .invalidParameters("uri is no URI of RFC 3986") }
        return (.read(uri: uri), uri)
    }

    /// P2: argument values are strings, unknown ones are ignored.
    func promptGet<Caller>(_ definition: ServerDefinition<Caller>) throws(MCPError) -> (Invocation.Work, target: String) {
        let name = try string("name", in: params)
        guard let prompt = definition.indexOfPrompt(named: name) else { throw .invalidParameters("unknown prompt") }
        let texts = try texts(params?["arguments"], knowing: definition.prompts[prompt].arguments.map(\.name))
        return (.prompt(prompt, arguments: texts), name)
    }

    /// C1–C3.
    func completion<Caller>(_ definition: ServerDefinition<Caller>, for revision: Revision) throws(MCPError)
        -> (Invocation.Work, target: String)
    {
        let (reference, argument) = (params?.object("ref"), params?.object("argument"))
        let name = try string("name", in: argument)
        let value = try string("value", in: argument)
        let context = revision.hasCompletionContext ? params?["context"] : nil
        guard context == nil || context?.kind == .object else { throw .invalidParameters("context must be an object") }
        let query = CompletionQuery(value, arguments: try texts(context?["arguments"], knowing: nil))
        let type = try string("type", in: reference)
        if type.sameBytes("ref/prompt") {
            let prompt = try string("name", in: reference)
            guard let index = definition.indexOfPrompt(named: prompt) else { throw .invalidParameters("unknown prompt") }
            return (.completePrompt(index, argument: try place(of: name, among: definition.prompts[index].arguments), query), prompt)
        }
        guard type.sameBytes("ref/resource") else { throw .invalidParameters("ref.type must be ref/prompt or ref/resource") }
        let template = try string("uri", in: reference)
        guard let index = definition.templates.firstIndex(where: { $0.uriTemplate.sameBytes(template) }) else {
            throw .invalidParameters("unknown resource template")
        }
        return (.completeTemplate(index, variable: try place(of: name, among: definition.templates[index].variables), query), template)
    }

    /// L2.
    func logLevel() throws(MCPError) -> LogLevel {
        guard let level = LogLevel(try string("level", in: params)) else { throw .invalidParameters("unknown log level") }
        return level
    }

    /// RS6: any well-formed address.
    func subscription() throws(MCPError) -> (SessionWish, uri: String) {
        let uri = try string("uri", in: params)
        guard URIText.isURI(uri) else { throw .invalidParameters("uri is no URI of RFC 3986") }
        return (method == .subscribe ? .subscription(uri: uri) : .noSubscription(uri: uri), uri)
    }

    /// TK4, TK5; `inputResponses` as M8.
    func task() throws(MCPError) -> TaskRequest {
        let id = try string("taskId", in: params)
        switch method {
        case .getTask: return .get(id)
        case .cancelTask: return .cancel(id)
        default:
            guard let responses = params?.object("inputResponses") else {
                throw .invalidParameters("\(method.rawValue) needs inputResponses, an object")
            }
            return .update(id, responses: responses)
        }
    }

    private func place<Caller>(of name: String, among arguments: [DeclaredArgument<Caller>]) throws(MCPError) -> Int {
        guard let place = arguments.firstIndex(where: { $0.name.sameBytes(name) }) else { throw .invalidParameters("unknown argument") }
        return place
    }

    private func string(_ key: String, in object: JSONValue?) throws(MCPError) -> String {
        guard let text = object?[key]?.string else { throw .invalidParameters("\(method.rawValue) needs \(key), a string") }
        return text
    }

    /// - Parameter names: Those to keep, byte for byte; nil for all.
    private func texts(_ object: JSONValue?, knowing names: [String]?) throws(MCPError) -> [String: String] {
        guard let object else { return [:] }
        guard object.kind == .object else { throw .invalidParameters("arguments must be an object") }
        var texts: [String: String] = [:]
        for member in object.members {
            guard let text = member.value.string else { throw .invalidParameters("arguments of \(method.rawValue) are strings") }
            if let names {
                if let name = names.first(where: { member.keyEquals($0) }) { texts[name] = text }
            } else {
                // A dictionary takes texts for the same that are so only canonically.
                guard texts.updateValue(text, forKey: member.key) == nil else {
                    throw .invalidParameters("two arguments of \(method.rawValue) have names that look the same")
                }
            }
        }
        return texts
    }
}

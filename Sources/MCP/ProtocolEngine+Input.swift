import JSON

extension ProtocolEngine {
    /// What a modern request brings of its earlier rounds, if its method can have any (M1, W27).
    func input(of request: Message, to method: Method, _ invocation: Invocation) throws(MCPError) -> RetriedInput? {
        guard method.mayAsk, let params = request.params else { return nil }
        let (responses, state) = (params["inputResponses"], params["requestState"])
        guard responses != nil || state != nil else { return nil }
        guard responses == nil || responses?.kind == .object else { throw .invalidParameters("inputResponses must be an object") }
        guard let state else { return RetriedInput(responses: responses, state: nil) }
        guard let text = state.string else { throw .invalidParameters("requestState must be a string") }
        let binding = invocation.binding(at: resource, with: sealer)
        return RetriedInput(
            responses: responses,
            state: try RequestState(text, for: invocation.principal, binding: binding, at: invocation.now, with: sealer)
        )
    }

    /// The result that asks the client (M2, M3, M15).
    ///
    /// - Throws: What sealing throws, and `invalidParameters` after too many rounds.
    func inputRequired(_ required: InputRequired, by invocation: Invocation) throws -> [UInt8] {
        var state: String?
        if required.needsState {
            guard (invocation.input?.state?.round ?? 0) < RequestState.maximumRounds else {
                throw MCPError.invalidParameters(
                    "this call was asked \(RequestState.maximumRounds) times; start again without requestState"
                )
            }
            let binding = invocation.binding(at: resource, with: sealer)
            let next = RequestState(
                after: invocation.input?.state,
                required,
                binding: binding,
                at: invocation.now,
                number: sealer.randomBytes(16)
            )
            state = try next.sealed(for: invocation.principal, with: sealer)
        }
        var writer = JSONWriter(reserving: 512 + (state?.utf8.count ?? 0))
        writer.object { writer in
            writer.member("resultType", "input_required")
            writer.key("inputRequests")
            writer.object { writer in
                for question in required.questions {
                    writer.key(escaping: question.key)
                    writer.raw(question.request)
                }
            }
            if let state { writer.member("requestState", state) }
            writer.member("_meta", raw: definition.published.resultMeta)
        }
        return writer.bytes
    }
}

extension Method {
    /// Whether its result may ask for input (M1).
    fileprivate var mayAsk: Bool {
        switch self {
        case .callTool, .getPrompt, .readResource: true
        default: false
        }
    }
}

extension Invocation.Work {
    /// Whether its result may ask for input (M1).
    var mayAsk: Bool {
        switch self {
        case .tool, .prompt, .read: true
        default: false
        }
    }
}

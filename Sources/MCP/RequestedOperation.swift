import JSON

/// What a request asks for, for whoever decides whether its caller may (W23, W45).
public struct RequestedOperation: Sendable, Equatable {
    /// The name of the method, such as `tools/call`.
    public let method: String
    /// The name of the tool, the address of the resource or template, the name of the prompt, also where one of its arguments is completed;
    /// empty for lists and all that concerns nothing by name.
    public let target: String

    public init(method: String, target: String = "") {
        self.method = method
        self.target = target
    }

    /// What a request asks for that can't be understood further.
    init(_ method: Method, _ request: Message) {
        let target = method.routedMember.flatMap { request.params?[$0]?.string }
        self.init(method: method.rawValue, target: target ?? "")
    }
}

extension Invocation {
    public var operation: RequestedOperation { RequestedOperation(method: method, target: target) }
}

extension Decision {
    /// What the message asks for: none for a message that asks for nothing by name; nil for one that is refused before that is known.
    ///
    /// Whoever may not do one of them gets ``ifForbidden(_:)`` instead of what the action says.
    public var operations: [RequestedOperation]? {
        switch action {
        case .run(let invocation): [invocation.operation]
        case .batch(let steps, _, _): steps.operations
        case .listen(let listen): listen.operations
        case .answer:
            switch refused {
            case .no: []
            case .unread: nil
            case .operation(let operation): [operation]
            }
        case .stream, .deliver, .cancel, .end: []
        }
    }
}

extension SSEConversation.Action {
    /// What the message asks for.
    public var operations: [RequestedOperation] {
        switch self {
        case .run(let invocation): [invocation.operation]
        case .batch(let steps, _): steps.operations
        case .nothing, .answer, .deliver, .cancel: []
        }
    }

    /// What to answer instead to a caller who may not: 403.
    public func ifForbidden(_ text: String, revision: Revision) -> HTTPReply {
        var id: JSONValue?
        if case .run(let invocation) = self { id = invocation.id }
        return Refusal(403, .invalidRequest(text), to: id, revision: revision).reply
    }
}

extension [BatchStep] {
    fileprivate var operations: [RequestedOperation] {
        compactMap { step in if case .run(let invocation) = step { invocation.operation } else { nil } }
    }
}

extension Listen {
    /// To be told of a resource's changes, one by one.
    fileprivate var operations: [RequestedOperation] {
        filter.resources.map { RequestedOperation(method: Method.listen.rawValue, target: $0) }
    }
}

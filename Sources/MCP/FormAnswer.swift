import JSON

/// What a person did with a question; that the client broke instead is an `AskError` (EL4).
public enum FormAnswer<Content: Sendable>: Sendable {
    case accepted(Content)
    /// The person said no.
    case declined
    /// The person went away without a choice.
    case cancelled

    /// What came with an acceptance.
    public var content: Content? {
        if case .accepted(let content) = self { content } else { nil }
    }

    /// The protocol's word for it: `accept`, `decline`, `cancel`.
    public var action: String {
        switch self {
        case .accepted: "accept"
        case .declined: "decline"
        case .cancelled: "cancel"
        }
    }

    func map<Other>(_ transform: (Content) throws(UnfitAnswer) -> Other) throws(UnfitAnswer) -> FormAnswer<Other> {
        switch self {
        case .accepted(let content): .accepted(try transform(content))
        case .declined: .declined
        case .cancelled: .cancelled
        }
    }
}

extension FormAnswer: Equatable where Content: Equatable {}

extension FormAnswer<JSONValue> {
    /// Reads an `ElicitResult`.
    ///
    /// - Parameter schema: What accepted content must fit; nil for a page, which gives none.
    init(_ response: JSONValue, _ schema: FormSchema?) throws(UnfitAnswer) {
        guard response.kind == .object else { throw .malformed("an answer must be an object") }
        switch response["action"]?.string {
        case "accept":
            guard let schema else {
                self = .accepted(JSONValue.emptyObject)
                return
            }
            let content = response["content"] ?? JSONValue.emptyObject
            try schema.check(content)
            self = .accepted(content)
        case "decline": self = .declined
        case "cancel": self = .cancelled
        default: throw .malformed("action must be accept, decline or cancel")
        }
    }
}

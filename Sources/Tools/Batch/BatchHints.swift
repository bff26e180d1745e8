import ToolBridge

/// What an assistant can do about one item of a batch that was refused: constant words, so that a hundred of them cost nothing.
struct BatchHints {
    private let offers: OfferedTools
    private let creates: Bool

    init(_ offers: OfferedTools, creates: Bool) {
        self.offers = offers
        self.creates = creates
    }

    /// - Parameter kind: Of the item that was meant, if that could be read.
    func next(after refusal: ItemError, of kind: ItemKind?) -> String? {
        switch refusal.code {
        case .notFound: kind.flatMap(offers.finding).map { "find it with \($0)" }
        case .deleted: offers.restoring.map { "\($0) brings it back" }
        case .alreadyExists where creates: kind.flatMap(offers.changing).map { "change it with \($0), or leave uid out to create another" }
        case .versionMismatch: "read it again, then send the changed fields with the actual version as if_match"
        case .invalidParent: kind.flatMap(parentHint)
        case .invalidAction: kind.map { "use one of \($0.actionNames.joined(separator: ", "))" }
        case .payloadTooLarge: "split it into several items"
        case .unavailable: "try this item again shortly"
        default: nil
        }
    }

    private func parentHint(_ kind: ItemKind) -> String? {
        guard creates else {
            return "its parent is missing or deleted: \(offers.restoring.map { "\($0) brings it back, or " } ?? "")name another"
        }
        return switch kind.parentRule {
        case .none, .loose: nil
        case .required(let key, let parent): "set \(key) to the uid of one of the \(parent.plural)"
        case .typed(let typeKey, let key, let kinds):
            "set \(typeKey) to \(kinds.map(\.singular).joined(separator: " or ")) and \(key) to its uid"
        }
    }
}

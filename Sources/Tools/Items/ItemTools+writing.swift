import MCP
import ToolBridge

extension ItemTools {
    func create(_ kind: ItemKind) -> Tool<Caller> {
        let name = "create_\(kind.singular)"
        return Tool(
            name,
            title: "Create \(kind.shownNoun)",
            "Creates \(kind.oneNoun).",
            annotations: .creating,
            output: ItemSchema.anyObject,
            parameters: kind.creatingParameters
        ) { context, arguments in
            try await answer(context, Attempt(tool: name, kind: kind)) { items, attempt in
                let payload = try arguments.payload()
                attempt.sent = payload
                return .item(try await items.create(payload, kind))
            }
        }
    }

    func update(_ kind: ItemKind) -> Tool<Caller> {
        let name = "update_\(kind.singular)"
        return Tool(
            name,
            title: "Replace \(kind.shownNoun)",
            "Replaces \(kind.oneNoun): fields not passed, tags too, are removed; patching keeps them.\(kind.parentSentence)",
            annotations: .overwriting,
            output: ItemSchema.anyObject,
            parameters: kind.replacingParameters
        ) { context, arguments in
            guard let uid = arguments.uid else { throw ArgumentError("uid", "is missing, but required") }
            return try await mutate(context, name, uid, kind, expecting: arguments.version) {
                .replace(try arguments.payload(ignoring: "uid"))
            }
        }
    }
}

extension ItemKind {
    /// What a replacing tool says about the parent.
    fileprivate var parentSentence: String {
        switch parentRule {
        case .required, .typed: " Its parent stays."
        case .none, .loose: ""
        }
    }
}

import MCP
import ToolBridge

extension ItemTools {
    func create(_ kind: ItemKind) -> Tool<Caller> {
        Tool(
            "create_\(kind.singular)",
            title: "Create \(kind.words)",
            "Creates \(kind.oneNoun).",
            annotations: .creating,
            output: ItemSchema.item,
            parameters: kind.creatingParameters
        ) { context, arguments in
            try await answer(context) { owner in
                .item(try await service.create(try arguments.payload(), kind, epoch: nil, of: owner))
            }
        }
    }

    func update(_ kind: ItemKind) -> Tool<Caller> {
        Tool(
            "update_\(kind.singular)",
            title: "Replace \(kind.words)",
            "Replaces all of \(kind.oneNoun): fields that aren't passed, tags too, are removed.\(kind.parentSentence)",
            annotations: .overwriting,
            output: ItemSchema.item,
            parameters: kind.replacingParameters
        ) { context, arguments in
            guard let uid = arguments.uid else { throw ArgumentError("uid", "is missing, but required") }
            return try await mutate(context, uid, kind, expecting: arguments.version) {
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

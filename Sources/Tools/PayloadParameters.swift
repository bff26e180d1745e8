import JSON
import MCP
import ToolBridge

/// The parameters of creating and replacing, kind by kind: the table behind `create_…` and `update_…`.
extension ItemKind {
    var creatingParameters: [Parameter<PayloadArgument>] {
        let fields: [Parameter<PayloadArgument>] =
            switch self {
            case .notes:
                [.text("title"), .text("content"), .texts("tags")]
            case .tasks:
                [
                    .text("title"),
                    .optionalText("description", "What is to be done."),
                    .optionalText("status", "Usually todo, in_progress or done."),
                    .optionalText("priority", "Usually low, medium or high."),
                    .optionalText("due_date", key: "dueDate", "ISO 8601 date."),
                    .texts("tags"),
                ]
            case .comments:
                [
                    .text("content"),
                    .choice("parent_type", key: "parentType", "What it comments on.", of: parentNames),
                    .reference("parent_uid", key: "parentUid"),
                    .optionalText("author", "Who wrote it."),
                    .texts("tags"),
                ]
            case .chats:
                [
                    .text("title"),
                    .optionalText("description", "What it is about."),
                    .texts("participants"),
                    .flag("archived", "Whether it starts archived."),
                    .texts("tags"),
                ]
            case .chatMessages:
                [
                    .reference("chat_uid", key: "chatUid"),
                    .text("content"),
                    .optionalText("sender", "Who wrote it."),
                    .optionalText("message_type", key: "messageType", "Usually text."),
                    .texts("tags"),
                ]
            case .taskLists: listFields
            case .taskListCategories: categoryFields
            }
        return fields + [.additionalFields]
    }

    var replacingParameters: [Parameter<PayloadArgument>] {
        let fields: [Parameter<PayloadArgument>] =
            switch self {
            case .notes:
                [.text("title"), .text("content")]
            case .tasks:
                [
                    .text("title"),
                    .optionalText("description", "What is to be done."),
                    .optionalText("status", "Usually todo, in_progress or done."),
                ]
            case .comments, .chatMessages:
                [.text("content")]
            case .chats:
                [.text("title"), .optionalText("description", "What it is about.")]
            // Nothing that replacing would remove is without a parameter.
            case .taskLists: listFields
            case .taskListCategories: categoryFields
            }
        return [.item] + fields + [.version, .additionalFields]
    }

    private var listFields: [Parameter<PayloadArgument>] {
        [
            .text("title"),
            .optionalText("description", "What it is for."),
            .optionalReference("category_uid", key: "categoryUid"),
            .optionalText("color", "As #c0392b."),
            .optionalText("icon", "Its name."),
        ]
    }

    private var categoryFields: [Parameter<PayloadArgument>] {
        [.text("name"), .optionalReference("parent_uid", key: "parentUid"), .optionalNumber("order", "Its place among the others.")]
    }

    /// What a parent's type is called in arguments and payloads.
    private var parentNames: [String] {
        guard case .typed(_, _, let kinds) = parentRule else { return [] }
        return kinds.map(\.singular)
    }
}

extension Parameter where Value == PayloadArgument {
    /// The item that is to be replaced.
    static var item: Parameter<PayloadArgument> {
        Parameter<UID>.uid("uid").map { .uid($0) }
    }

    static var version: Parameter<PayloadArgument> {
        Parameter<Int?>.optionalInteger("if_match", "The version that is to be replaced.", in: 1...Int.max)
            .map { $0.map { .version($0) } ?? .absent }
    }

    static var additionalFields: Parameter<PayloadArgument> {
        Parameter<JSONValue?>.optionalObject("additional_fields", "Further fields.").map { $0.map { .fields($0) } ?? .absent }
    }

    static func text(_ name: String, _ description: String = "") -> Parameter<PayloadArgument> {
        Parameter<String>.string(name, description).map { .text(name, $0) }
    }

    static func optionalText(_ name: String, key: String? = nil, _ description: String) -> Parameter<PayloadArgument> {
        Parameter<String?>.optionalString(name, description).map { .text(key ?? name, $0) }
    }

    static func choice(_ name: String, key: String, _ description: String, of values: [String]) -> Parameter<PayloadArgument> {
        Parameter<String>.string(name, description, allowed: values).map { .text(key, $0) }
    }

    static func texts(_ name: String, _ description: String = "") -> Parameter<PayloadArgument> {
        Parameter<[String]?>.optionalStrings(name, description).map { .texts(name, $0) }
    }

    static func flag(_ name: String, _ description: String) -> Parameter<PayloadArgument> {
        Parameter<Bool>.boolean(name, description, default: false)
            .map { .member(key: name, value: Array(($0 ? "true" : "false").utf8)) }
    }

    /// The uid of another item.
    static func reference(_ name: String, key: String) -> Parameter<PayloadArgument> {
        Parameter<UID>.uid(name).map { .text(key, $0.description) }
    }

    static func optionalReference(_ name: String, key: String) -> Parameter<PayloadArgument> {
        Parameter<UID?>.optionalUID(name).map { .text(key, $0?.description) }
    }

    static func optionalNumber(_ name: String, _ description: String) -> Parameter<PayloadArgument> {
        Parameter<Double?>.optionalNumber(name, description).map { .number(name, $0) }
    }
}

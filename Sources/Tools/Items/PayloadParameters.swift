import JSON
import MCP
import ToolBridge

/// The parameters of creating and replacing, kind by kind: the table behind `create_…` and `update_…`.
///
/// Only those have a description whose names leave something open: whoever lists the tools pays for each byte.
extension ItemKind {
    var creatingParameters: [Parameter<PayloadArgument>] {
        let fields: [Parameter<PayloadArgument>] =
            switch self {
            case .notes:
                [.text("title"), .text("content"), .texts("tags")]
            case .tasks:
                [
                    .text("title"),
                    .optionalText("description"),
                    .optionalText("status", "Usually todo, in_progress or done."),
                    .optionalText("priority", "Usually low, medium or high."),
                    .optionalText("due_date", key: "dueDate", "ISO 8601."),
                    .texts("tags"),
                ]
            case .comments:
                [
                    .text("content"),
                    .choice("parent_type", key: "parentType", of: parentNames),
                    .reference("parent_uid", key: "parentUid"),
                    .optionalText("author"),
                    .texts("tags"),
                ]
            case .chats:
                [
                    .text("title"),
                    .optionalText("description"),
                    .texts("participants"),
                    .flag("archived"),
                    .texts("tags"),
                ]
            case .chatMessages:
                [
                    .reference("chat_uid", key: "chatUid"),
                    .text("content"),
                    .optionalText("sender"),
                    .optionalText("message_type", key: "messageType"),
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
                    .optionalText("description"),
                    .optionalText("status", "Usually todo, in_progress or done."),
                ]
            case .comments, .chatMessages:
                [.text("content")]
            case .chats:
                [.text("title"), .optionalText("description")]
            // Nothing that replacing would remove is without a parameter.
            case .taskLists: listFields
            case .taskListCategories: categoryFields
            }
        return [.item] + fields + [.version, self == .tasks ? .additionalFields("Such as dueDate, priority.") : .additionalFields]
    }

    private var listFields: [Parameter<PayloadArgument>] {
        [
            .text("title"),
            .optionalText("description"),
            .optionalReference("category_uid", key: "categoryUid"),
            .optionalText("color", "As #c0392b."),
            .optionalText("icon"),
        ]
    }

    private var categoryFields: [Parameter<PayloadArgument>] {
        [.text("name"), .optionalReference("parent_uid", key: "parentUid"), .optionalNumber("order")]
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

    /// The version that was read: ``ServerInstructions`` say so once, for all tools.
    static var version: Parameter<PayloadArgument> {
        Parameter<Int?>.optionalInteger("if_match", "", in: 1...Int.max)
            .map { $0.map { .version($0) } ?? .absent }
    }

    static var additionalFields: Parameter<PayloadArgument> { additionalFields("") }

    static func additionalFields(_ description: String) -> Parameter<PayloadArgument> {
        Parameter<JSONValue?>.optionalObject("additional_fields", description).map { $0.map { .fields($0) } ?? .absent }
    }

    static func text(_ name: String) -> Parameter<PayloadArgument> {
        Parameter<String>.string(name, "").map { .text(name, $0) }
    }

    static func optionalText(_ name: String, key: String? = nil, _ description: String = "") -> Parameter<PayloadArgument> {
        Parameter<String?>.optionalString(name, description).map { .text(key ?? name, $0) }
    }

    static func choice(_ name: String, key: String, of values: [String]) -> Parameter<PayloadArgument> {
        Parameter<String>.string(name, "", allowed: values).map { .text(key, $0) }
    }

    static func texts(_ name: String) -> Parameter<PayloadArgument> {
        Parameter<[String]?>.optionalStrings(name, "").map { .texts(name, $0) }
    }

    static func flag(_ name: String) -> Parameter<PayloadArgument> {
        Parameter<Bool>.boolean(name, "", default: false)
            .map { .member(key: name, value: Array(($0 ? "true" : "false").utf8)) }
    }

    /// The uid of another item.
    static func reference(_ name: String, key: String) -> Parameter<PayloadArgument> {
        Parameter<UID>.uid(name).map { .text(key, $0.description) }
    }

    static func optionalReference(_ name: String, key: String) -> Parameter<PayloadArgument> {
        Parameter<UID?>.optionalUID(name).map { .text(key, $0?.description) }
    }

    static func optionalNumber(_ name: String) -> Parameter<PayloadArgument> {
        Parameter<Double?>.optionalNumber(name, "").map { .number(name, $0) }
    }
}

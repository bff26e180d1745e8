import HTTPServer
import ToolBridge

/// The item routes, said once for all kinds.
extension OperationDescription {
    static func list(_ kind: ItemKind) -> OperationDescription {
        OperationDescription(
            "list\(kind.pluralName)",
            tag: tag,
            "List \(kind.pluralWords)",
            family: "List items",
            text:
                "One page, the oldest change first. A cursor belongs to the list with the same order and filters. A page may be shorter than "
                + "`limit` although more follows: the list ends where `nextCursor` is absent.",
            parameters: [
                .limit, .cursor("Where the page before ended: its `nextCursor`."),
                .init("order", in: .query, "`desc` for the newest change first.", schema: #"{"type":"string","enum":["desc"]}"#),
                .includeDeleted,
                .init("status", in: .query, "Only items whose `status` is this text.", schema: words, example: #""active""#),
                .init("tag", in: .query, "Only items whose `tags` have this text.", schema: words, example: #""home""#),
                .updatedSince, .fields("Only these members of each payload"), .maximumBytes,
            ] + (kind.parentRule == .none ? [] : [.parentUID, .parentKind]),
            answers: [
                .init(
                    200,
                    "One page.",
                    [
                        .init(
                            schema: SchemaText.named("\(kind.schemaName)Page"),
                            example: kind == .notes ? #"{"items":[\#(Examples.item)]}"# : nil
                        )
                    ]
                )
            ],
            refusals: ["invalid_parameter", "invalid_limit", "invalid_cursor"]
        )
    }

    static func create(_ kind: ItemKind) -> OperationDescription {
        let parts = [SchemaText.named(kind.schemaName), newUID] + [kind.parentSchema(isRequired: true)].compactMap(\.self)
        return OperationDescription(
            "create\(kind.schemaName)",
            tag: tag,
            "Create \(kind.articleAndWords)",
            family: "Create an item",
            text: "The body is the payload. Its `uid` names the item; without one the server makes it.",
            body: BodyDescription([.init(schema: #"{"allOf":[\#(parts.joined(separator: ","))]}"#, example: kind.examplePayload)]),
            answers: [
                .init(
                    201,
                    "The item as it is stored.",
                    [.item(kind)],
                    headers: [.eTag, .init("Location", isRequired: true, "The item's path.", schema: SchemaText.string)]
                )
            ],
            refusals: ["invalid_json", "invalid_uid", "already_exists", "deleted", "payload_too_large", "invalid_payload"]
                + parentRefusals(kind)
        )
    }

    static func read(_ kind: ItemKind) -> OperationDescription {
        OperationDescription(
            "get\(kind.schemaName)",
            tag: tag,
            "Get \(kind.articleAndWords)",
            family: "Get an item",
            parameters: [.includeDeleted],
            answers: [.stored(kind)],
            refusals: ["invalid_parameter", "invalid_uid", "not_found", "deleted"]
        )
    }

    static func replace(_ kind: ItemKind) -> OperationDescription {
        let parent = kind.parentSchema(isRequired: false).map { [$0, kind.parentDependencies] } ?? []
        return mutation(
            "replace",
            kind,
            "Replace",
            "The body takes the place of the payload: what it lacks is gone, but for the parent. Its `uid` doesn't count.",
            body: BodyDescription([
                .init(
                    schema: parent.isEmpty
                        ? SchemaText.named(kind.schemaName)
                        : #"{"allOf":[\#(([SchemaText.named(kind.schemaName)] + parent).joined(separator: ","))]}"#,
                    example: kind.examplePayload
                )
            ]),
            refusals: ["deleted"] + payloadRefusals + parentRefusals(kind)
        )
    }

    static func patch(_ kind: ItemKind) -> OperationDescription {
        let parent = kind.parentSchema(isRequired: false)
        let schema = parent.map { #"{"allOf":[\#(SchemaText.named(kind.schemaName)),\#($0)]}"# } ?? SchemaText.named(kind.schemaName)
        let field = kind.conventionalFields.first
        let example = "{\"\(field?.name ?? "")\":\(field?.example ?? "")}"
        return mutation(
            "patch",
            kind,
            "Patch",
            "Members of the body take the place of the payload's; null is a value like others. With the media type "
                + "`application/merge-patch+json` the body is a merge patch (RFC 7396): objects merge and null removes. `uid` and `sync` don't count.",
            body: BodyDescription([
                .init(schema: schema, example: example), .init("application/merge-patch+json", schema: schema, example: example),
            ]),
            refusals: ["deleted"] + payloadRefusals + parentRefusals(kind)
        )
    }

    static func delete(_ kind: ItemKind) -> OperationDescription {
        mutation(
            "delete",
            kind,
            "Delete",
            "Makes a tombstone, which followers see and `includeDeleted=true` shows. "
                + (kind == .taskLists ? "The list's tasks lose their `taskListUid`." : "Nothing else is deleted with it."),
            body: nil,
            refusals: ["deleted", "payload_too_large"]
        )
    }

    static func restore(_ kind: ItemKind) -> OperationDescription {
        mutation(
            "restore",
            kind,
            "Restore",
            "Makes a tombstone a live item again, with the payload that it was deleted with. "
                + (kind.parentRule.isChecked ? "Its parent must be alive: restore that first. " : "")
                + "`If-Match` means the tombstone's version. An item that isn't deleted is refused with `already_exists`. A body is ignored.",
            body: nil,
            refusals: ["already_exists", "invalid_payload"] + parentRefusals(kind)
        )
    }

    static func archive(_ kind: ItemKind) -> OperationDescription {
        mutation(
            "archive",
            kind,
            "Archive",
            "Sets \(kind.archiving.words). A body is ignored.",
            body: nil,
            refusals: ["deleted", "payload_too_large", "invalid_payload"] + parentRefusals(kind)
        )
    }

    static func process(_ kind: ItemKind) -> OperationDescription {
        let actions = kind.actions.map { "`\($0.name)` sets \($0.effects.words)" }.joined(separator: "; ")
        let schema = #"""
            {"type":"object","required":["action"],"properties":{"action":\#(SchemaText.oneOf(kind.actions.map(\.name))),
            "metadata":{"type":["object","null"],"description":"Not stored."}}}
            """#
        return mutation(
            "process",
            kind,
            "Carry out an action on",
            "\(actions). Any action is allowed in any state.",
            body: BodyDescription([.init(schema: schema, example: #"{"action":"\#(kind.actions.first?.name ?? "")"}"#)]),
            refusals: ["deleted", "invalid_json", "invalid_request", "invalid_action", "payload_too_large", "invalid_payload"]
                + parentRefusals(kind)
        )
    }

    private static func mutation(
        _ id: String,
        _ kind: ItemKind,
        _ verb: String,
        _ text: String,
        body: BodyDescription?,
        refusals: [String]
    ) -> OperationDescription {
        OperationDescription(
            id + kind.schemaName,
            tag: tag,
            "\(verb) \(kind.articleAndWords)",
            family: "\(verb) an item",
            text: text,
            parameters: [.ifMatch],
            body: body,
            answers: [.stored(kind)],
            refusals: ["invalid_uid", "invalid_if_match", "not_found", "version_mismatch"] + refusals
        )
    }

    private static let tag = "Items"
    private static let words = #"{"type":"string","minLength":1,"maxLength":256}"#
    private static let payloadRefusals = ["invalid_json", "payload_too_large", "invalid_payload"]
    /// A uid that the server is to take, or none.
    private static let newUID =
        #"{"properties":{"uid":{"anyOf":[\#(SchemaText.anyUID),{"const":""},{"type":"null"}]}}}"#

    private static func parentRefusals(_ kind: ItemKind) -> [String] { kind.parentRule.isChecked ? ["invalid_parent"] : [] }
}

extension ItemKind {
    /// `ChatMessages`, for names of operations.
    var pluralName: String {
        path.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// Of two members that name a parent together, one doesn't come alone.
    fileprivate var parentDependencies: String {
        guard case .typed(let typeKey, let key, _) = parentRule else { return "{}" }
        return #"{"dependentRequired":{"\#(typeKey)":["\#(key)"],"\#(key)":["\#(typeKey)"]}}"#
    }
}

extension [Assignment] {
    /// What they set, in words.
    fileprivate var words: String {
        map { assignment in
            switch assignment.value {
            case .string(let text): "`\(assignment.key)` to `\"\(text)\"`"
            case .boolean(let value): "`\(assignment.key)` to `\(value)`"
            }
        }.joined(separator: " and ")
    }
}

extension ContentDescription {
    fileprivate static func item(_ kind: ItemKind) -> ContentDescription {
        ContentDescription(schema: SchemaText.named("\(kind.schemaName)Item"), example: kind == .notes ? Examples.item : nil)
    }
}

extension AnswerDescription {
    fileprivate static func stored(_ kind: ItemKind) -> AnswerDescription {
        AnswerDescription(200, "The item as it is stored.", [.item(kind)], headers: [.eTag])
    }
}

extension HeaderDescription {
    static var eTag: HeaderDescription {
        HeaderDescription(
            "ETag",
            isRequired: true,
            "The item's version, for `If-Match`.",
            schema: #"{"type":"string","pattern":"^\"[0-9]+\"$"}"#
        )
    }
}

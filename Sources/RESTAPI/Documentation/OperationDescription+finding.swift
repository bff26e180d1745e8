import HTTPServer
import ToolBridge

/// Search, batches, and what programs ask first.
extension OperationDescription {
    static var search: OperationDescription {
        OperationDescription(
            "search",
            tag: "Search and batches",
            "Search all kinds",
            text:
                "Items in which all words occur, best first; what stands in double quotes is looked for as it stands, and the last word may be "
                + "unfinished. No character has any other meaning.",
            parameters: [
                .init(
                    "q",
                    in: .query,
                    isRequired: true,
                    "What to look for, 1 to 1024 bytes.",
                    schema: #"{"type":"string","minLength":1,"maxLength":1024}"#,
                    example: #""milk""#
                ),
                .kinds,
                .init(
                    "limit",
                    in: .query,
                    "How many at most; more than \(Limits.searchHits) counts as that. Without it \(Limits.defaultSearchHits).",
                    schema: SchemaText.positiveInteger,
                    example: "20"
                ),
            ],
            answers: [.init(200, "What was found.", [.init(schema: SchemaText.named("SearchPage"), example: Examples.search)])],
            refusals: ["invalid_parameter", "invalid_limit"]
        )
    }

    static var recent: OperationDescription {
        OperationDescription(
            "listRecentChanges",
            tag: "Search and batches",
            "List the latest changes of all kinds",
            text:
                "One page, the newest change first: each item once, at its latest change. A page may be shorter than `limit`, or empty, although "
                + "more follows: the list ends where `nextCursor` is absent. A cursor belongs to one set of parameters.",
            parameters: [
                .kinds, .limit, .cursor("Where the page before ended: its `nextCursor`."), .includeDeleted, .updatedSince, .maximumBytes,
            ],
            answers: [.init(200, "One page.", [.init(schema: SchemaText.named("RecentPage"))])],
            refusals: ["invalid_parameter", "invalid_limit", "invalid_cursor"]
        )
    }

    static var batch: OperationDescription {
        OperationDescription(
            "writeBatch",
            tag: "Search and batches",
            "Write up to \(Limits.batchOperations) items at once",
            text:
                "Of a batch with the mode `independent` each operation is carried out or refused for itself, and the answer is 200. With `atomic` "
                + "the first refusal undoes the others: the answer is that refusal's, its `field` names the operation, and `results` has them all.",
            parameters: [.fields("Puts these members of each written item's payload into its result, as `payload`")],
            body: BodyDescription([.init(schema: SchemaText.named("BatchRequest"), example: Examples.batch)]),
            answers: [
                .init(
                    200,
                    "One result for each operation, in order.",
                    [
                        .init(schema: SchemaText.named("BatchResults"), example: Examples.batchResults)
                    ]
                )
            ],
            refusals: [
                "invalid_json", "invalid_request", "invalid_parameter", "invalid_uid", "invalid_if_match", "invalid_action", "not_found",
                "already_exists",
                "deleted",
                "version_mismatch", "payload_too_large", "too_many_items", "invalid_payload", "invalid_parent",
            ]
        )
    }

    static var serverInfo: OperationDescription {
        OperationDescription(
            "getServerInfo",
            tag: "Server",
            "What this server is",
            answers: [
                .init(
                    200,
                    "Name, version and MCP endpoints; a page for browsers.",
                    [
                        .init(schema: #"{"type":"object","required":["name","version","role","mcp"]}"#),
                        .init("text/html", schema: SchemaText.string),
                    ]
                )
            ]
        )
    }

    static var openAPI: OperationDescription {
        OperationDescription(
            "getOpenAPI",
            tag: "Server",
            "This description",
            text: "OpenAPI 3.1, the same bytes until the program changes.",
            answers: [.init(200, "The document.", [.init(schema: #"{"type":"object","required":["openapi"]}"#)], headers: [.documentTag])]
                + [notModified]
        )
    }

    static var documentation: OperationDescription {
        OperationDescription(
            "getDocumentation",
            tag: "Server",
            "This description as a page",
            answers: [.init(200, "The page.", [.init("text/html", schema: SchemaText.string)], headers: [.documentTag]), notModified]
        )
    }

    private static let notModified = AnswerDescription(304, "The page that `If-None-Match` names is the newest.")
}

extension HeaderDescription {
    fileprivate static var documentTag: HeaderDescription {
        HeaderDescription("ETag", isRequired: true, "For `If-None-Match`.", schema: SchemaText.string)
    }
}

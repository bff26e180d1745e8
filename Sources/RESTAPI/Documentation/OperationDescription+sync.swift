import HTTPServer
import ToolBridge

/// The routes of offline-first clients.
extension OperationDescription {
    static var openSession: OperationDescription {
        OperationDescription(
            "openSession",
            tag: tag,
            "Open a sync session",
            text:
                "A session lives for 30 minutes. It is no authentication: it ends when the data is wiped, so that a client learns of that.",
            answers: [
                .init(201, "The session.", [.init(schema: SchemaText.named("Session"), example: Examples.session)], headers: [.epoch])
            ]
        )
    }

    static var session: OperationDescription {
        OperationDescription(
            "getSession",
            tag: tag,
            "Get a sync session",
            answers: [.init(200, "The session.", [.init(schema: SchemaText.named("Session"), example: Examples.session)])],
            refusals: ["session_not_found", "session_forbidden"]
        )
    }

    static var endSession: OperationDescription {
        OperationDescription(
            "endSession",
            tag: tag,
            "End a sync session",
            answers: [.init(204, "It has ended.")],
            refusals: ["session_not_found", "session_forbidden"]
        )
    }

    static func push(_ kind: ItemKind) -> OperationDescription {
        OperationDescription(
            "push\(kind.pluralName)",
            tag: tag,
            "Push \(kind.pluralWords)",
            family: "Push items",
            text:
                "Merges up to \(Limits.pushItems) changes in one transaction, in order; of two changes of an item the later one wins. The "
                + "answer has one ack for each. It is 200 also where items were refused: each says so itself and touches none of its "
                + "neighbours. The same push may be sent again.",
            body: BodyDescription([
                .init(schema: SchemaText.named("PushRequest"), example: kind == .notes ? #"{"items":[\#(Examples.pushed)]}"# : nil)
            ]),
            answers: [
                .init(
                    200,
                    "One ack for each item, in order.",
                    [
                        .init(schema: SchemaText.named("Acks"), example: kind == .notes ? Examples.acks : nil)
                    ]
                )
            ],
            refusals: ["invalid_json", "invalid_request", "invalid_payload", "too_many_items"]
        )
    }

    static func pull(_ kind: ItemKind) -> OperationDescription {
        OperationDescription(
            "pull\(kind.pluralName)",
            tag: tag,
            "Pull \(kind.pluralWords)",
            family: "Pull items",
            text:
                "Everything that changed after the cursor, oldest change first: nothing is ever missed. Pull until `hasMore` is false, and keep "
                + "`checkpoint` for the next time. Each kind has cursors of its own.",
            parameters: [.limit, .cursor("The `checkpoint` or `nextCursor` of the pull before. Without it from the start.")],
            answers: [
                .init(200, "One page.", [.init(schema: SchemaText.named("PullPage"), example: kind == .notes ? Examples.pull : nil)])
            ],
            refusals: ["invalid_parameter", "invalid_limit", "invalid_cursor"]
        )
    }

    static var wipe: OperationDescription {
        OperationDescription(
            "wipe",
            tag: tag,
            "Wipe everything",
            text: "Deletes all items and sessions of the owner for good and raises the epoch, so that every device starts anew.",
            body: BodyDescription([
                .init(
                    schema:
                        #"{"type":"object","required":["confirm"],"properties":{"confirm":{"const":"WIPE"},"mode":{"description":"Ignored."}}}"#,
                    example: #"{"confirm":"WIPE"}"#
                )
            ]),
            answers: [
                .init(200, "How many items there were.", [.init(schema: SchemaText.named("WipeResult"), example: Examples.wipe)])
            ],
            refusals: ["invalid_json", "invalid_payload", "confirmation_required", "payload_too_large"]
        )
    }

    static var state: OperationDescription {
        OperationDescription(
            "getState",
            tag: tag,
            "Get the epoch",
            text: "For a client that was refused with 409 and wants to know why.",
            answers: [.init(200, "The owner's state.", [.init(schema: SchemaText.named("State"), example: Examples.state)])]
        )
    }

    static var syncInfo: OperationDescription {
        OperationDescription(
            "getSyncInfo",
            tag: tag,
            "What the server offers",
            answers: [
                .init(200, "Kinds, limits and features.", [.init(schema: SchemaText.named("Info"), example: Examples.info)])
            ]
        )
    }

    static var changes: OperationDescription {
        OperationDescription(
            "followChanges",
            tag: tag,
            "Follow changes of all kinds",
            text:
                "One feed over all kinds. With `Accept: text/event-stream` it stays open and sends each change as it is committed: events "
                + "`change` with the cursor as their id, once `ready` when all that was there has been sent, comments so that the connection "
                + "lives, and `refused` before an end that a new attempt won't mend. A client that comes back sends `Last-Event-ID`.",
            parameters: [
                .limit, .cursor("The `checkpoint` of the page before. It belongs to one list of `kinds`."), .kinds,
                .init(
                    "Last-Event-ID",
                    in: .header,
                    "With an event stream: the id of the last event; comes before `cursor`.",
                    schema: SchemaText.string
                ),
            ],
            answers: [
                .init(
                    200,
                    "One page, or an event stream.",
                    [
                        .init(schema: SchemaText.named("FeedPage"), example: Examples.feed),
                        .init("text/event-stream", schema: SchemaText.string, example: Examples.events),
                    ]
                )
            ],
            // A cursor from before a wipe is of another epoch.
            refusals: ["invalid_parameter", "invalid_limit", "invalid_cursor", "epoch_mismatch"]
        )
    }

    private static let tag = "Sync"
}

extension HeaderDescription {
    fileprivate static var epoch: HeaderDescription {
        HeaderDescription("X-Sync-Epoch", isRequired: true, "The owner's epoch.", schema: SchemaText.positiveInteger)
    }
}

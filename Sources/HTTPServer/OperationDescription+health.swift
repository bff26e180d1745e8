/// What the health routes are for.
extension OperationDescription {
    static var alive: OperationDescription {
        OperationDescription(
            "isAlive",
            tag: tag,
            "Whether the program lives",
            text: "Touches nothing else.",
            answers: [.init(200, "It does.", [.init("text/plain", schema: #"{"type":"string","const":"ok"}"#)])]
        )
    }

    static var health: OperationDescription {
        let schema = #"""
            {"type":"object","required":["status","service","role","version"],"properties":{"status":{"const":"ok"},
            "service":{"const":"toolbridge"},"role":{"type":"string"},"version":{"type":"string"}}}
            """#
        return OperationDescription(
            "getHealth",
            tag: tag,
            "What lives, in which version",
            text: "Touches nothing else.",
            answers: [
                .init(
                    200,
                    "Role and version.",
                    [.init(schema: schema, example: #"{"status":"ok","service":"toolbridge","role":"serve","version":"1.0.0"}"#)]
                )
            ]
        )
    }

    static var ready: OperationDescription {
        OperationDescription(
            "isReady",
            tag: tag,
            "Whether the program can work",
            text: "Asks the database, at most once a second.",
            answers: [
                .init(
                    200,
                    "It can.",
                    [.init(schema: #"{"type":"object","properties":{"status":{"const":"ready"}}}"#, example: #"{"status":"ready"}"#)]
                )
            ],
            refusals: ["not_ready"]
        )
    }

    private static let tag = "Server"
}

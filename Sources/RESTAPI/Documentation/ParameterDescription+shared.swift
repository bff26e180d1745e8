import HTTPServer
import ToolBridge

/// Parameters that many operations have.
extension ParameterDescription {
    static let limit = ParameterDescription(
        "limit",
        in: .query,
        "How many at most; more than \(Limits.pageItems) counts as that. Without it \(Limits.defaultPageItems).",
        schema: SchemaText.positiveInteger,
        example: "100"
    )

    static func cursor(_ text: String) -> ParameterDescription {
        ParameterDescription("cursor", in: .query, text, schema: SchemaText.cursor)
    }

    static let includeDeleted = ParameterDescription(
        "includeDeleted",
        in: .query,
        "Exactly `true` also shows tombstones; nothing else does.",
        schema: SchemaText.string,
        example: #""true""#
    )

    static let parentUID = ParameterDescription(
        "parentUid",
        in: .query,
        "Only items that hang on this one.",
        schema: SchemaText.anyUID,
        example: #""0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10""#
    )

    static let parentKind = ParameterDescription(
        "parentKind",
        in: .query,
        "Besides `parentUid`: only items whose parent is of this kind.",
        schema: SchemaText.named("Kind")
    )

    static let updatedSince = ParameterDescription(
        "updatedSince",
        in: .query,
        "Only items that changed at this time or later: RFC 3339, or milliseconds since 1970.",
        schema: SchemaText.anyTime,
        example: #""2026-03-01T10:00:00Z""#
    )

    static let maximumBytes = ParameterDescription(
        "maxBytes",
        in: .query,
        "The page ends before the item with which its payloads, and \(Limits.envelopeBytes) bytes for each item, exceed this; its first item "
            + "always comes.",
        schema: SchemaText.positiveInteger,
        example: "100000"
    )

    static func fields(_ text: String) -> ParameterDescription {
        ParameterDescription(
            "fields",
            in: .query,
            "\(text): 1 to 50 names, separated by commas.",
            schema: #"{"type":"string","pattern":"^[^,]{1,256}(,[^,]{1,256}){0,49}$"}"#,
            example: #""title,status""#
        )
    }

    static let kinds = ParameterDescription(
        "kinds",
        in: .query,
        "Only these kinds, separated by commas. Without it all.",
        schema: #"{"type":"string","pattern":"^(\#(kindNames))(,(\#(kindNames))){0,20}$"}"#,
        example: #""notes,tasks""#
    )

    private static let kindNames = ItemKind.allCases.map(\.path).joined(separator: "|")

    static let ifMatch = ParameterDescription(
        "If-Match",
        in: .header,
        "The version that is meant: `5`, `\"5\"`, a list of quoted versions, or `*` for any. Another version is refused with 412.",
        schema: ##"{"type":"string","pattern":"^(\\*|[0-9]{1,18}|(W/)?\"[!#-+--~]*\"( *, *(W/)?\"[!#-+--~]*\")*)$"}"##,
        example: #""\"5\"""#
    )

    static func session(isRequired: Bool) -> ParameterDescription {
        ParameterDescription(
            "X-Sync-Session",
            in: .header,
            isRequired: isRequired,
            "A sync session's id (`POST /v1/sync/sessions`)." + (isRequired ? "" : " One that is sent is checked."),
            schema: SchemaText.anyUID,
            example: #""7d0e5c6a-0c0f-4b53-9d4e-5a6f0f6f2b11""#
        )
    }

    static func epoch(isRequired: Bool) -> ParameterDescription {
        ParameterDescription(
            "X-Sync-Epoch",
            in: .header,
            isRequired: isRequired,
            "The epoch that the client has in mind; any other than the server's is refused with 409.",
            schema: SchemaText.positiveInteger,
            example: "1"
        )
    }

    static let idempotencyKey = ParameterDescription(
        "Idempotency-Key",
        in: .header,
        "1 to 255 visible ASCII characters of the client's choice. The same request with the same key is carried out once within 24 hours "
            + "and always gets the same answer.",
        schema: #"{"type":"string","pattern":"^[!-~]{1,255}$"}"#,
        example: #""8e03978e-40d5-43e8-bc93-6894a57f9324""#
    )

    static let tenant = ParameterDescription(
        "X-TB-Tenant-ID",
        in: .header,
        "The tenant. Without it the installation's only one.",
        schema: SchemaText.string
    )
}

import ToolBridge

/// A code with which the API refuses: the reference of errors, and what operations say about theirs.
struct DocumentedRefusal: Sendable {
    /// A member that the error has besides `error`, `code` and `correlation_id`.
    struct Field: Sendable {
        let name: String
        /// As JSON.
        let example: String
        /// Whether every error of the code has it.
        let isAlwaysThere: Bool
    }

    let code: String
    let status: Int
    /// When it is answered, in a few words.
    let text: String
    /// The text of an error of this code.
    let example: String
    let fields: [Field]

    init(_ status: Int, _ code: String, _ text: String, _ example: String, _ fields: [(name: String, example: String)] = []) {
        self.status = status
        self.code = code
        self.text = text
        self.example = example
        self.fields = fields.map { field in
            let isOptional = field.name.hasSuffix("?")
            return Field(
                name: isOptional ? String(field.name.dropLast()) : field.name,
                example: field.example,
                isAlwaysThere: !isOptional
            )
        }
    }

    /// Compared as bytes.
    static func of(_ code: String) -> DocumentedRefusal? {
        all.first { $0.code.utf8.elementsEqual(code.utf8) }
    }

    /// In the order of their statuses.
    static let all: [DocumentedRefusal] = requestFaults + callerFaults + stateFaults + contentFaults + serverFaults

    private static let requestFaults: [DocumentedRefusal] = [
        .init(400, "invalid_json", "The body is not one JSON object in UTF-8.", "invalid JSON", [("position", "17")]),
        .init(
            400,
            "invalid_request",
            "A field of the body or a header has a wrong type or value.",
            "metadata must be an object or null",
            [("field?", #""/metadata""#)]
        ),
        .init(
            400,
            "invalid_parameter",
            "A query parameter is bad or came twice.",
            "order must be desc, or left out for the oldest change first",
            [("field", #""order""#)]
        ),
        .init(400, "invalid_limit", "limit is not a positive integer.", "limit must be a positive integer", [("field", #""limit""#)]),
        .init(
            400,
            "invalid_cursor",
            "The cursor can't be read, or belongs to another list or owner.",
            "invalid cursor: use a nextCursor of the same list, or none",
            [("field", #""cursor""#)]
        ),
        .init(400, "invalid_uid", "A uid is no UUID.", "invalid UID", [("field", #""uid""#)]),
        .init(
            400,
            "invalid_if_match",
            "If-Match can't be read.",
            "If-Match must be a version number, a quoted version, a list of quoted versions or *",
            [("field", #""If-Match""#)]
        ),
        .init(
            400,
            "invalid_action",
            "The kind has no such action.",
            "invalid action: fly",
            [("action", #""fly""#), ("allowed", #"["start","complete","reopen"]"#)]
        ),
        .init(
            400,
            "confirmation_required",
            "A wipe came without its confirmation.",
            #"to wipe, send {"confirm":"WIPE"}"#,
            [("field", #""/confirm""#)]
        ),
        .init(
            400,
            "unsupported_grant_type",
            "The grant type isn't token exchange.",
            "grant_type must be urn:ietf:params:oauth:grant-type:token-exchange",
            [("field?", #""/grant_type""#)]
        ),
        .init(
            400,
            "invalid_target",
            "Tokens for this resource or audience aren't made here.",
            "tokens for this target aren't made here"
        ),
        .init(
            400,
            "invalid_grant",
            "The subject token isn't good, or is none of the identity provider's.",
            "only tokens of the identity provider are exchanged"
        ),
        .init(
            400,
            "invalid_scope",
            "The scope is malformed, or more than the subject token has.",
            "the subject token doesn't have all of these scopes"
        ),
        .init(
            400,
            "duplicate_header",
            "A header that may come once only came twice, or with underscores for hyphens.",
            "If-Match was sent more than once or is misspelt",
            [("field", #""If-Match""#)]
        ),
    ]

    private static let callerFaults: [DocumentedRefusal] = [
        .init(401, "unauthorized", "There is no token, or it isn't good; `WWW-Authenticate` says which.", "unauthorized"),
        .init(
            401,
            "invalid_tenant_headers",
            "The tenant's signature is missing, malformed, too old, wrong or was used before; `Date` tells the server's clock.",
            "Unauthorized: invalid tenant headers",
            [("reason", #""clock_skew""#)]
        ),
        .init(401, "tenant_required", "`X-TB-Tenant-ID` is missing.", "Unauthorized: missing tenant header"),
        .init(401, "invalid_client", "The client hasn't proved who it is.", "client authentication failed"),
        .init(
            403,
            "tenant_forbidden",
            "The caller may not use the tenant that `X-TB-Tenant-ID` names.",
            "Unauthorized: not authorized for requested tenant"
        ),
        .init(
            403,
            "insufficient_scope",
            "The token is limited by its scopes, and they don't allow this; `scope` has all that it needs.",
            "the token lacks the scope notes:write",
            [("scope", #""notes:write""#)]
        ),
        .init(403, "session_forbidden", "The sync session is somebody else's.", "forbidden"),
        .init(
            403,
            "exchange_client_required",
            "Clients must authenticate, which this route has no way for.",
            "clients must authenticate: use POST /oauth/token"
        ),
    ]

    private static let stateFaults: [DocumentedRefusal] = [
        .init(404, "not_found", "The caller has no such item. Somebody else's looks exactly the same.", "note not found"),
        .init(404, "session_not_found", "There is no such sync session, or it has ended.", "session not found or expired"),
        .init(404, "route_not_found", "There is no such path.", "no such path"),
        .init(405, "method_not_allowed", "The path doesn't have this method; `Allow` lists those it has.", "method not allowed"),
        .init(408, "request_timeout", "The request came too slowly.", "request too slow"),
        .init(
            409,
            "already_exists",
            "An item with this uid exists, or one that is to be restored isn't deleted.",
            "note already exists",
            [("uid", #""c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f""#), ("version", "3"), ("updatedAt", #""2026-03-01T10:00:01.123Z""#)]
        ),
        .init(
            409,
            "epoch_mismatch",
            "The data was wiped since the client last asked: it drops its own, makes a session and pulls from the start.",
            "epoch_mismatch",
            [("epoch", "2")]
        ),
        .init(
            409,
            "idempotency_mismatch",
            "The Idempotency-Key was used for another request.",
            "this Idempotency-Key was used for another request: take a new one",
            [("field", #""Idempotency-Key""#)]
        ),
        .init(
            409,
            "idempotency_in_progress",
            "The same request is being answered at this moment: send it again.",
            "the same request is being answered: send it again",
            [("field", #""Idempotency-Key""#)]
        ),
        .init(
            410,
            "deleted",
            "The item is a tombstone.",
            "note deleted",
            [("deletedAt", #""2026-03-01T10:05:00.000Z""#), ("uid", #""c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f""#), ("version", "3")]
        ),
        .init(
            412,
            "version_mismatch",
            "The item has another version than If-Match says. Nothing was written.",
            "version mismatch: expected 3, actual 5",
            [("uid", #""c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f""#), ("expected", "3"), ("actual", "5")]
        ),
    ]

    private static let contentFaults: [DocumentedRefusal] = [
        .init(
            413,
            "payload_too_large",
            "The body, or the item as it would be stored, is over its limit in bytes.",
            "body over \(Limits.payloadBytes) bytes",
            [("limit", "\(Limits.payloadBytes)")]
        ),
        .init(
            413,
            "too_many_items",
            "There are more items in the request than may be.",
            "too many items: at most \(Limits.pushItems)",
            [("limit", "\(Limits.pushItems)")]
        ),
        .init(414, "uri_too_long", "The request target is over 8 KiB.", "request target over 8 KiB"),
        .init(
            415,
            "unsupported_encoding",
            "The body has a Content-Encoding.",
            "request bodies are taken without Content-Encoding only"
        ),
        .init(
            415,
            "unsupported_media_type",
            "The body isn't a form.",
            "Content-Type must be application/x-www-form-urlencoded"
        ),
        .init(
            422,
            "invalid_payload",
            "The payload breaks a rule: a key comes twice in one object, a text has U+0000 or half a surrogate pair, there are too many levels "
                + "(\(Limits.payloadDepth)) or values (\(Limits.payloadValues)).",
            "invalid payload: a key occurs twice in one object",
            [("field", #""/tags""#), ("reason", #""duplicate_key""#)]
        ),
        .init(
            422,
            "invalid_parent",
            "The parent is missing in the payload, malformed, of a wrong kind, or not alive.",
            "parent note not found: 0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10",
            [("field", #""/parentUid""#), ("reason", #""not_found""#)]
        ),
        .init(
            424,
            "not_applied",
            "Another operation of an atomic batch was refused, so this one was not carried out.",
            "not applied: another operation of the batch was refused"
        ),
        .init(428, "session_required", "The route needs `X-Sync-Session`.", "sync session required: POST /v1/sync/sessions"),
        .init(
            428,
            "session_invalid",
            "The sync session is unknown or has ended: make a new one.",
            "sync session invalid or expired: POST /v1/sync/sessions"
        ),
    ]

    private static let serverFaults: [DocumentedRefusal] = [
        .init(
            429,
            "rate_limited",
            "Too many requests; `Retry-After` says for how many seconds to wait.",
            "too many requests, retry after 2 s",
            [("retry_after", "2")]
        ),
        .init(
            431,
            "headers_too_large",
            "The head is over 32 KiB or has more than 100 fields.",
            "request head over 32 KiB, 16 KiB a field or 100 fields"
        ),
        .init(500, "internal_error", "A fault of the server. Nothing was written.", "internal error"),
        .init(
            503,
            "unavailable",
            "The database can't be reached or the server is about to stop: try again.",
            "temporarily unavailable, try again"
        ),
        .init(
            503,
            "exchange_unavailable",
            "There is no key to sign exchanged tokens with.",
            "there is no key to sign exchanged tokens with"
        ),
        .init(
            503,
            "identity_provider_unavailable",
            "Whoever knows the caller's memberships can't be asked, and nothing recent is known: try again.",
            "the identity provider can't be asked now"
        ),
        .init(
            503,
            "tenant_resolution_unconfigured",
            "Tenants are proved by signatures alone, so nobody can tell whose the caller is.",
            "this server doesn't know who belongs to which tenant: send the tenant's signed headers"
        ),
        .init(503, "not_ready", "The server can't work now; `checks` says why.", "not ready", [("checks", #"{"database":"failed"}"#)]),
    ]
}

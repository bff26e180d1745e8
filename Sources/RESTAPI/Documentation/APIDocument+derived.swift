import HTTPServer
import JSON

extension APIDocument {
    /// The groups, in the order in which they are shown.
    var tags: [String] {
        var tags: [String] = []
        for operation in operations where !tags.contains(operation.description.tag) { tags.append(operation.description.tag) }
        // What a reader comes for stands first.
        let known = ["Items", "Search and batches", "Sync", "Identity", "Server"]
        return known.filter(tags.contains) + tags.filter { !known.contains($0) }
    }
}

extension APIDocument.Operation {
    var refusalsByStatus: [(status: Int, refusals: [DocumentedRefusal])] { DocumentedRefusal.byStatus(refusals) }

    /// What every answer of the route has.
    var commonHeaders: [HeaderDescription] {
        let correlation = HeaderDescription(
            "X-Correlation-ID",
            isRequired: true,
            "The request's, or a fresh one.",
            schema: #"{"type":"string","pattern":"^[A-Za-z0-9._-]{1,64}$"}"#
        )
        return [correlation] + (limits == .none ? [] : Self.rateLimits)
    }

    func headers(ofRefusal status: Int) -> [HeaderDescription] {
        let wait = HeaderDescription("Retry-After", "In seconds.", schema: SchemaText.positiveInteger)
        switch status {
        case 403 where refusals.contains { $0.code == "insufficient_scope" }:
            return commonHeaders + [HeaderDescription("WWW-Authenticate", "RFC 6750, § 3.1.", schema: SchemaText.string)]
        case 401: return commonHeaders + [HeaderDescription("WWW-Authenticate", isRequired: true, "RFC 6750.", schema: SchemaText.string)]
        case 429, 503: return commonHeaders + [wait]
        case 409 where limits != .none:
            let epoch = HeaderDescription(
                "X-Sync-Epoch",
                "The server's epoch, where the client has another.",
                schema: SchemaText.positiveInteger
            )
            return commonHeaders + [wait, epoch]
        default: return commonHeaders
        }
    }

    private static let rateLimits = [
        HeaderDescription("X-RateLimit-Limit", "Requests per window. Absent where nothing is limited.", schema: SchemaText.positiveInteger),
        HeaderDescription("X-RateLimit-Remaining", "How many are left.", schema: SchemaText.count),
        HeaderDescription("X-RateLimit-Reset", "When all are there again, in Unix seconds.", schema: SchemaText.count),
        HeaderDescription("X-RateLimit-Burst", "How many may come at once.", schema: SchemaText.positiveInteger),
    ]
}

extension DocumentedRefusal {
    /// Groups a list that is in the order of its statuses.
    static func byStatus(_ refusals: [DocumentedRefusal]) -> [(status: Int, refusals: [DocumentedRefusal])] {
        var groups: [(status: Int, refusals: [DocumentedRefusal])] = []
        for refusal in refusals {
            if let last = groups.indices.last, groups[last].status == refusal.status {
                groups[last].refusals.append(refusal)
            } else {
                groups.append((refusal.status, [refusal]))
            }
        }
        return groups
    }

    /// An error of this code, as JSON.
    var exampleBody: String {
        var writer = JSONWriter(reserving: 192)
        writer.object { writer in
            writer.member("error", example)
            writer.member("code", code)
            for field in fields {
                writer.key(escaping: field.name)
                writer.raw(Array(field.example.utf8))
            }
            writer.member("correlation_id", "5f0c7f0e-7f0e-4a52-9d0b-0c5b8f7f2a11")
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// What stands before the operations.
enum Introduction {
    static let paragraphs = [
        "A person's notes, tasks, comments, chats and messages, for apps and scripts. LLM clients work on the same items through `/mcp`.",
        "An item belongs to its owner and has a kind, a `uid` and a payload: any JSON object, which the server keeps byte for byte but for a few "
            + "members of its own. Times are RFC 3339 in UTC with milliseconds; uids are UUIDs, read in any usual spelling.",
        "Every refusal is one JSON object with `error` for people and `code` for programs. Every answer has an `X-Correlation-ID`, the request's own "
            + "if it sent a good one. HEAD and unknown methods are refused with 405, unknown query parameters are ignored.",
        "A write that may be sent again carries an `Idempotency-Key`; one that must not overwrite somebody else's carries `If-Match`.",
    ]
}

extension JSONWriter {
    /// Writes a JSON text without the white space between its tokens.
    ///
    /// What is no JSON becomes null.
    mutating func compact(_ text: String) {
        guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return null() }
        compact(value)
    }

    /// No deeper than the texts of this program are.
    private mutating func compact(_ value: JSONValue) {
        switch value.kind {
        case .object:
            beginObject()
            for member in value.members {
                key(escaping: member.key)
                compact(member.value)
            }
            endObject()
        case .array:
            beginArray()
            for element in value.elements { compact(element) }
            endArray()
        default: raw(value.bytes)
        }
    }
}

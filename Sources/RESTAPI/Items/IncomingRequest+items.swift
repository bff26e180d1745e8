import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// What item routes read out of a request.
extension IncomingRequest {
    /// - Throws: `invalid_uid`.
    func uid() throws(ItemError) -> UID {
        guard let uid = pathParameter("uid").flatMap({ UID($0) }) else { throw .invalidUID(field: "uid") }
        return uid
    }

    /// The body as one payload.
    ///
    /// - Throws: `invalid_json`, `invalid_payload`, `payload_too_large`.
    func payload() throws(ItemError) -> Payload {
        try Payload(parsing: Array(buffer: body))
    }

    /// An RFC 7396 patch, by its media type; any other body of a PATCH replaces members.
    var isMergePatch: Bool { hasContentType("application/merge-patch+json") }

    /// The action that a `process` body names.
    ///
    /// - Throws: `invalid_json`, `invalid_request`, `invalid_action`.
    func action(of kind: ItemKind) throws(ItemError) -> ItemAction {
        try ItemAction(reading: try payload().object, of: kind)
    }

    /// How many items a page may hold.
    ///
    /// - Throws: `invalid_limit`.
    func limit() throws -> Int {
        guard let text = try queryParameter("limit") else { return Limits.defaultPageItems }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw ItemError.invalidLimit }
        // A number beyond every integer is a positive one all the same, and counts as the greatest page.
        let limit = Int(text) ?? Limits.pageItems
        guard limit > 0 else { throw ItemError.invalidLimit }
        return min(limit, Limits.pageItems)
    }

    /// - Throws: `invalid_parameter`.
    func direction() throws -> SyncCursor.Direction {
        switch try queryParameter("order") {
        case nil: .oldestChangeFirst
        case "desc"?: .newestChangeFirst
        default: throw ItemError.invalidParameter(field: "order", "order must be desc, or left out for the oldest change first")
        }
    }

    /// Only the exact word counts.
    func includesDeleted() throws -> Bool {
        try queryParameter("includeDeleted") == "true"
    }
}

extension ItemAction {
    /// What a member `action` names, beside `metadata`, which isn't kept.
    ///
    /// - Throws: `invalid_request`, `invalid_action`.
    init(reading object: JSONValue, of kind: ItemKind) throws(ItemError) {
        guard let name = object["action"]?.string else {
            throw .invalidRequest(field: "/action", "action must be one of \(kind.actions.map(\.name).joined(separator: ", "))")
        }
        if let metadata = object["metadata"], !metadata.isNull, metadata.kind != .object {
            throw .invalidRequest(field: "/metadata", "metadata must be an object or null")
        }
        guard let action = kind.actions.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
            throw .invalidAction(name, of: kind)
        }
        self = action
    }
}

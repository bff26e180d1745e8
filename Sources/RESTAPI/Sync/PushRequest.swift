import JSON
import ToolBridge

/// What a push asks for, item by item: one that can't be read spoils none of the others.
struct PushRequest: Sendable {
    /// What stands in `items`, whatever it is.
    let items: [JSONValue]

    /// Reads the envelope; members other than `items` are ignored.
    ///
    /// - Throws: `invalid_json`, `invalid_request`, `too_many_items`; `invalid_payload` if `items` is there twice.
    init(reading body: [UInt8]) throws(ItemError) {
        let envelope: JSONValue
        do {
            // Faults of content are looked for in each item on its own.
            envelope = try JSONValue.parse(tolerating: body, limits: .push).value
        } catch {
            throw .unreadable(error)
        }
        guard envelope.kind == .object else { throw .invalidJSON(position: envelope.range.lowerBound) }
        var found: JSONValue?
        for member in envelope.members where member.keyEquals("items") {
            guard found == nil else { throw .invalidPayload(.duplicateKey, field: "/items") }
            found = member.value
        }
        guard let found, !found.isNull else {
            items = []
            return
        }
        guard found.kind == .array else { throw .invalidRequest(field: "/items", "items must be an array") }
        guard found.count <= Limits.pushItems else { throw .tooManyItems(limit: Limits.pushItems) }
        items = Array(found.elements)
    }

    /// A change for each item, or why it is none.
    func changes(of kind: ItemKind) -> [Result<Change, ItemError>] {
        items.map { item in
            do throws(ItemError) {
                return .success(try Change(reading: try Payload(checking: item), kind))
            } catch {
                return .failure(error)
            }
        }
    }
}

extension JSONLimits {
    /// What the body of a push or a batch may be; each payload in it is held to its own limits.
    static let push = JSONLimits(values: Limits.pushValues, maximumValues: Limits.pushValues)
}

extension ItemError {
    /// The refusal of a whole body that can't be read on.
    static func unreadable(_ error: JSONError) -> ItemError {
        guard error.reason == .tooManyValues else { return .invalidJSON(position: error.position) }
        return ItemError(
            .payloadTooLarge,
            "the body has more than \(Limits.pushValues) values",
            [Detail(.limit, .integer(Int64(Limits.pushValues)))]
        )
    }
}

/// What an item that is refused says of itself: its client finds it again by that.
struct PushedClaim: Sendable, Equatable {
    /// Empty if it can't be read; then nothing else is believed either.
    let uid: String
    /// As sent, its fraction cut; 0 if there is none.
    let version: Int64
    /// Empty if there is none.
    let updatedAt: String

    init(_ item: JSONValue) {
        guard let uid = item["uid"]?.string.flatMap({ UID($0) }), !uid.isNil else {
            (self.uid, version, updatedAt) = ("", 0, "")
            return
        }
        self.uid = uid.description
        version = item["sync"]?["version"]?.double.flatMap { Int64(exactly: $0.rounded(.towardZero)) } ?? 0
        updatedAt = Change.claimedTime(in: item)?.description ?? ""
    }
}

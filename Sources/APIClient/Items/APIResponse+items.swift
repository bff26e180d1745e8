import JSON
import ToolBridge

/// What the API's answers mean; payloads are taken as they are, byte for byte.
extension APIResponse {
    /// - Throws: `unavailable`: it isn't an item.
    func item(_ kind: ItemKind) throws(ItemError) -> Item {
        guard let item = Item(try object, kind) else { throw .unreadableAnswer }
        return item
    }

    /// - Parameter kind: `nil` where each item says its own.
    /// - Throws: `unavailable`: it isn't a page.
    func page(_ kind: ItemKind?) throws(ItemError) -> ItemPage {
        let object = try object
        guard let list = object["items"], list.kind == .array else { throw .unreadableAnswer }
        var items: [Item] = []
        items.reserveCapacity(list.count)
        for element in list.elements {
            guard let kind = kind ?? element["kind"]?.string.flatMap(ItemKind.init(rawValue:)), let item = Item(element, kind) else {
                throw .unreadableAnswer
            }
            items.append(item)
        }
        return ItemPage(items: items, nextCursor: object["nextCursor"]?.string.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// - Throws: `unavailable`: it isn't the result of a search.
    func found() throws(ItemError) -> SearchPage {
        let object = try object
        guard let list = object["hits"], list.kind == .array else { throw .unreadableAnswer }
        var hits: [SearchHit] = []
        for element in list.elements {
            guard let hit = SearchHit(element) else { throw .unreadableAnswer }
            hits.append(hit)
        }
        return SearchPage(
            hits: hits,
            hasMore: object["hasMore"]?.boolean == true,
            isComplete: object["complete"]?.boolean != false
        )
    }

    /// - Throws: `unavailable`: it isn't a JSON object.
    var object: JSONValue {
        get throws(ItemError) {
            // A fault of content is in a payload, and its reader's to judge.
            guard let value = try? JSONValue.parse(tolerating: body, limits: .answer).value, value.kind == .object else {
                throw .unreadableAnswer
            }
            return value
        }
    }
}

extension Item {
    /// Reads an item's envelope; `nil` if it isn't one.
    init?(_ envelope: JSONValue, _ kind: ItemKind) {
        guard let uid = envelope["uid"]?.string.flatMap({ UID($0) }), let version = envelope["version"]?.integral,
            let updatedAt = envelope["updatedAt"]?.string.flatMap({ Timestamp(payloadText: $0) }), let payload = envelope["payload"],
            payload.kind == .object
        else { return nil }
        var deletedAt: Timestamp?
        if let value = envelope["deletedAt"], !value.isNull {
            guard let moment = value.string.flatMap({ Timestamp(payloadText: $0) }) else { return nil }
            deletedAt = moment
        }
        self.init(
            uid: uid,
            kind: kind,
            version: version,
            updatedAt: updatedAt,
            deletedAt: deletedAt,
            payload: Array(payload.bytes)
        )
    }
}

extension SearchHit {
    fileprivate init?(_ value: JSONValue) {
        guard let reference = ItemReference(value), let version = value["version"]?.integral,
            let updatedAt = value["updatedAt"]?.string.flatMap({ Timestamp(payloadText: $0) }), let snippet = value["snippet"]?.string
        else { return nil }
        var parent: Parent?
        if let object = value["parent"], !object.isNull {
            guard let reference = ItemReference(object) else { return nil }
            parent = Parent(reference: reference, title: object["title"]?.string)
        }
        self.init(
            item: FoundItem(kind: reference.kind, uid: reference.uid, version: version, updatedAt: updatedAt),
            title: value["title"]?.string,
            snippet: snippet,
            parent: parent
        )
    }
}

extension ItemReference {
    fileprivate init?(_ value: JSONValue) {
        guard let kind = value["kind"]?.string.flatMap(ItemKind.init(rawValue:)), let uid = value["uid"]?.string.flatMap({ UID($0) }) else {
            return nil
        }
        self.init(kind, uid)
    }
}

extension JSONLimits {
    /// What an answer may be: a page of the largest payloads.
    static var answer: JSONLimits { JSONLimits(depth: 512, values: 4_000_000, maximumValues: 4_000_000) }
}

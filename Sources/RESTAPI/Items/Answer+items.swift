import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

extension Answer {
    /// One item with its version as `ETag`.
    ///
    /// The payload goes back as the bytes that are stored.
    static func item(_ item: Item, _ status: HTTPResponse.Status, location: String? = nil) -> Answer {
        var writer = JSONWriter(reserving: item.payload.count + 160)
        writer.item(item)
        var headers: HTTPFields = [.eTag: "\"\(item.version)\""]
        if let location { headers[.location] = location }
        return .json(status, writer.bytes, headers: headers)
    }

    /// - Parameter fields: The members of the payloads that are wanted; `nil` for all.
    static func page(_ page: ItemPage, fields: [String]?) -> Answer {
        let projection = fields.map(PayloadProjection.init)
        var writer = JSONWriter(reserving: page.items.reduce(96) { $0 + (projection == nil ? $1.payload.count : 64) + 160 })
        writer.object { writer in
            writer.key("items")
            writer.array { writer in
                for item in page.items { writer.item(item, projection) }
            }
            if let cursor = page.nextCursor { writer.member("nextCursor", cursor) }
        }
        return .json(.ok, writer.bytes)
    }
}

extension JSONWriter {
    /// The envelope of an item.
    mutating func item(_ item: Item, _ projection: PayloadProjection? = nil, namingKind: Bool = false) {
        beginObject()
        if namingKind { member("kind", item.kind.path) }
        member("uid", item.uid.description)
        member("version", item.version)
        member("updatedAt", item.updatedAt.description)
        if let deletedAt = item.deletedAt { member("deletedAt", deletedAt.description) }
        if let projection {
            key("payload")
            projection.write(item.payload, to: &self)
        } else {
            member("payload", raw: item.payload)
        }
        endObject()
    }
}

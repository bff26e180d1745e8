package import Auth
package import HTTPServer
import HTTPTypes
import JSON
import ToolBridge

/// `GET /v1/recent`: the latest changes over several kinds, newest first.
package func recentRoute(_ routes: DataRoutes) -> Route<Caller> {
    routes.route(.get, "/v1/recent", .readingNamedKinds, mayTakeLong: true, describe: { .recent }) { data in
        let request = data.request
        let query = RecentQuery(
            kinds: try request.kinds(),
            limit: try request.limit(),
            cursor: try request.queryParameter("cursor"),
            includeDeleted: try request.includesDeleted(),
            updatedSince: try request.updatedSince(),
            maximumBytes: try request.maximumBytes()
        )
        return .recent(try await routes.items.recent(query, of: data.owner))
    }
}

extension Answer {
    fileprivate static func recent(_ page: ItemPage) -> Answer {
        var writer = JSONWriter(reserving: page.items.reduce(96) { $0 + $1.payload.count + 192 })
        writer.object { writer in
            writer.key("items")
            writer.array { writer in
                for item in page.items { writer.item(item, namingKind: true) }
            }
            if let cursor = page.nextCursor { writer.member("nextCursor", cursor) }
        }
        return .json(.ok, writer.bytes)
    }
}

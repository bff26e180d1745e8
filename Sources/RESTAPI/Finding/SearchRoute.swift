package import Auth
package import HTTPServer
import HTTPTypes
import JSON
import ToolBridge

/// `GET /v1/search`: full text over all kinds.
package func searchRoute(_ routes: DataRoutes) -> Route<Caller> {
    routes.route(.get, "/v1/search", .readingNamedKinds, mayTakeLong: true, describe: { .search }) { data in
        let request = data.request
        let limit = try request.searchLimit()
        let kinds = try request.kinds()
        guard let text = try request.queryParameter("q"), (1...1024).contains(text.utf8.count) else {
            throw ItemError.invalidParameter(field: "q", "q must have 1 to 1024 bytes: the words to look for")
        }
        return .found(try await routes.items.search(SearchQuery(text, kinds: kinds, limit: limit), of: data.owner))
    }
}

extension IncomingRequest {
    /// - Throws: `invalid_limit`.
    fileprivate func searchLimit() throws -> Int {
        guard try queryParameter("limit") != nil else { return Limits.defaultSearchHits }
        return min(try limit(), Limits.searchHits)
    }
}

extension Answer {
    fileprivate static func found(_ page: SearchPage) -> Answer {
        var writer = JSONWriter(reserving: page.hits.count * 320 + 32)
        writer.object { writer in
            writer.key("hits")
            writer.array { writer in
                for hit in page.hits { writer.hit(hit) }
            }
            writer.member("hasMore", page.hasMore)
            writer.member("complete", page.isComplete)
        }
        return .json(.ok, writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func hit(_ hit: SearchHit) {
        object { writer in
            writer.member("kind", hit.item.kind.path)
            writer.member("uid", hit.item.uid.description)
            if let title = hit.title { writer.member("title", title) }
            writer.member("snippet", hit.snippet)
            if let parent = hit.parent {
                writer.key("parent")
                writer.object { writer in
                    writer.member("kind", parent.reference.kind.path)
                    writer.member("uid", parent.reference.uid.description)
                    if let title = parent.title { writer.member("title", title) }
                }
            }
            writer.member("version", hit.item.version)
            writer.member("updatedAt", hit.item.updatedAt.description)
        }
    }
}

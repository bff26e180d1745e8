package import Auth
package import HTTPServer
import HTTPTypes
import JSON
import NIOCore
package import ToolBridge

/// `GET /v1/sync/changes`: one feed over all kinds, page by page or as it happens.
package struct FeedRoute: Sendable {
    let routes: DataRoutes
    let signals: ChangeSignals
    let streams: FeedStreams

    /// - Parameter signals: Wakes streams when their owner's data changes, and from time to time.
    package init(_ routes: DataRoutes, signals: ChangeSignals, streams: FeedStreams) {
        self.routes = routes
        self.signals = signals
        self.streams = streams
    }

    package var route: Route<Caller> {
        routes.route(.get, "/v1/sync/changes", .readingNamedKinds, mayTakeLong: true, describe: { .changes }) { data in
            var query = FeedQuery(
                cursor: try data.request.queryParameter("cursor"),
                limit: try data.request.limit(),
                kinds: try data.request.kinds(),
                epoch: data.epoch
            )
            guard AcceptHeader(data.request.headerValues(.accept)).names("text/event-stream") else {
                return .feed(try await routes.sync.changes(query, of: data.owner))
            }
            if let id = data.request.header(.lastEventID), !id.isEmpty { query.cursor = id }
            return try await stream(query, of: data.owner)
        }
        .streaming(as: "changes")
    }

    private func stream(_ query: FeedQuery, of owner: Owner) async throws -> Answer {
        let place = try streams.take(owner)
        do {
            // A look before the answer begins: what is wrong with the cursor or the epoch is an HTTP error.
            var look = query
            look.limit = 1
            _ = try await routes.sync.changes(look, of: owner)
        } catch {
            place.leave()
            throw error
        }
        var query = query
        query.limit = FeedStreams.pageItems
        query.payloadBytes = FeedStreams.pageBytes
        let follower = FeedFollower(query, owner, routes.sync, signals, streams)
        return Answer(
            .ok,
            contentType: "text/event-stream",
            headers: [.cacheControl: "no-store", .accelBuffering: "no"],
            body: .stream { writer in
                defer { place.leave() }
                // Catching up may take long, and no event loop waits for it.
                try await withTaskExecutorPreference(globalConcurrentExecutor) { try await follower.run(writer) }
            }
        )
    }
}

extension Answer {
    fileprivate static func feed(_ page: FeedPage) -> Answer {
        var writer = JSONWriter(reserving: page.changes.reduce(128) { $0 + $1.item.payload.count + 192 })
        writer.object { writer in
            writer.key("changes")
            writer.array { writer in
                for change in page.changes { writer.change(change.item) }
            }
            writer.member("hasMore", page.hasMore)
            writer.member("checkpoint", page.checkpoint)
            writer.member("epoch", page.epoch)
        }
        return .json(.ok, writer.bytes)
    }
}

extension JSONWriter {
    /// An item at its latest change; of a tombstone only that it is one.
    mutating func change(_ item: Item) {
        beginObject()
        member("kind", item.kind.path)
        member("uid", item.uid.description)
        member("version", item.version)
        member("updatedAt", item.updatedAt.description)
        if let deletedAt = item.deletedAt {
            member("deletedAt", deletedAt.description)
        } else {
            member("payload", raw: item.payload)
        }
        endObject()
    }
}

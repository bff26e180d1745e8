package import HTTPServer
import HTTPTypes
import JSON
package import ToolBridge

/// What `GET /v1/sync/info` tells clients before they sync.
package struct SyncInfo: Sendable {
    /// What this version does beyond the oldest one; clients look for the words that they know.
    package static let features = [
        "optional-session", "keep-parent", "list-order", "has-more", "changes", "list-filters", "search", "batch", "idempotency-key",
        "recent", "max-bytes",
    ]

    /// An owner's rate; `nil` where nothing is limited.
    package var rate: RateLimits.Rate?
    package var features: [String]

    package init(rate: RateLimits.Rate?, features: [String] = Self.features) {
        self.rate = rate
        self.features = features
    }

    func json(at time: Timestamp) -> [UInt8] {
        var writer = JSONWriter(reserving: 1024)
        writer.object { writer in
            writer.member("apiVersion", "1.1")
            writer.member("serverTime", time.description)
            writer.key("entities")
            writer.object { writer in
                for kind in ItemKind.allCases {
                    writer.key(escaping: kind.path)
                    writer.object { writer in
                        writer.member("maxLimit", Limits.pageItems)
                        writer.member("push", true)
                        writer.member("pull", true)
                    }
                }
            }
            writer.key("locking")
            writer.object { writer in
                writer.member("supported", true)
                writer.member("mode", "session")
            }
            writer.member("minClientVersion", "0.1.0")
            if let rate {
                writer.key("rateLimit")
                writer.object { writer in
                    writer.member("windowSeconds", rate.window.components.seconds)
                    writer.member("maxRequests", rate.requests)
                    writer.member("burst", rate.burst)
                }
            }
            writer.key("hints")
            writer.object { writer in
                writer.member("recommendedBatch", Limits.defaultPageItems)
                writer.member("backoffMsOn429", 1500)
            }
            writer.key("limits")
            writer.object { writer in
                writer.member("maxBodyBytes", Limits.payloadBytes)
                writer.member("maxPushBytes", Limits.pushBytes)
                writer.member("maxPushItems", Limits.pushItems)
            }
            writer.key("features")
            writer.array { writer in features.forEach { writer.string($0) } }
        }
        return writer.bytes
    }
}

/// `GET /v1/sync/info`.
package func syncInfoRoute<Caller>(_ info: SyncInfo, now: @escaping @Sendable () -> Timestamp = { .now() }) -> Route<Caller> {
    Route(.only(.get), "/v1/sync/info", label: "/v1/sync/info", describe: { .syncInfo }, .open { _ in .json(.ok, info.json(at: now())) })
}

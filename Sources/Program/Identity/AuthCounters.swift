package import Auth
package import Observability
import Synchronization

/// Counts decisions about callers, and the keys that prove tenants.
package final class AuthCounters: Sendable {
    private struct Key {
        let used: Counter
        let last: Gauge
    }

    /// Keys come from the configuration; more than this aren't told apart.
    private static let limit = 32

    private let metrics: Metrics
    private let local, external, exchanged, hs256: Counter
    private let refusals: [String: Counter]
    private let keys = Mutex<[TenantProof.KeyUse: Key]>([:])

    package init(_ metrics: Metrics) {
        func counter(_ decision: AuthDecision) -> Counter {
            let labels = decision.labels
            return metrics.counter(.authDecisions, labels.profile, labels.outcome, labels.reason)
        }
        self.metrics = metrics
        local = counter(.accepted(nil))
        external = counter(.accepted(.external))
        exchanged = counter(.accepted(.exchanged))
        hs256 = counter(.accepted(.hs256))
        refusals = Dictionary(AuthDecision.all.map { ($0.labels.reason, counter($0)) }) { first, _ in first }
    }

    package func count(_ decision: AuthDecision) {
        switch decision {
        case .accepted(nil): local.add()
        case .accepted(.external): external.add()
        case .accepted(.exchanged): exchanged.add()
        case .accepted(.hs256): hs256.add()
        case .refused, .missing: refusals[decision.labels.reason]?.add()
        }
    }

    /// A key has proved a tenant.
    package func count(_ use: TenantProof.KeyUse) {
        let key = keys.withLock { keys in
            if let known = keys[use] { return known }
            let (version, name) = keys.count < Self.limit ? use.labels : (use.labels.version, "other")
            let key = Key(
                used: metrics.counter(.hmacVerifications, version, name, "ok"),
                last: metrics.gauge(.hmacLastUsed, name)
            )
            if keys.count < Self.limit { keys[use] = key }
            return key
        }
        key.used.add()
        key.last.set(Int(WallClock.milliseconds() / 1000))
    }

    /// A signature proved nothing.
    package func count(_ fault: TenantProofFault, ofVersion version: Int) {
        metrics.counter(.hmacVerifications, "v\(version)", "other", fault.rawValue).add()
    }
}

extension TenantProof.KeyUse {
    fileprivate var labels: (version: String, key: String) {
        switch self {
        case .v1(let part): ("v1", part == 0 ? "secret" : "secret-\(part)")
        case .v2(let id): ("v2", id)
        }
    }
}

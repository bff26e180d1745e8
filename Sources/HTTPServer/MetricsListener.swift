import HTTPTypes
package import JSON
package import Observability
import ServiceLifecycle

/// Serves `/metrics` and `/readyz?verbose` on a port of their own, and nothing else.
///
/// The program works without it: an address that is taken is a warning, for two servers on one laptop are nothing unusual.
package struct MetricsListener: Service, CustomStringConvertible {
    package let description = "metrics"
    private let configuration: HTTPServerConfiguration
    private let readiness: Readiness
    private let observations: Observations
    private let details: @Sendable (inout JSONWriter) -> Void

    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - observations: Whose metrics are shown.
    ///   - details: Writes further members of what `/readyz?verbose` answers.
    package init(
        host: String,
        port: Int,
        readiness: Readiness,
        observations: Observations,
        details: @escaping @Sendable (inout JSONWriter) -> Void = { _ in }
    ) {
        configuration = HTTPServerConfiguration(host: host, port: port, maximumConnections: 64, drainLimit: .milliseconds(200))
        self.readiness = readiness
        self.observations = observations
        self.details = details
    }

    /// Serves until graceful shutdown.
    package func run() async throws {
        var configuration = configuration
        configuration.isCounted = false
        let (host, observations) = (configuration.host, observations)
        let service = HTTPService(
            routes: try RouteTable(routes),
            authenticator: Nobody(),
            configuration: configuration,
            observations: observations,
            onReady: { port in
                let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
                observations.record(.metricsListening(url: "http://\(name):\(port)/metrics"))
            }
        )
        do {
            try await service.run()
        } catch let error as ListenError {
            observations.record(.metricsUnavailable(reason: error.description))
            try? await gracefulShutdown()
        }
    }

    private var routes: [Route<Never>] {
        [
            Route(.only(.get), "/metrics", label: "/metrics", rules: .probe, bodyLimit: 0, .open { _ in await metrics() }),
            Route(.only(.get), "/readyz", label: "/readyz", rules: .probe, bodyLimit: 0, .open { try await verbose($0) }),
        ]
    }

    private func metrics() async -> Answer {
        let isReady = await readiness.findings().allSatisfy(\.isOK) && readiness.isServing
        observations.metrics.gauge(.ready).set(isReady ? 1 : 0)
        return Answer(.ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: .array(observations.metrics.text()))
    }

    private func verbose(_ request: IncomingRequest) async throws -> Answer {
        guard request.hasQueryParameter("verbose") else { throw Problem(.notFound, "route_not_found", "ask for /readyz?verbose") }
        let findings = await readiness.findings()
        let isReady = findings.allSatisfy(\.isOK) && readiness.isServing
        let now = ContinuousClock.now
        var writer = JSONWriter(reserving: 512)
        writer.object { writer in
            writer.member("status", isReady ? "ready" : "not_ready")
            writer.member("accepting", readiness.isServing)
            writer.key("checks")
            writer.object { writer in
                for finding in findings {
                    writer.key(finding.name)
                    writer.object { writer in
                        writer.member("status", finding.isOK ? "ok" : "failed")
                        writer.member("age_ms", (now - finding.at).wholeMilliseconds)
                        writer.member("duration_ms", finding.duration.wholeMilliseconds)
                        if let error = finding.lastError { writer.member("last_error", error) }
                    }
                }
            }
            writer.key("key_sets")
            writer.array { writer in
                for (issuer, age) in observations.keySetAges.enumerated() {
                    writer.object { writer in
                        writer.member("issuer", issuer)
                        writer.member("age_seconds", Int(exactly: age.rounded()) ?? 0)
                    }
                }
            }
            details(&writer)
        }
        return Answer.json(isReady ? .ok : .serviceUnavailable, writer.bytes, headers: isReady ? [:] : [.retryAfter: "1"])
    }
}

/// Nobody is asked who they are: who can reach the port may read it.
private struct Nobody: Authenticator {
    func caller(of request: IncomingRequest) async throws -> Never? { nil }

    func challenge(for request: IncomingRequest) -> Problem { Problem(.unauthorized, "unauthorized", "unauthorized") }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

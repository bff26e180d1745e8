import HTTPTypes
import JSON
import NIOCore
import Synchronization

/// The routes that say whether the program lives and whether it can work.
///
/// `/healthz` and `/health` touch nothing. `/readyz` asks `ready` at most once a second and says 503 while the server drains.
///
/// - Parameter service: What calls itself so in `/health`.
package func healthRoutes<Caller: Sendable>(
    service: String,
    role: String,
    version: String,
    ready: @escaping @Sendable () async -> [(name: StaticString, ok: Bool)]
) -> [Route<Caller>] {
    var writer = JSONWriter(reserving: 128)
    writer.beginObject()
    writer.member("status", "ok")
    writer.member("service", service)
    writer.member("role", role)
    writer.member("version", version)
    writer.endObject()
    let health = Answer.json(.ok, writer.bytes)
    let alive = Answer(.ok, contentType: "text/plain", body: .bytes(.init(string: "ok")))
    let readiness = Readiness(ready)
    return [
        Route(.only(.get), "/healthz", label: "/healthz", rules: .probe, bodyLimit: 0, describe: { .alive }, .open { _ in alive }),
        Route(.only(.get), "/health", label: "/health", rules: .probe, bodyLimit: 0, describe: { .health }, .open { _ in health }),
        Route(
            .only(.get),
            "/readyz",
            label: "/readyz",
            rules: .probe,
            bodyLimit: 0,
            describe: { .ready },
            .open { request in
                try await readiness.answer(to: request)
            }
        ),
    ]
}

/// What the checks said within the last second.
private final class Readiness: Sendable {
    private struct Known {
        var checks: [(name: StaticString, ok: Bool)]?
        var at: ContinuousClock.Instant
        var isAsking = false
    }

    private let ready: @Sendable () async -> [(name: StaticString, ok: Bool)]
    private let known = Mutex(Known(at: .now))

    init(_ ready: @escaping @Sendable () async -> [(name: StaticString, ok: Bool)]) {
        self.ready = ready
    }

    func answer(to request: IncomingRequest) async throws -> Answer {
        guard !request.isDraining else { throw refusal([("accepting", false)]) }
        let checks = await checks()
        guard checks.allSatisfy(\.ok) else { throw refusal(checks) }
        return Answer.json(.ok, Array(#"{"status":"ready"}"#.utf8))
    }

    /// While one request asks, the others take what was known before.
    private func checks() async -> [(name: StaticString, ok: Bool)] {
        let fresh = known.withLock { known -> [(name: StaticString, ok: Bool)]? in
            // A check that hangs is no "ready": after a while the others wait with the one who asked.
            if let checks = known.checks, .now - known.at < (known.isAsking ? .seconds(5) : .seconds(1)) { return checks }
            known.isAsking = true
            return nil
        }
        if let fresh { return fresh }
        let checks = await ready()
        known.withLock { $0 = Known(checks: checks, at: .now) }
        return checks
    }

    private func refusal(_ checks: [(name: StaticString, ok: Bool)]) -> Problem {
        Problem(
            .serviceUnavailable,
            "not_ready",
            "not ready",
            fields: [("checks", .texts(checks.map { ($0.name.description, $0.ok ? "ok" : "failed") }))],
            headers: [.retryAfter: "1"]
        )
    }
}

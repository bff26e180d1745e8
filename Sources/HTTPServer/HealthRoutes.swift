import HTTPTypes
import JSON
import NIOCore

/// The routes that say whether the program lives and whether it can work.
///
/// `/healthz` and `/health` touch nothing. `/readyz` says 503 while a check fails or the server drains.
///
/// - Parameter service: What calls itself so in `/health`.
package func healthRoutes<Caller: Sendable>(
    service: String,
    role: String,
    version: String,
    readiness: Readiness
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

extension Readiness {
    fileprivate func answer(to request: IncomingRequest) async throws -> Answer {
        guard !request.isDraining else { throw Self.refusal([("accepting", false)]) }
        let checks = await findings().map { (name: $0.name, ok: $0.isOK) }
        guard checks.allSatisfy(\.ok) else { throw Self.refusal(checks) }
        return Answer.json(.ok, Array(#"{"status":"ready"}"#.utf8))
    }

    private static func refusal(_ checks: [(name: StaticString, ok: Bool)]) -> Problem {
        Problem(
            .serviceUnavailable,
            "not_ready",
            "not ready",
            fields: [("checks", .texts(checks.map { ($0.name.description, $0.ok ? "ok" : "failed") }))],
            headers: [.retryAfter: "1"]
        )
    }
}

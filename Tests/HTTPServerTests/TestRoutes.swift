import HTTPServer
import HTTPTypes
import NIOCore

/// What handlers and tests tell each other.
struct TestSignals: Sendable {
    /// A handler has begun.
    let entered = Signal()
    /// A handler noticed that it was cancelled, or that its client was gone.
    let cancelled = Signal()
    /// Handlers that wait may go on.
    let released = Signal()
}

struct TestError: Error, CustomStringConvertible {
    let description = "disk on fire"
}

/// `Bearer good-<name>` is <name>; any other credentials are bad.
struct TestAuthenticator: Authenticator {
    func caller(of request: IncomingRequest) async throws -> String? {
        guard let header = request.header(.authorization) else { return nil }
        guard header.hasPrefix("Bearer good-") else { throw Self.problem("bad token") }
        return String(header.dropFirst(12))
    }

    func challenge(for request: IncomingRequest) -> Problem {
        Self.problem("no token")
    }

    private static func problem(_ text: String) -> Problem {
        Problem(.unauthorized, "unauthorized", text, headers: [.wwwAuthenticate: "Bearer"])
    }
}

func testRoutes(_ signals: TestSignals) -> [Route<String>] {
    [
        Route(.only(.post), "/echo", label: "/echo", .open { .json(.ok, $0.body) }),
        Route(.only(.post), "/size", label: "/size", .open { .text(.ok, "\($0.body.readableBytes)") }),
        Route(.only(.post), "/small", label: "/small", bodyLimit: 10, .open { .json(.ok, $0.body) }),
        Route(.only(.get), "/who", label: "/who", .authenticated { .text(.ok, $1) }),
        Route(.only(.get), "/maybe", label: "/maybe", .identified { .text(.ok, $1 ?? "nobody") }),
        Route(.only(.get), "/limited", label: "/limited", limits: .data, .authenticated { .text(.ok, $1) }),
        Route(
            .only(.get),
            "/v1/{kind}/{uid}",
            label: "/v1/{kind}/{uid}",
            .open { request in
                let query = try request.queryParameter("q")
                return .text(.ok, "\(request.parameters["kind"] ?? "-") \(request.parameters["uid"] ?? "-") \(query ?? "-")")
            }
        ),
        Route(.only(.delete), "/v1/{kind}/{uid}", label: "/v1/{kind}/{uid}", .open { _ in .empty(.noContent) }),
        Route(.only(.get), "/fail", label: "/fail", .open { _ in throw TestError() }),
        Route(
            .only(.get),
            "/problem",
            label: "/problem",
            .open { _ in
                throw Problem(.conflict, "already_exists", "there is one", fields: [("uid", .string("a\"b")), ("version", .integer(7))])
            }
        ),
        Route(.only(.get), "/large", label: "/large", .open { _ in .json(.ok, ByteBuffer(repeating: 0x61, count: 4_000_000)) }),
        Route(
            .only(.get),
            "/stream",
            label: "/stream",
            .open { _ in
                Answer(
                    .ok,
                    contentType: "text/event-stream",
                    body: .stream { writer in
                        for text in ["one", "", "two"] { try await writer.write(ByteBuffer(string: text)) }
                    }
                )
            }
        ),
        Route(
            .only(.get),
            "/broken",
            label: "/broken",
            .open { _ in
                Answer(
                    .ok,
                    contentType: "text/event-stream",
                    body: .stream { writer in
                        try await writer.write(ByteBuffer(string: "one"))
                        throw TestError()
                    }
                )
            }
        ),
        Route(
            .only(.get),
            "/events",
            label: "/events",
            .open { _ in
                Answer(
                    .ok,
                    contentType: "text/event-stream",
                    body: .stream { writer in
                        try await writer.write(ByteBuffer(string: "open"))
                        defer { signals.cancelled.fire() }
                        try await Task.sleep(for: .seconds(600))
                    }
                )
            }
        ),
        // Writes for as long as somebody takes it.
        Route(
            .only(.get),
            "/flood",
            label: "/flood",
            .open { _ in
                Answer(
                    .ok,
                    contentType: "text/event-stream",
                    body: .stream { writer in
                        defer { signals.cancelled.fire() }
                        while true { try await writer.write(ByteBuffer(repeating: 0x61, count: 65_536)) }
                    }
                )
            }
        ),
        // Doesn't care that it is cancelled.
        Route(
            .only(.get),
            "/stubborn",
            label: "/stubborn",
            .open { _ in
                Answer(
                    .ok,
                    contentType: "text/event-stream",
                    body: .stream { writer in
                        try await writer.write(ByteBuffer(string: "open"))
                        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                            signals.released.whenFired { continuation.resume() }
                        }
                    }
                )
            }
        ),
        Route(
            .only(.get),
            "/slow",
            label: "/slow",
            cancelsOnDisconnect: true,
            .open { _ in
                signals.entered.fire()
                defer { signals.cancelled.fire() }
                try await Task.sleep(for: .seconds(600))
                return .empty(.noContent)
            }
        ),
        Route(
            .only(.get),
            "/hold",
            label: "/hold",
            .open { _ in
                signals.entered.fire()
                await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                    signals.released.whenFired { continuation.resume() }
                }
                return .text(.ok, "held")
            }
        ),
        Route(
            .only(.post),
            "/judged",
            label: "/judged",
            limits: .auth,
            .judged { request in
                let text = String(buffer: request.body)
                if text == "thrown" { throw Problem(.unauthorized, "unauthorized", "bad") }
                if text == "down" { return .refused(Answer(.serviceUnavailable)) }
                guard text.hasPrefix("good-") else { return .refused(Answer(.badRequest)) }
                return .accepted(LimitKey(subject: text)) { .text(.ok, text) }
            }
        ),
        // Whom the server takes the client for.
        Route(.only(.get), "/client", label: "/client", .open { .text(.ok, $0.client?.description ?? "nobody") }),
        Route(.any, "/mcp", label: "/mcp", rules: .mcp, bodyLimit: 100, .authenticated { .text(.ok, $1) }),
    ]
}

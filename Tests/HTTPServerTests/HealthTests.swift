import HTTPServer
import Synchronization
import Testing

@Suite("Health", .timeLimit(.minutes(1)))
struct HealthTests {
    @Test("says what the contract says")
    func bodies() async throws {
        try await TestServer.run { server in
            let alive = try await server.exchange("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").answer
            #expect(alive?.body == "ok")
            #expect(alive?.field("Content-Type") == "text/plain")
            let health = try await server.exchange("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").answer
            #expect(health?.body == #"{"status":"ok","service":"tested","role":"test","version":"1.2.3"}"#)
            #expect(health?.field("Content-Type") == "application/json")
            #expect(try await server.exchange("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").answer?.body == #"{"status":"ready"}"#)
        }
    }

    @Test("names the check that failed, and asks at most once a second")
    func notReady() async throws {
        let asked = Counter()
        let database = Readiness.Check("database") {
            asked.increment()
            throw CancellationError()
        }
        try await TestServer.run(checks: [database, Readiness.Check("migrations") {}]) { server in
            for _ in 0..<20 {
                let answer = try await server.exchange("GET /readyz HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: me\r\n\r\n").answer
                #expect(answer?.status == 503)
                #expect(answer?.field("Retry-After") == "1")
                let body =
                    #"{"error":"not ready","code":"not_ready","checks":{"database":"failed","migrations":"ok"},"correlation_id":"me"}"#
                #expect(answer?.body == body)
            }
            #expect((1...10).contains(asked.value))
        }
    }
}

final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() {
        count.withLock { $0 += 1 }
    }
}

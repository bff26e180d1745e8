import HTTPServer
import Testing

@Suite("Rate limits", .timeLimit(.minutes(1)))
struct RateLimitTests {
    private let rate = RateLimits.Rate(requests: 60, window: .seconds(60), burst: 3)

    @Test("a bucket gives its burst, then what its rate refills, and never more than its burst")
    func bucket() throws {
        let limits = RateLimits(data: rate, auth: nil, address: nil)
        let (start, a) = (ContinuousClock.now, LimitKey(subject: "a"))
        func granted(_ seconds: Double) throws -> Bool {
            try #require(limits.take(.data, key: a, at: start + .milliseconds(Int(seconds * 1000)))).isGranted
        }
        for _ in 0..<3 { #expect(try granted(0)) }
        #expect(try !granted(0))
        #expect(try !granted(0.9))
        #expect(try granted(1.1))
        #expect(try !granted(1.2))
        for _ in 0..<3 { #expect(try granted(1000)) }
        #expect(try !granted(1000))
        // A clock that goes back gives nothing.
        #expect(try !granted(500))
        #expect(limits.take(.auth, key: a) == nil)
        #expect(limits.take(.none, key: a) == nil)
        #expect(limits.take(.data, key: LimitKey(subject: "b"), at: start)?.isGranted == true)
    }

    @Test("tables are bounded: whoever hasn't called for long is forgotten first")
    func bounded() {
        let limits = RateLimits(data: RateLimits.Rate(requests: 1, window: .seconds(3600), burst: 1), auth: nil, address: nil, capacity: 8)
        let now = ContinuousClock.now
        #expect(limits.take(.data, key: LimitKey(subject: "old"), at: now)?.isGranted == true)
        for number in 0..<100 {
            _ = limits.take(.data, key: LimitKey(subject: "\(number)"), at: now)
            #expect(limits.take(.data, key: LimitKey(subject: "busy"), at: now)?.isGranted == (number == 0))
        }
        #expect(limits.take(.data, key: LimitKey(subject: "old"), at: now)?.isGranted == true)
    }

    @Test("limited routes say where their bucket stands, and 429 when to come back")
    func headers() async throws {
        try await TestServer.run(
            rateLimits: RateLimits(data: RateLimits.Rate(requests: 60, window: .seconds(3600), burst: 2), auth: nil, address: nil)
        ) { server async throws in
            let request = "GET /limited HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-ada\r\n\r\n"
            for remaining in ["1", "0"] {
                let answer = try await server.exchange(request).answer
                #expect(answer?.status == 200)
                #expect(answer?.field("X-RateLimit-Limit") == "60")
                #expect(answer?.field("X-RateLimit-Remaining") == remaining)
                #expect(answer?.field("X-RateLimit-Burst") == "2")
                #expect((answer?.field("X-RateLimit-Reset").flatMap { Int($0) } ?? 0) > 1_700_000_000)
            }
            let refused = try await server.exchange(request).answer
            #expect(refused?.status == 429)
            #expect(refused?.member("code") == "rate_limited")
            let seconds = try #require(refused?.field("Retry-After"))
            #expect(refused?.body.contains("\"retry_after\":\(seconds),") == true)
            #expect(refused?.member("error")?.contains("\(seconds) s") == true)
            #expect(refused?.field("X-RateLimit-Remaining") == "0")
            let other = try await server.exchange("GET /limited HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-bob\r\n\r\n").answer
            #expect(other?.status == 200)
            let free = try await server.exchange("GET /limited HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-free\r\n\r\n").answer
            #expect(free?.field("X-RateLimit-Limit") == nil)
        }
    }

    @Test("an address that fails too often is refused before its token is looked at")
    func address() async throws {
        let limits = RateLimits(data: nil, auth: nil, address: RateLimits.Rate(requests: 1, window: .seconds(3600), burst: 2))
        try await TestServer.run(rateLimits: limits) { server async throws in
            let good = "GET /who HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-ada\r\n\r\n"
            for _ in 0..<5 { #expect(try await server.exchange(good).answer?.status == 200) }
            #expect(try await server.exchange("GET /who HTTP/1.1\r\nHost: x\r\n\r\n").answer?.status == 401)
            #expect(try await server.exchange("GET /who HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer bad\r\n\r\n").answer?.status == 401)
            #expect(try await server.exchange(good).answer?.status == 429)
            #expect(try await server.exchange("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").answer?.status == 200)
        }
    }
}

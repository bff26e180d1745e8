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

    @Test("T-27 a table is bounded: who is owed nothing goes, and when all still count newcomers share a bucket")
    func bounded() {
        let rate = RateLimits.Rate(requests: 1, window: .seconds(100), burst: 2)
        let limits = RateLimits(data: rate, auth: nil, address: nil, capacity: 4)
        let start = ContinuousClock.now
        func granted(_ key: String, _ seconds: Int) -> Bool? {
            limits.take(.data, key: LimitKey(subject: key), at: start + .seconds(seconds))?.isGranted
        }
        #expect(granted("busy", 0) == true)
        #expect(granted("busy", 50) == true)
        for key in ["a", "b", "c"] { #expect(granted(key, 60) == true) }
        #expect(limits.bucketCount == 4)
        // Nobody is owed nothing yet: all newcomers together have one bucket, and nobody who is known gets a new one.
        #expect((0..<1000).count { granted("new \($0)", 61) == true } == 2)
        #expect(granted("busy", 61) == false)
        #expect(granted("c", 61) == true && granted("c", 61) == false)
        #expect(limits.bucketCount == 4)
        // Two of the four are full again, and only these go.
        #expect(granted("d", 162) == true)
        #expect(granted("e", 162) == true)
        #expect(limits.bucketCount == 4)
        #expect(granted("busy", 162) == true && granted("busy", 162) == false)
    }

    @Test("T-25 a flood of addresses gets no more than a bucket for each that there is room for")
    func flood() throws {
        var random = SplitMix.seeded()
        let seed = random.state
        let capacity = 64
        let limits = RateLimits(
            data: nil,
            auth: nil,
            address: RateLimits.Rate(requests: 1, window: .seconds(3600), burst: 3),
            capacity: capacity
        )
        let start = ContinuousClock.now
        var granted = 0
        for number in 0..<100_000 {
            let address = IPAddress("2001:db8:\(String(random.next() & 0xFFFF, radix: 16)):\(String(random.next() & 0xFFFF, radix: 16))::1")
            let standing = limits.take(address, at: start + .milliseconds(number / 100))
            if standing?.isGranted == true { granted += 1 }
            if number % 1000 == 0 { #expect(limits.bucketCount <= capacity) }
        }
        #expect(granted >= capacity && granted <= (capacity + 1) * 3, "seed \(seed)")
        // Who has never failed isn't asked to pay for it before it is known who it is.
        #expect(limits.peek(IPAddress("192.0.2.1"), at: start + .seconds(1))?.isGranted == true)
    }

    @Test("a rate of any size is kept to the token")
    func sizes() {
        for (requests, window, burst) in [(1, 1, 1), (7, 60, 5), (1_000_000, 1, 3), (1, 86_400, 1_000_000), (600, 60, 120), (3, 7, 11)] {
            let rate = RateLimits.Rate(requests: requests, window: .seconds(window), burst: burst)
            let limits = RateLimits(data: rate, auth: nil, address: nil)
            let start = ContinuousClock.now
            let key = LimitKey(subject: "a")
            let count = min(burst, 1000)
            for left in (0..<count).reversed() {
                let standing = limits.take(.data, key: key, at: start)
                #expect(standing?.isGranted == true && standing?.tokens == Double(left + burst - count), "\(rate)")
            }
            guard burst == count else { continue }
            #expect(limits.take(.data, key: key, at: start)?.isGranted == false)
            let one = Duration.seconds(window) / requests
            #expect(limits.take(.data, key: key, at: start + one * 0.99)?.isGranted == false, "\(rate)")
            #expect(limits.take(.data, key: key, at: start + one * 1.01)?.isGranted == true, "\(rate)")
        }
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

    @Test("an endpoint that verifies credentials itself: refusals cost the address, success costs whom they name")
    func judged() async throws {
        let slow = RateLimits.Rate(requests: 1, window: .seconds(3600), burst: 2)
        try await TestServer.run(rateLimits: RateLimits(data: nil, auth: slow, address: slow)) { server async throws in
            func post(_ body: String) async throws -> RawClient.Answer? {
                try await server.exchange("POST /judged HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)").answer
            }
            // As many as there are subjects, from one address.
            for subject in ["good-ada", "good-bob", "good-cyd", "good-dan"] { #expect(try await post(subject)?.status == 200) }
            #expect(try await post("good-ada")?.field("X-RateLimit-Remaining") == "0")
            #expect(try await post("good-ada")?.status == 429)
            // A fault of ours is nobody's.
            for _ in 0..<3 { #expect(try await post("down")?.status == 503) }
            #expect(try await post("bad")?.status == 400)
            let thrown = try await post("thrown")
            #expect(thrown?.status == 401 && thrown?.field("X-RateLimit-Remaining") == "0")
            for body in ["bad", "good-eve", "down"] { #expect(try await post(body)?.status == 429, "\(body)") }
        }
    }

    @Test("T-25 many failures at once are no more than one after the other")
    func atOnce() async throws {
        let limits = RateLimits(data: nil, auth: nil, address: RateLimits.Rate(requests: 1, window: .seconds(3600), burst: 5))
        try await TestServer.run(rateLimits: limits) { server async throws in
            let failures = try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await server.exchange("GET /who HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer bad\r\n\r\n").answer?.status
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(failures == [401: 5, 429: 35])
        }
    }
}

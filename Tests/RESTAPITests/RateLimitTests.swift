import HTTPServer
import JSON
import Testing
import ToolBridge

/// Which bucket a request is taken from, and when.
@Suite struct RateLimitTests {
    /// Nothing comes back while a test runs.
    private static func rate(_ burst: Int) -> RateLimits.Rate { RateLimits.Rate(requests: 2, window: .seconds(7200), burst: burst) }

    @Test func theOrderIsSessionThenRateThenEpochThenTheRest() async throws {
        try await TestAPI.run(rateLimits: RateLimits(data: Self.rate(2), auth: nil, address: nil)) { api in
            let device = try await api.device()
            let bad = [("X-Sync-Session", "x"), device[1]]
            let pull = "/v1/sync/notes/pull?limit=x"
            // What a bad session refuses costs nothing.
            for _ in 1...5 { #expect(try await api.send("GET", pull, nil, bad).code == "session_invalid") }
            #expect(try await api.send("GET", pull, nil, [device[0], ("X-Sync-Epoch", "9")]).code == "epoch_mismatch")
            #expect(try await api.send("GET", pull, nil, device).code == "invalid_limit")

            let exhausted = try await api.send("GET", pull, nil, bad)
            #expect(exhausted.status == 428 && exhausted.field("X-RateLimit-Remaining") == "0")
            let refused = try await api.send("GET", pull, nil, [device[0], ("X-Sync-Epoch", "9")])
            #expect(refused.status == 429)
            let seconds = try #require(refused.field("Retry-After").flatMap { Int64($0) })
            #expect((3000...3600).contains(seconds))
            #expect(
                refused.text
                    == #"{"error":"too many requests, retry after \#(seconds) s","code":"rate_limited","retry_after":\#(seconds),"correlation_id":"t-1"}"#
            )
            #expect(refused.field("X-RateLimit-Limit") == "2" && refused.field("X-RateLimit-Burst") == "2")
            #expect(refused.field("X-RateLimit-Remaining") == "0")
            #expect(refused.field("X-RateLimit-Reset").flatMap { Int64($0) } != nil)
        }
    }

    @Test func everyAnswerOfALimitedRouteSaysHowMuchIsLeft() async throws {
        try await TestAPI.run(rateLimits: RateLimits(data: Self.rate(1000), auth: Self.rate(1000), address: nil)) { api in
            for row in RouteMatrixTests.rows {
                for headers in [[], [("X-Sync-Session", "x")], [("X-Sync-Epoch", "9")], try await api.device()] {
                    let response = try await api.send(row.method, row.path, row.body, headers)
                    for name in ["Limit", "Remaining", "Reset", "Burst"] {
                        #expect(response.field("X-RateLimit-\(name)") != nil, "\(row.testDescription) \(response.status) \(name)")
                    }
                }
            }
        }
    }

    @Test func sessionsAndTokensHaveABucketOfTheirOwn() async throws {
        try await TestAPI.run(rateLimits: RateLimits(data: Self.rate(3), auth: Self.rate(2), address: nil)) { api in
            let device = try await api.device()
            #expect(try await api.send("GET", "/v1/sync/sessions/x").status == 404)
            for (method, path) in [("POST", "/v1/sync/sessions"), ("GET", "/v1/sync/sessions/x"), ("DELETE", "/v1/sync/sessions/x")] {
                #expect(try await api.send(method, path).status == 429, "\(method) \(path)")
            }
            for _ in 1...3 { #expect(try await api.send("GET", "/v1/sync/state", nil, device).status == 200) }
            for (method, path) in [
                ("GET", "/v1/sync/state"), ("GET", "/v1/sync/notes/pull"), ("POST", "/v1/sync/wipe"), ("GET", "/v1/notes"),
            ] {
                #expect(try await api.send(method, path, nil, device).status == 429, "\(method) \(path)")
            }
            // Another subject has its own, and what is open has none.
            #expect(try await api.send("GET", "/v1/notes", as: "other").status == 200)
            #expect(try await api.send("POST", "/v1/sync/sessions", as: "other").status == 201)
            let info = try await api.send("GET", "/v1/sync/info")
            #expect(info.status == 200 && info.field("X-RateLimit-Limit") == nil)
        }
    }

    @Test func aReplayedAnswerCostsATokenLikeTheFirst() async throws {
        try await TestAPI.run(rateLimits: RateLimits(data: Self.rate(2), auth: nil, address: nil)) { api in
            let key = [("Idempotency-Key", "k")]
            let answers = [
                try await api.send("POST", "/v1/notes", "{}", key), try await api.send("POST", "/v1/notes", "{}", key),
                try await api.send("POST", "/v1/notes", "{}", key),
            ]
            #expect(answers.map(\.status) == [201, 201, 429])
            #expect(answers.map { $0.field("X-RateLimit-Remaining") } == ["1", "0", "0"])
        }
    }

    @Test func anotherRequestUnderAKeyCostsATokenToo() async throws {
        try await TestAPI.run(rateLimits: RateLimits(data: Self.rate(3), auth: nil, address: nil)) { api in
            let key = [("Idempotency-Key", "k")]
            #expect(try await api.send("POST", "/v1/notes", "{}", key).status == 201)
            for left in ["1", "0"] {
                let mismatch = try await api.send("POST", "/v1/notes", #"{"a":1}"#, key)
                #expect(mismatch.code == "idempotency_mismatch" && mismatch.field("X-RateLimit-Remaining") == left)
            }
            #expect(try await api.send("POST", "/v1/notes", #"{"a":1}"#, key).status == 429)
        }
    }

    @Test func theTokenEndpointCountsAgainstTheClientsAddress() async throws {
        try await TestAPI.run(rateLimits: RateLimits(data: nil, auth: nil, address: Self.rate(2))) { api in
            let form = [("Content-Type", "application/x-www-form-urlencoded")]
            for left in ["1", "0"] {
                let answer = try await api.send("POST", "/oauth/token", "grant_type=x", form, as: nil)
                #expect(answer.status == 400 && answer.field("X-RateLimit-Remaining") == left, "\(answer.text)")
            }
            let refused = try await api.send("POST", "/oauth/token", "grant_type=x", form, as: nil)
            #expect(refused.status == 429 && refused.code == "rate_limited" && refused.field("Retry-After") != nil)
        }
    }
}

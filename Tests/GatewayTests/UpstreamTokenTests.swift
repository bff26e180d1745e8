import APIClient
import Auth
import Gateway
import Synchronization
import Testing
import ToolBridge

/// Time that passes only when somebody says so.
final class VirtualTime: Sendable {
    private let passed = Mutex(Duration.zero)
    private let start = ContinuousClock.now

    func pass(_ duration: Duration) { passed.withLock { $0 += duration } }

    var clocks: Clocks {
        Clocks(
            wall: { [self] in 1_800_000_000_000 + passed.withLock { $0.components.seconds } * 1000 },
            monotonic: { [self] in start + passed.withLock { $0 } }
        )
    }
}

@Suite struct UpstreamTokenTests {
    /// An exchange that numbers its tokens.
    final class Exchange: Sendable {
        private let counted = Mutex(0)
        let life: Int64
        let clocks: Clocks

        init(_ clocks: Clocks, life: Int64 = 600) {
            self.clocks = clocks
            self.life = life
        }

        var count: Int { counted.withLock { $0 } }

        func tokens(capacity: Int = 10_000) -> UpstreamTokens {
            UpstreamTokens(
                .exchange { token, _ in
                    let number = self.counted.withLock { count in
                        count += 1
                        return count
                    }
                    if token.reveal() == "bad" { return .failure(ItemError(.unauthorized, "no")) }
                    return .success((Secret("\(token.reveal())-\(number)"), self.clocks.seconds + self.life))
                },
                clocks: clocks,
                capacity: capacity
            )
        }
    }

    private func token(_ tokens: UpstreamTokens, _ client: String?, refused: String? = nil) async throws -> String? {
        try await tokens.token(for: client.map { Secret($0) }, APIRequestOrigin(), refused: refused.map { Secret($0) })?.reveal()
    }

    @Test func `Never again 17: a token isn't used in its last minute`() async throws {
        let time = VirtualTime()
        let exchange = Exchange(time.clocks)
        let tokens = exchange.tokens()
        #expect(try await token(tokens, "a") == "a-1")
        time.pass(.seconds(539))
        #expect(try await token(tokens, "a") == "a-1" && exchange.count == 1)
        time.pass(.seconds(1))
        #expect(try await token(tokens, "a") == "a-2")
    }

    @Test func `Never again 17: after two hours tools still work`() async throws {
        let time = VirtualTime()
        let exchange = Exchange(time.clocks)
        let tokens = exchange.tokens()
        for _ in 0..<120 {
            #expect(try await token(tokens, "a") != nil)
            time.pass(.seconds(60))
        }
        #expect(exchange.count == 14, "one in 540 s")
    }

    @Test func `Never again 17: a refused token is dropped, unless another has taken its place`() async throws {
        let exchange = Exchange(VirtualTime().clocks)
        let tokens = exchange.tokens()
        #expect(try await token(tokens, "a") == "a-1")
        #expect(try await token(tokens, "a", refused: "a-1") == "a-2")
        #expect(try await token(tokens, "a", refused: "a-1") == "a-2" && exchange.count == 2)
    }

    @Test func `A token that lives too short to be kept is used once`() async throws {
        let exchange = Exchange(VirtualTime().clocks, life: 60)
        let tokens = exchange.tokens()
        #expect(try await token(tokens, "a") == "a-1")
        #expect(try await token(tokens, "a") == "a-2" && tokens.count == 0)
    }

    @Test func `Failures aren't kept, and each client has its own token`() async throws {
        let exchange = Exchange(VirtualTime().clocks)
        let tokens = exchange.tokens()
        await #expect(throws: ItemError.self) { try await token(tokens, "bad") }
        await #expect(throws: ItemError.self) { try await token(tokens, "bad") }
        #expect(exchange.count == 2 && tokens.count == 0)
        #expect(try await token(tokens, "a") == "a-3")
        #expect(try await token(tokens, "b") == "b-4")
        #expect(try await token(tokens, nil) == nil)
    }

    @Test func `Never again 18: the cache is bounded`() async throws {
        let tokens = Exchange(VirtualTime().clocks).tokens(capacity: 100)
        for number in 0..<1000 { _ = try await token(tokens, "t\(number)") }
        #expect(tokens.count <= 100)
    }

    @Test func `Forwarding sends the client's own, the shared one where it has none`() async throws {
        let clocks = VirtualTime().clocks
        #expect(try await token(UpstreamTokens(.forward(shared: nil), clocks: clocks), "a") == "a")
        #expect(try await token(UpstreamTokens(.forward(shared: nil), clocks: clocks), nil) == nil)
        #expect(try await token(UpstreamTokens(.forward(shared: Secret("s")), clocks: clocks), "a") == "a")
        #expect(try await token(UpstreamTokens(.forward(shared: Secret("s")), clocks: clocks), nil) == "s")
        #expect(try await token(UpstreamTokens(.shared(Secret("s")), clocks: clocks), "a") == "s")
    }
}

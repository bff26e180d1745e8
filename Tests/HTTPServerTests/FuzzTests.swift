import HTTPServer
import Testing

@Suite("Arbitrary bytes", .timeLimit(.minutes(3)))
struct FuzzTests {
    @Test("10,000 random and mutated requests leave the server answering, and none is a fault of ours")
    func mutations() async throws {
        let seed = SplitMix.seeded().state
        print("SEED=\(seed)")
        try await TestServer.run { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<UInt64(4) {
                    group.addTask {
                        var random = SplitMix(state: seed &+ worker)
                        for _ in 0..<2500 {
                            let bytes = MutatedRequest.make(&random)
                            try await RawClient.connect(to: server.port) { client in
                                await client.send(bytes)
                                client.endSending()
                                let answer = await client.rest()
                                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 "), "SEED=\(seed): \(bytes)")
                                #expect(!answer.contains("HTTP/1.1 5"), "SEED=\(seed): \(bytes)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let (answer, isKept) = try await server.exchange("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer?.body == "ok")
            #expect(isKept)
            #expect(!server.log.lines().contains { $0.contains("\"status\":5") })
        }
    }
}

import HTTPServer
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite("Arbitrary bytes", .timeLimit(.minutes(3)))
struct FuzzTests {
    private static let seeds = [
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/notes/a?q=a%20b HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-ada\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: */*\r\nOrigin: http://localhost\r\n\r\n",
        "DELETE /v1/notes/a HTTP/1.1\r\nHost: x\r\nX-TB-Tenant-ID: a\r\nIf-Match: \"1\"\r\nConnection: close\r\n\r\n",
        "GET /stream HTTP/1.1\r\nHost: [::1]:80\r\nX-Correlation-ID: abc\r\nExpect: 100-continue\r\n\r\n",
    ].map { Array($0.utf8) }

    private static let splices = [
        "\r\n", "\n", "\r", "\0", ":", " ", "\t", "%", "%00", "chunked", "99999999999999999999", "-1", ";", ",", "\u{FF}", "{", "//",
    ]
    .map { Array($0.utf8) }

    @Test("10,000 random and mutated requests leave the server answering, and none is a fault of ours")
    func mutations() async throws {
        let seed = getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0...UInt64.max)
        print("SEED=\(seed)")
        try await TestServer.run { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<UInt64(4) {
                    group.addTask {
                        var random = SplitMix(state: seed &+ worker)
                        for _ in 0..<2500 {
                            let bytes = Self.request(&random)
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

    private static func request(_ random: inout SplitMix) -> [UInt8] {
        if random.below(10) == 0 {
            return (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        var bytes = seeds[random.below(seeds.count)]
        for _ in 0..<(1 + random.below(4)) {
            guard !bytes.isEmpty else { break }
            let position = random.below(bytes.count)
            switch random.below(5) {
            case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: position)
            case 2: bytes.insert(contentsOf: splices[random.below(splices.count)], at: position)
            case 3: bytes.removeSubrange(position..<min(bytes.count, position + random.below(20)))
            default: bytes.insert(contentsOf: seeds[random.below(seeds.count)], at: position)
            }
        }
        return bytes
    }
}

/// Sebastiano Vigna's SplitMix64: small, and the same everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(max(1, bound)))
    }
}

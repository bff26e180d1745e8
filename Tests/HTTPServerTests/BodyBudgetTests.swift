import HTTPServer
import Testing

@Suite("The memory of bodies", .timeLimit(.minutes(1)))
struct BodyBudgetTests {
    @Test("T-27: large bodies that many begin and don't end are held up to a sum, and the next is told 503")
    func sum() async throws {
        let configuration = Self.configuration
        try await TestServer.run(configuration) { server in
            try await RawClient.connect(to: server.port) { first async throws in
                try await Self.begin(first, 190_000)
                let answer = try await Self.large(server, until: 503)
                #expect(answer?.status == 503)
                #expect(answer?.member("code") == "unavailable")
                #expect(answer?.field("Retry-After") == "1")
                // Small ones pass all the while, whether they come in one piece or in two.
                try await RawClient.connect(to: server.port) { small async throws in
                    await small.send(Self.head(50_000))
                    await small.send(Self.bytes(25_000))
                    await small.send(Self.bytes(25_000))
                    #expect(try await small.answer()?.status == 200)
                }
                await first.send("b")
                #expect(try await first.answer()?.status == 200)
            }
        }
    }

    @Test("T-27: what was answered, refused or given up is held no longer", arguments: ["answered", "chunked", "given up", "refused"])
    func release(_ end: String) async throws {
        let configuration = Self.configuration
        try await TestServer.run(configuration) { server in
            for _ in 0..<2 {
                try await RawClient.connect(to: server.port) { client async throws in
                    switch end {
                    case "answered":
                        for _ in 0..<2 {
                            try await Self.begin(client, 90_000)
                            await client.send("b")
                            #expect(try await client.answer()?.status == 200)
                        }
                    case "chunked":
                        await client.send("POST /size HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
                        #expect(try await client.head()?.status == 100)
                        await client.send("15000\r\n")
                        await client.send(Self.bytes(0x15000))
                        await client.send("\r\n0\r\n\r\n")
                        #expect(try await client.answer()?.status == 200)
                    case "refused":
                        await client.send("POST /size HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n15000\r\n")
                        await client.send(Self.bytes(0x15000))
                        await client.send("nonsense")
                        #expect(try await client.answer()?.status == 400)
                    default:
                        try await Self.begin(client, 90_000)
                    }
                }
            }
            #expect(try await Self.large(server, until: 200)?.status == 200)
        }
    }

    /// Sends a body that almost takes the whole sum again and again, for the server may see a moment later what other clients have done.
    private static func large(_ server: TestServer, until status: Int) async throws -> RawClient.Answer? {
        var answer: RawClient.Answer?
        for _ in 0..<200 where answer?.status != status {
            answer = try await RawClient.connect(to: server.port) { client async throws in
                await client.send(head(380_000))
                await client.send(bytes(380_000))
                return try await client.answer()
            }
        }
        return answer
    }

    /// Nobody is refused for being slow on a busy machine.
    private static var configuration: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration.test
        configuration.maximumBodyBytes = 400_000
        configuration.deadlines.head = .seconds(600)
        configuration.deadlines.body = .seconds(600)
        configuration.deadlines.bodyRateGrace = .seconds(600)
        return configuration
    }

    /// Sends all but the last byte, and waits until the server has begun to read.
    private static func begin(_ client: RawClient, _ length: Int) async throws {
        await client.send("POST /size HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: \(length)\r\n\r\n")
        #expect(try await client.head()?.status == 100)
        await client.send(bytes(length - 1))
    }

    private static func head(_ length: Int) -> String { "POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n" }

    private static func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: UInt8(ascii: "a"), count: count) }
}

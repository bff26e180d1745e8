import HTTPServer
import NIOCore
import Testing

@Suite("Deadlines", .timeLimit(.minutes(1)))
struct DeadlineTests {
    @Test(
        "a slow head and a slow body are told 408 and closed",
        arguments: [
            "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HT",
            "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: me\r\nContent-Length: 5\r\n\r\nabc",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        ]
    )
    func slow(_ text: String) async throws {
        var configuration = HTTPServerConfiguration.impatient
        configuration.deadlines.head = .milliseconds(1500)
        try await TestServer.run(configuration) { server in
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send(text)
                var answer = try await client.answer()
                if answer?.status == 200 { answer = try await client.answer() }
                #expect(answer?.status == 408)
                #expect(answer?.member("code") == "request_timeout")
                if text.contains("me") { #expect(answer?.field("X-Correlation-ID") == "me") }
                #expect(await client.rest() == "")
            }
        }
    }

    @Test("a body below the least rate is told 408 long before its deadline")
    func rate() async throws {
        var configuration = HTTPServerConfiguration.test
        configuration.deadlines.body = .seconds(600)
        configuration.deadlines.bodyRateGrace = .milliseconds(100)
        try await TestServer.run(configuration) { server in
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc")
                #expect(try await client.answer()?.status == 408)
            }
        }
    }

    @Test("a connection without a request is closed without a word", arguments: ["", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
    func idle(_ text: String) async throws {
        var configuration = HTTPServerConfiguration.impatient
        if text.isEmpty { configuration.deadlines.head = .milliseconds(200) }
        try await TestServer.run(configuration) { server in
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send(text)
                if !text.isEmpty { #expect(try await client.answer()?.status == 200) }
                #expect(await client.rest() == "")
            }
        }
    }

    @Test("a client that takes nothing loses its stream, and the writer ends")
    func stalledStream() async throws {
        try await TestServer.run(.impatient) { server in
            let client = try await SilentClient.connect(to: server.port, sending: "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n")
            await server.signals.cancelled.wait()
            try await client.close()
        }
    }

    @Test("a client that takes no answers can't make the server keep them all")
    func stalledAnswers() async throws {
        try await TestServer.run(.impatient) { server in
            let many = String(repeating: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", count: 1000)
            let client = try await SilentClient.connect(to: server.port, sending: many)
            // Closed by the server, for the client does nothing.
            try await client.closed()
            let served = server.log.lines().filter { $0.contains("\"route\":\"/large\"") }.count
            #expect((1...10).contains(served))
        }
    }
}

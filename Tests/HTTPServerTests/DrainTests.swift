import HTTPServer
import NIOCore
import Testing

@Suite("Draining", .timeLimit(.minutes(1)))
struct DrainTests {
    @Test("ends idle connections at once, requests with their answer and streams with their last chunk")
    func drain() async throws {
        var configuration = HTTPServerConfiguration.test
        configuration.drainLimit = .seconds(30)
        try await TestServer.run(configuration) { server in
            try await RawClient.connect(to: server.port) { idle async throws in
                await idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await idle.answer()?.status == 200)
                try await RawClient.connect(to: server.port) { events async throws in
                    await events.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await events.head()?.status == 200)
                    #expect(try await events.chunk() == "open")
                    try await RawClient.connect(to: server.port) { busy async throws in
                        await busy.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
                        await server.signals.entered.wait()
                        await server.stop()
                        #expect(await idle.rest() == "")
                        #expect(try await events.chunk() == "")
                        #expect(await events.rest() == "")
                        server.signals.released.fire()
                        let answer = try await busy.answer()
                        #expect(answer?.body == "held")
                        #expect(answer?.field("Connection") == "close")
                        #expect(await busy.rest() == "")
                    }
                }
            }
        }
    }

    @Test("closes what isn't done at the limit and returns, whatever a handler does", arguments: ["/stubborn", "/hold"])
    func limit(_ path: String) async throws {
        var configuration = HTTPServerConfiguration.test
        configuration.drainLimit = .milliseconds(100)
        try await TestServer.run(configuration) { server in
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                if path == "/hold" { await server.signals.entered.wait() } else { #expect(try await client.head()?.status == 200) }
                await server.stop()
                _ = await client.rest()
                await server.ended.wait()
                #expect(!server.signals.released.isFired)
            }
        }
    }

    @Test("says not ready for the delay, while it still serves")
    func delay() async throws {
        var configuration = HTTPServerConfiguration.test
        configuration.drainDelay = .seconds(600)
        try await TestServer.run(configuration) { server in
            await server.stop()
            var answer: RawClient.Answer?
            repeat {
                answer = try await server.exchange("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").answer
            } while answer?.status == 200
            #expect(answer?.status == 503)
            #expect(answer?.member("code") == "not_ready")
            #expect(answer?.field("Retry-After") == "1")
            #expect(answer?.field("Connection") == "close")
        }
    }

    @Test("a port that is taken is an error at once")
    func taken() async throws {
        try await TestServer.run { server in
            var configuration = HTTPServerConfiguration.test
            configuration.port = server.port
            await #expect(throws: (any Error).self) {
                try await TestServer.run(configuration) { _ in }
            }
        }
    }
}

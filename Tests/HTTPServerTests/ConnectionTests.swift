import HTTPServer
import NIOCore
import Testing

@Suite("A connection", .timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test("serves pipelined requests in order, however the bytes are cut", arguments: [1, 2, 3, 7, 64, 1000])
    func pipelining(_ size: Int) async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client async throws in
                var bytes: [UInt8] = []
                for number in 0..<10 {
                    bytes += Array("GET /v1/notes/\(number)?q=a%20b HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
                    bytes += Array("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n\(number)\n".utf8)
                    bytes += Array("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\(number)x\r\n0\r\n\r\n".utf8)
                }
                var rest = bytes[...]
                while !rest.isEmpty {
                    await client.send(rest.prefix(size))
                    rest = rest.dropFirst(size)
                }
                for number in 0..<10 {
                    for expected in ["notes \(number) a b", "\(number)\n", "\(number)x"] {
                        let body = try await client.answer()?.body
                        #expect(body == expected)
                    }
                }
            }
        }
    }

    @Test("answers a client that has ended its side")
    func halfClose() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send("GET /v1/a/b HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                client.endSending()
                #expect(try await client.answer()?.body == "a b -")
                #expect(try await client.answer()?.body == "ok")
                #expect(await client.rest() == "")
            }
        }
    }

    @Test(
        "keeps a good correlation id and replaces any other",
        arguments: [
            ("abc-1.2_Z", true), (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false), ("a b", false),
            ("", false), ("a\"b", false), ("é", false), ("a,b", false),
        ]
    )
    func correlationID(_ id: String, _ isKept: Bool) async throws {
        try await TestServer.run { server in
            for path in ["/healthz", "/fail", "/nothing", "/stream"] {
                let answer = try await server.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: \(id)\r\n\r\n").answer
                let got = try #require(answer?.field("X-Correlation-ID"))
                #expect((got == id) == isKept)
                if !isKept { #expect(got.utf8.count == 36) }
            }
        }
    }

    @Test("tells nobody but the log what broke")
    func internalError() async throws {
        try await TestServer.run { server in
            let answer = try await server.exchange("GET /fail HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: me\r\n\r\n").answer
            #expect(answer?.body == #"{"error":"internal error","code":"internal_error","correlation_id":"me"}"#)
            let lines = server.log.lines()
            #expect(lines.filter { $0.contains("disk on fire") && $0.contains(#""request_id":"me""#) }.count == 1)
            #expect(
                lines.filter { $0.contains(#""msg":"request""#) && $0.contains(#""status":500"#) && $0.contains(#""level":"error""#) }.count
                    == 1
            )
        }
    }

    @Test("shapes a problem as the contract does")
    func problem() async throws {
        try await TestServer.run { server in
            let answer = try await server.exchange("GET /problem HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: me\r\n\r\n").answer
            #expect(answer?.body == #"{"error":"there is one","code":"already_exists","uid":"a\"b","version":7,"correlation_id":"me"}"#)
        }
    }

    @Test("logs each request once, by route, and no healthy probe")
    func accessLog() async throws {
        try await TestServer.run { server in
            for request in ["GET /v1/notes/secret", "GET /healthz", "GET /nothing/secret", "GET secret", "DELETE /v1/notes/secret"] {
                _ = try await server.exchange("\(request) HTTP/1.1\r\nHost: x\r\n\r\n")
            }
            let lines = server.log.lines()
            #expect(!lines.contains { $0.contains("secret") || $0.contains("healthz") })
            let routes = [
                "/v1/{kind}/{uid}\",\"status\":200", "other\",\"status\":404", "other\",\"status\":400",
                "/v1/{kind}/{uid}\",\"status\":204",
            ]
            for route in routes { #expect(lines.filter { $0.contains("\"route\":\"\(route)") }.count == 1) }
        }
    }

    @Test("streams in chunks and goes on after the last")
    func stream() async throws {
        try await TestServer.run { server in
            let (answer, isKept) = try await server.exchange("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer?.field("Transfer-Encoding") == "chunked")
            #expect(answer?.field("Content-Length") == nil)
            #expect(answer?.body == "onetwo")
            #expect(isKept)
            let old = try await RawClient.connect(to: server.port) { client async throws in
                await client.send("GET /stream HTTP/1.0\r\nHost: x\r\n\r\n")
                return await client.rest()
            }
            #expect(old.hasSuffix("\r\n\r\nonetwo"))
            #expect(!old.contains("chunked"))
        }
    }

    @Test("a stream that fails isn't taken for whole")
    func brokenStream() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send("GET /broken HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await client.head()?.status == 200)
                #expect(try await client.chunk() == "one")
                #expect(await client.rest() == "")
            }
        }
    }

    @Test("the client's going away cancels a stream, and a handler that asked for it", arguments: ["/events", "/slow"])
    func disconnect(_ path: String) async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                if path == "/events" {
                    #expect(try await client.head()?.status == 200)
                    #expect(try await client.chunk() == "open")
                } else {
                    await server.signals.entered.wait()
                }
            }
            await server.signals.cancelled.wait()
        }
    }

    @Test("the client's going away ends a writer that waits for it")
    func disconnectWhileWriting() async throws {
        try await TestServer.run { server in
            let client = try await SilentClient.connect(to: server.port, sending: "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n")
            try await client.close()
            await server.signals.cancelled.wait()
        }
    }

    @Test("a thousand idle streams stay open and end with the server")
    func manyStreams() async throws {
        try await TestServer.run { server in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<1000 {
                    group.addTask {
                        try await RawClient.connect(to: server.port) { client async throws in
                            await client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
                            let isOpen = try await client.head()?.status == 200
                            return try await client.chunk() == "open" && isOpen
                        }
                    }
                }
                var open = 0
                for try await isOpen in group where isOpen { open += 1 }
                #expect(open == 1000)
            }
            #expect(try await server.exchange("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").answer?.body == "ok")
        }
    }
}

import HTTPServer
import Testing

@Suite("Limits", .timeLimit(.minutes(2)))
struct LimitTests {
    @Test("the request target: 8 KiB", arguments: [(8191, 404), (8192, 404), (8193, 414), (40_000, 414)])
    func target(_ size: Int, _ status: Int) async throws {
        try await check("GET /\(String(repeating: "a", count: size - 1)) HTTP/1.1\r\nHost: x\r\n\r\n", status, "uri_too_long")
    }

    @Test("the header block: 32 KiB with its last empty line", arguments: [(32_767, 200), (32_768, 200), (32_769, 431), (80_000, 431)])
    func block(_ size: Int, _ status: Int) async throws {
        // Host: x is 9 bytes, the empty line 2, and each field 5 beside its value.
        var rest = size - 9 - 2
        var fields = ""
        while rest > 0 {
            let value = min(rest - 5, rest < 20_000 ? rest - 5 : 10_000)
            fields += "A: \(String(repeating: "b", count: value))\r\n"
            rest -= value + 5
        }
        try await check("GET /healthz HTTP/1.1\r\nHost: x\r\n\(fields)\r\n", status, "headers_too_large")
    }

    @Test("one field: 16 KiB", arguments: [(16_383, 200), (16_384, 200), (16_385, 431)])
    func field(_ size: Int, _ status: Int) async throws {
        try await check(
            "GET /healthz HTTP/1.1\r\nHost: x\r\nA:\(String(repeating: "b", count: size - 2))\r\n\r\n",
            status,
            "headers_too_large"
        )
    }

    @Test("the number of fields: 100", arguments: [(99, 200), (100, 200), (101, 431), (5000, 431)])
    func fieldCount(_ count: Int, _ status: Int) async throws {
        let fields = String(repeating: "a: b\r\n", count: count - 1)
        try await check("GET /healthz HTTP/1.1\r\nHost: x\r\n\(fields)\r\n", status, "headers_too_large")
    }

    @Test("a body by its length", arguments: [(9, 200), (10, 200), (11, 413)])
    func body(_ size: Int, _ status: Int) async throws {
        let body = String(repeating: "a", count: size)
        try await check("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n\(body)", status, "payload_too_large")
    }

    @Test("a chunked body while it is read", arguments: [(9, 200), (10, 200), (11, 413)])
    func chunkedBody(_ size: Int, _ status: Int) async throws {
        let chunks = String(repeating: "1\r\na\r\n", count: size)
        try await check(
            "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n",
            status,
            "payload_too_large"
        )
    }

    @Test("a body that is too long is refused before it is sent", arguments: [11, 1_048_577, Int.max])
    func early(_ size: Int) async throws {
        try await TestServer.run { server in
            let head = "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n"
            let answer = try await RawClient.connect(to: server.port) { client async throws in
                await client.send(head)
                return try await client.answer()
            }
            #expect(answer?.status == 413)
            #expect(answer?.body.contains("\"limit\":10,") == true)
        }
    }

    @Test("a chunk that is too long is refused by its size line")
    func earlyChunk() async throws {
        try await TestServer.run { server in
            let answer = try await RawClient.connect(to: server.port) { client async throws in
                await client.send("POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n")
                return try await client.answer()
            }
            #expect(answer?.status == 413)
        }
    }

    @Test("Expect: 100-continue is answered before the body, or refused instead of it")
    func expect() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n")
                #expect(try await client.head()?.status == 100)
                await client.send("ab")
                #expect(try await client.head()?.status == 200)
            }
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
                #expect(try await client.head()?.status == 413)
            }
            // Who has sent the body needs no invitation.
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab")
                #expect(try await client.head()?.status == 200)
            }
        }
    }

    @Test("a large body comes through, in pieces or whole")
    func large() async throws {
        try await TestServer.run { server in
            let body = String(repeating: "abcdefgh", count: 131_072)
            let whole = try await server.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            #expect(whole.answer?.body == body)
            #expect(whole.isKept)
            let chunked = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n\(body)\r\n0\r\n\r\n"
            #expect(try await server.exchange(chunked).answer?.body == body)
        }
    }

    private func check(_ request: String, _ status: Int, _ code: String) async throws {
        try await TestServer.run { server in
            let (answer, isKept) = try await server.exchange(request)
            #expect(answer?.status == status)
            #expect(isKept == (status < 411))
            if status > 411 { #expect(answer?.member("code") == code) }
        }
    }
}

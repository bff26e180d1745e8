import APIClient
import Testing

/// The transport in front of servers of every kind.
@Suite struct TransportTests {
    private static let get = APIRequest(method: "GET", target: "/v1/notes?q=a%20b", headers: [("X-A", "1"), ("Authorization", "Bearer t")])
    private static let post = APIRequest(method: "POST", target: "/v1/notes", headers: [("X-A", "1")], body: Array(#"{"a":"ü"}"#.utf8))

    private static func send(
        _ request: APIRequest,
        to port: Int,
        within limit: Duration = .seconds(20),
        answerLimit: Int = 1_000_000
    ) async throws -> Result<APIResponse, TransportFault> {
        let transport = HTTPClientTransport(try #require(APIAddress("http://127.0.0.1:\(port)")), answerLimit: answerLimit)
        let result: Result<APIResponse, TransportFault>
        do throws(TransportFault) {
            result = .success(try await transport.send(request, within: limit))
        } catch {
            result = .failure(error)
        }
        await transport.shutdown()
        return result
    }

    private static func fault(
        _ request: APIRequest = get,
        within limit: Duration = .seconds(20),
        answerLimit: Int = 1_000_000,
        _ acts: [RawServer.Act]
    ) async throws -> TransportFault? {
        try await RawServer.run({ _, _ in acts }) { server in
            let result = try await send(request, to: server.port, within: limit, answerLimit: answerLimit)
            #expect(server.requests.count == 1, "nothing is sent twice")
            guard case .failure(let fault) = result else { return nil }
            return fault
        }
    }

    @Test func `Requests go as they are, one after the other on one connection`() async throws {
        try await RawServer.run({ request, _ in [.write(.answer("hello", "201 Created", "X-B: 2\r\n"))] }) { server in
            let transport = HTTPClientTransport(try #require(APIAddress("http://localhost:\(server.port)/base")))
            for request in [Self.get, Self.post, Self.get] {
                let response = try await transport.send(request, within: .seconds(20))
                #expect(response.status == 201 && response.body == Array("hello".utf8) && response.header("x-b") == "2")
            }
            #expect(server.connections == 1)
            #expect(server.requests[0].hasPrefix("GET /v1/notes?q=a%20b HTTP/1.1\r\n"))
            #expect(server.requests[0].contains("\r\nX-A: 1\r\nAuthorization: Bearer t\r\n"))
            #expect(server.requests[1].hasPrefix("POST /v1/notes HTTP/1.1\r\n") && server.requests[1].hasSuffix("\r\n\r\n{\"a\":\"ü\"}"))
            await transport.shutdown()
            await #expect(throws: TransportFault.notSent) { try await transport.send(Self.get, within: .seconds(1)) }
        }
    }

    @Test func `Where nobody listens nothing was sent, and it is known at once`() async throws {
        let port = try await RawServer.closedPort()
        let result = try await Self.send(Self.post, to: port)
        guard case .failure(.notSent) = result else { throw TransportFault.broken }
    }

    @Test func `T-41 a redirect is an answer, and is not followed`() async throws {
        try await RawServer.run({ _, number in [.write(.answer("", "307 Temporary Redirect", "Location: /elsewhere\r\n"))] }) { server in
            let response = try await Self.send(Self.post, to: server.port).get()
            #expect(response.status == 307 && server.requests.count == 1)
        }
    }

    @Test func `A connection that ends after the request was sent leaves it in doubt`() async throws {
        for text in [nil, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12", "HTTP/1.1 2"] {
            let acts: [RawServer.Act] = text.map { [.write($0), .close] } ?? [.close]
            #expect(try await Self.fault(Self.post, acts) == .broken)
        }
    }

    @Test func `What isn't HTTP leaves the request in doubt`() async throws {
        for text in ["SSH-2.0-OpenSSH\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"] {
            #expect(try await Self.fault(Self.get, [.write(text), .close]) == .broken, "\(text)")
        }
    }

    @Test func `T-40 an answer that is too long isn't read to its end`() async throws {
        let long = String(repeating: "x", count: 2000)
        #expect(try await Self.fault(answerLimit: 1000, [.write(.answer(long))]) == .tooLarge)
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n\(long)\r\n"
        #expect(try await Self.fault(answerLimit: 1000, [.write(chunked)]) == .tooLarge)
        #expect(try await Self.fault(answerLimit: 1000, [.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")]) == .tooLarge)
    }

    @Test func `A server that says nothing, or drips, is given up after the limit`() async throws {
        #expect(try await Self.fault(within: .milliseconds(150), []) == .tooSlow)
        let text = String.answer(String(repeating: "x", count: 100_000))
        #expect(try await Self.fault(within: .milliseconds(300), [.drip(text)]) == .tooSlow)
    }

    @Test func `Whoever is cancelled waits no longer`() async throws {
        try await RawServer.run({ _, _ in [] }) { server in
            let transport = HTTPClientTransport(try #require(APIAddress("http://127.0.0.1:\(server.port)")))
            let task = Task { try await transport.send(Self.get, within: .seconds(60)) }
            while server.requests.isEmpty { await Task.yield() }
            task.cancel()
            await #expect(throws: TransportFault.cancelled) { try await task.value }
            await transport.shutdown()
        }
    }

    @Test func `Forgotten connections aren't used again`() async throws {
        try await RawServer.run({ _, _ in [.write(.answer("a"))] }) { server in
            let transport = HTTPClientTransport(try #require(APIAddress("http://127.0.0.1:\(server.port)")))
            for _ in 0..<7 {
                _ = try await transport.send(Self.get, within: .seconds(20))
                transport.forgetConnections()
            }
            #expect(server.connections == 7 && server.requests.count == 7)
            await transport.shutdown()
        }
    }

    @Test func `A header that would be two is never sent`() async throws {
        try await RawServer.run({ _, _ in [.write(.answer("a"))] }) { server in
            let bad = APIRequest(method: "GET", target: "/", headers: [("X-A", "1\r\nX-B: 2")])
            guard case .failure(.notSent) = try await Self.send(bad, to: server.port) else { throw TransportFault.broken }
            #expect(server.requests.isEmpty)
        }
    }
}

import Auth
import Testing

@Suite("What is fetched over HTTP")
struct HTTPClientOutboundTests {
    /// Runs with a server and a client that are stopped at the end.
    private static func run(
        _ script: @escaping @Sendable (String) -> [RawServer.Step],
        connections: Int = 8,
        _ body: (RawServer, HTTPClientOutbound) async throws -> Void
    ) async throws {
        let server = try await RawServer(script)
        let outbound = HTTPClientOutbound(userAgent: "ToolBridge/test", connections: connections)
        var failure: (any Error)?
        do { try await body(server, outbound) } catch { failure = error }
        await outbound.shutdown()
        await server.stop()
        if let failure { throw failure }
    }

    private static func ok(_ body: String) -> [RawServer.Step] {
        [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))]
    }

    private static func get(
        _ outbound: HTTPClientOutbound,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        bodyLimit: Int = 1000,
        within limit: Duration = .seconds(20)
    ) async -> Result<OutboundAnswer, OutboundFault> {
        do throws(OutboundFault) {
            return .success(try await outbound.get(url, headers: headers, bodyLimit: bodyLimit, within: limit))
        } catch {
            return .failure(error)
        }
    }

    @Test("an answer comes whole, and the request says who asks and what it was given to say")
    func plain() async throws {
        try await Self.run({ _ in
            [.send(Array("HTTP/1.1 503 No\r\nRetry-After: 17\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".utf8))]
        }) { server, outbound in
            let answer = try await Self.get(outbound, server.url("/a%2Fb?x=1&y=%20"), headers: [("Authorization", "Bearer k")]).get()
            #expect(answer.status == 503 && answer.retryAfter == 17 && answer.body == Array("abcde".utf8))
            let head = try #require(server.requests.first).lowercased()
            #expect(head.hasPrefix("get /a%2fb?x=1&y=%20 http/1.1\r\n"))
            #expect(head.contains("user-agent: toolbridge/test\r\n") && head.contains("authorization: bearer k\r\n"))
            #expect(!head.contains("accept-encoding") && !head.contains("cookie"))
        }
    }

    @Test(
        "Retry-After counts if it is a number of seconds",
        arguments: ["-1", "", "1.5", "+3", "Wed, 21 Oct 2026 07:28:00 GMT", "1234567890"]
    )
    func retryAfter(value: String) async throws {
        try await Self.run({ _ in [.send(Array("HTTP/1.1 429 No\r\nRetry-After: \(value)\r\nContent-Length: 0\r\n\r\n".utf8))] }) {
            let answer = try await Self.get($1, $0.url()).get()
            #expect(answer.status == 429 && answer.retryAfter == nil)
        }
    }

    @Test("a redirect is an answer, and nobody follows it", arguments: [301, 302, 303, 307, 308])
    func redirects(status: Int) async throws {
        let other = try await RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let target = other.url("/stolen")
        try await Self.run({ _ in
            [.send(Array("HTTP/1.1 \(status) Moved\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n".utf8))]
        }) { server, outbound in
            let answer = try await Self.get(outbound, server.url(), headers: [("Authorization", "Bearer k")]).get()
            #expect(answer.status == status)
            #expect(server.requests.count == 1 && other.connections == 0)
        }
        await other.stop()
    }

    @Test("100 MB are refused by their announcement, or when they have come too far", arguments: [true, false])
    func large(isAnnounced: Bool) async throws {
        let piece = [UInt8](repeating: 0x20, count: 65_536)
        try await Self.run({ _ in
            let head = isAnnounced ? "Content-Length: 104857600\r\n\r\n" : "Connection: close\r\n\r\n"
            return [.send(Array("HTTP/1.1 200 OK\r\n\(head)".utf8)), .repeating(piece)]
        }) { server, outbound in
            let result = await Self.get(outbound, server.url(), bodyLimit: 262_144)
            guard case .failure(.tooLarge) = result else { return #expect(Bool(false), "\(result)") }
            await Self.until { server.closed == 1 }
            // What the sockets hold comes on top of the limit.
            #expect(server.sent < 20_000_000, "\(server.sent)")
        }
    }

    @Test("a body as long as the limit is taken, and one byte more isn't", arguments: [0, 1])
    func exactly(more: Int) async throws {
        try await Self.run({ _ in Self.ok(String(repeating: "x", count: 500 + more)) }) { server, outbound in
            let result = await Self.get(outbound, server.url(), bodyLimit: 500)
            if more == 0 {
                let answer = try result.get()
                #expect(answer.body.count == 500)
            } else {
                guard case .failure(.tooLarge) = result else { return #expect(Bool(false), "\(result)") }
            }
        }
    }

    @Test("whoever drips slowly, or says nothing, is waited for no longer than the limit", arguments: [0, 1, 2])
    func slow(place: Int) async throws {
        try await Self.run({ _ in
            let whole = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
            switch place {
            case 0: return []
            case 1: return [.send(Array("HTTP/1.1 200 OK\r\nX: ".utf8)), .repeating(Array("a".utf8))]
            default: return [.send(Array(whole.utf8)), .repeating(Array("a".utf8))]
            }
        }) { server, outbound in
            let begin = ContinuousClock.now
            let result = await Self.get(outbound, server.url(), bodyLimit: 2_000_000, within: .milliseconds(300))
            guard case .failure(.tooSlow) = result else { return #expect(Bool(false), "\(result)") }
            #expect(begin.duration(to: .now) >= .milliseconds(250))
            await Self.until { server.closed == 1 }
        }
    }

    @Test(
        "what isn't HTTP, or breaks off, is as good as no answer",
        arguments: [
            "garbage\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", "",
        ]
    )
    func garbage(text: String) async throws {
        try await Self.run({ _ in [.send(Array(text.utf8)), .close] }) { server, outbound in
            let result = await Self.get(outbound, server.url(), within: .seconds(5))
            guard case .failure = result else { return #expect(Bool(false), "\(result)") }
        }
    }

    @Test("many informational answers before the answer change nothing, and end with the time")
    func informational() async throws {
        try await Self.run({ head in
            let information = [RawServer.Step](repeating: .send(Array("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n".utf8)), count: 50)
            return head.contains("GET /end") ? information + Self.ok("yes") : [.repeating(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))]
        }) { server, outbound in
            let answer = try await Self.get(outbound, server.url("/end")).get()
            #expect(answer.body == Array("yes".utf8))
            let result = await Self.get(outbound, server.url("/never"), within: .milliseconds(300))
            guard case .failure(.tooSlow) = result else { return #expect(Bool(false), "\(result)") }
        }
    }

    @Test(
        "only https is asked, and http on this machine alone",
        arguments: [
            "http://192.0.2.1/", "http://127.0.0.1.example.com/", "ftp://127.0.0.1/", "file:///etc/passwd", "http+unix://%2Ftmp%2Fx/", "",
            "nonsense", "http://localhost@192.0.2.1/", "//127.0.0.1/",
        ]
    )
    func addresses(url: String) async {
        let outbound = HTTPClientOutbound(userAgent: "t")
        let begin = ContinuousClock.now
        let result = await Self.get(outbound, url, within: .seconds(30))
        guard case .failure(.unreachable) = result else { return #expect(Bool(false), "\(result)") }
        #expect(begin.duration(to: .now) < .seconds(10), "nothing was tried")
        await outbound.shutdown()
    }

    @Test("an https address whose server speaks no TLS gets nothing but the beginning of a handshake")
    func noTLS() async throws {
        try await Self.run({ _ in Self.ok("yes") }) { server, outbound in
            let url = "https://127.0.0.1:\(server.port)/"
            let result = await Self.get(outbound, url, headers: [("Authorization", "Bearer canary")], within: .seconds(5))
            guard case .failure = result else { return #expect(Bool(false), "\(result)") }
            #expect(!server.requests.joined().contains("canary"))
        }
    }

    @Test("a refused connection fails at once, though there is much time")
    func refused() async throws {
        let server = try await RawServer("")
        let url = server.url()
        await server.stop()
        let outbound = HTTPClientOutbound(userAgent: "t")
        let begin = ContinuousClock.now
        let result = await Self.get(outbound, url, within: .seconds(60))
        guard case .failure(.unreachable) = result else { return #expect(Bool(false), "\(result)") }
        #expect(begin.duration(to: .now) < .seconds(20))
        await outbound.shutdown()
    }

    @Test("connections are used again, and there are never more than were allowed")
    func connections() async throws {
        try await Self.run({ _ in Self.ok("x") }, connections: 2) { server, outbound in
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 { group.addTask { (try? await Self.get(outbound, server.url()).get().status) == 200 } }
                for await isGood in group { #expect(isGood) }
            }
            #expect(server.requests.count == 40)
            #expect((1...2).contains(server.connections), "\(server.connections)")
        }
    }

    @Test("after the end nothing is fetched, and what was being fetched fails")
    func end() async throws {
        try await Self.run({ _ in [] }) { server, outbound in
            async let waiting = Self.get(outbound, server.url(), within: .seconds(60))
            await Self.until { server.requests.count == 1 }
            await outbound.shutdown()
            guard case .failure = await waiting else { return #expect(Bool(false)) }
            guard case .failure(.unreachable) = await Self.get(outbound, server.url()) else { return #expect(Bool(false)) }
            #expect(server.connections == 1)
        }
    }

    @Test("a caller that is cancelled waits no longer")
    func cancelled() async throws {
        try await Self.run({ _ in [] }) { server, outbound in
            let url = server.url()
            let task = Task { await Self.get(outbound, url, within: .seconds(60)) }
            await Self.until { server.requests.count == 1 }
            task.cancel()
            guard case .failure = await task.value else { return #expect(Bool(false)) }
            await Self.until { server.closed == 1 }
        }
    }

    /// Waits for something that happens elsewhere; the suite's own limit ends a wait in vain.
    private static func until(_ condition: () -> Bool) async {
        let begin = ContinuousClock.now
        while !condition(), begin.duration(to: .now) < .seconds(30) { await Task.yield() }
        #expect(condition())
    }
}

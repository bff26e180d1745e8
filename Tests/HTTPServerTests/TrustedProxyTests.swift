import HTTPServer
import NIOCore
import Testing

@Suite("T-7 Trusted proxies", .timeLimit(.minutes(1)))
struct TrustedProxyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var proxies = "10.0.0.0/8,fd00::/8"
        var peer = "10.0.0.1"
        var fields: [String] = []
        let client: String

        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "nothing is said", client: "10.0.0.1"),
        Row(name: "one client", fields: ["X-Forwarded-For: 192.0.2.1"], client: "192.0.2.1"),
        Row(name: "any letter case", fields: ["x-FORWARDED-for:192.0.2.1"], client: "192.0.2.1"),
        Row(name: "from an untrusted peer", peer: "192.0.2.9", fields: ["X-Forwarded-For: 192.0.2.1"], client: "192.0.2.9"),
        Row(name: "what a client said before a proxy", fields: ["X-Forwarded-For: 198.51.100.1, 192.0.2.1"], client: "192.0.2.1"),
        Row(name: "a client that says it is a proxy", fields: ["X-Forwarded-For: 198.51.100.1, 10.9.9.9, 192.0.2.1"], client: "192.0.2.1"),
        Row(name: "several proxies of ours", fields: ["X-Forwarded-For: 198.51.100.1, 192.0.2.1, 10.0.0.3,10.0.0.2"], client: "192.0.2.1"),
        Row(
            name: "several fields are one list",
            fields: ["X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 192.0.2.1", "x-forwarded-for: 10.0.0.2"],
            client: "192.0.2.1"
        ),
        Row(name: "proxies alone: the first of them", fields: ["X-Forwarded-For: 10.0.0.4, 10.0.0.3"], client: "10.0.0.4"),
        Row(name: "IPv6", peer: "fd00::1", fields: ["X-Forwarded-For: 2001:DB8::7"], client: "2001:db8::7"),
        Row(
            name: "IPv4 in IPv6 at the socket",
            peer: "::ffff:10.0.0.1",
            fields: ["X-Forwarded-For: ::ffff:192.0.2.1"],
            client: "192.0.2.1"
        ),
        Row(name: "with ports", fields: ["X-Forwarded-For: [2001:db8::7]:4711, 10.0.0.2:80"], client: "2001:db8::7"),
        Row(name: "in brackets", fields: ["X-Forwarded-For: [2001:db8::7]"], client: "2001:db8::7"),
        Row(name: "words are nobody", fields: ["X-Forwarded-For: 192.0.2.1, unknown"], client: "10.0.0.1"),
        Row(name: "words before a proxy of ours", fields: ["X-Forwarded-For: unknown, 10.0.0.2"], client: "10.0.0.2"),
        Row(name: "an empty list", fields: ["X-Forwarded-For:"], client: "10.0.0.1"),
        Row(name: "empty elements", fields: ["X-Forwarded-For: 192.0.2.1,"], client: "10.0.0.1"),
        Row(name: "quoted", fields: ["X-Forwarded-For: \"192.0.2.1\""], client: "10.0.0.1"),
        Row(name: "brackets that don't close", fields: ["X-Forwarded-For: [2001:db8::7"], client: "10.0.0.1"),
        Row(name: "something behind brackets", fields: ["X-Forwarded-For: [2001:db8::7]x"], client: "10.0.0.1"),
        Row(name: "a zone", fields: ["X-Forwarded-For: fe80::1%eth0"], client: "10.0.0.1"),
        Row(
            name: "other fields and spellings say nothing",
            fields: [
                "X_Forwarded_For: 192.0.2.1", "X-Forwarded-For-: 192.0.2.2", "Forwarded: for=192.0.2.3", "X-Real-IP: 192.0.2.4",
                "Fly-Client-IP: 192.0.2.5", "CF-Connecting-IP: 192.0.2.6", "True-Client-IP: 192.0.2.7", "X-Client-IP: 192.0.2.8",
            ],
            client: "10.0.0.1"
        ),
        Row(name: "all are trusted", proxies: "0.0.0.0/0", fields: ["X-Forwarded-For: 192.0.2.1, 192.0.2.2"], client: "192.0.2.1"),

        Row(name: "Fly", proxies: "fly", peer: "172.19.2.97", fields: ["Fly-Client-IP: 192.0.2.1"], client: "192.0.2.1"),
        Row(
            name: "Fly's X-Forwarded-For ends with our own address",
            proxies: "fly",
            peer: "172.16.4.2",
            fields: ["X-Forwarded-For: 192.0.2.1, 66.241.124.230", "fly-client-ip: 192.0.2.1"],
            client: "192.0.2.1"
        ),
        Row(name: "Fly says nothing", proxies: "fly", peer: "172.19.2.97", fields: ["X-Forwarded-For: 192.0.2.1"], client: "172.19.2.97"),
        Row(
            name: "two values aren't Fly's",
            proxies: "fly",
            peer: "172.19.2.97",
            fields: ["Fly-Client-IP: 192.0.2.1", "Fly-Client-IP: 192.0.2.2"],
            client: "172.19.2.97"
        ),
        Row(
            name: "nor is a list",
            proxies: "fly",
            peer: "172.19.2.97",
            fields: ["Fly-Client-IP: 192.0.2.1, 192.0.2.2"],
            client: "172.19.2.97"
        ),
        Row(
            name: "a neighbour on Fly's private network",
            proxies: "fly",
            peer: "fdaa:0:1::3",
            fields: ["Fly-Client-IP: 192.0.2.1"],
            client: "fdaa:0:1::3"
        ),
        Row(
            name: "anyone past Fly's proxy",
            proxies: "fly",
            peer: "198.51.100.1",
            fields: ["Fly-Client-IP: 192.0.2.1"],
            client: "198.51.100.1"
        ),
    ]

    @Test("the client is whom the nearest proxies name, as far as they are ours", arguments: rows)
    func client(_ row: Row) throws {
        var decoder = RequestDecoder()
        let head = (["GET / HTTP/1.1", "Host: x"] + row.fields + ["", ""]).joined(separator: "\r\n")
        decoder.append(ByteBuffer(string: head))
        guard case .head(let request) = decoder.next() else { throw Unread() }
        let proxies = try #require(TrustedProxies(text: row.proxies))
        #expect(proxies.client(of: request, from: try #require(IPAddress(row.peer))).description == row.client)
    }

    struct Unread: Error {}

    @Test("nobody is believed unless told to", arguments: [nil, "10.0.0.0/8", "fly", "127.0.0.0/8"])
    func server(_ proxies: String?) async throws {
        var configuration = HTTPServerConfiguration.test
        configuration.trustedProxies = try proxies.map { try #require(TrustedProxies(text: $0)) }
        try await TestServer.run(configuration) { server async throws in
            let head = "GET /client HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nFly-Client-IP: 192.0.2.2\r\n\r\n"
            #expect(try await server.exchange(head).answer?.body == (proxies == "127.0.0.0/8" ? "192.0.2.1" : "127.0.0.1"))
        }
    }

    @Test("limits count the client, and of IPv6 its network")
    func limits() async throws {
        var configuration = HTTPServerConfiguration.test
        configuration.trustedProxies = TrustedProxies(text: "127.0.0.1")
        let limits = RateLimits(data: nil, auth: nil, address: RateLimits.Rate(requests: 1, window: .seconds(3600), burst: 2))
        try await TestServer.run(configuration, rateLimits: limits) { server async throws in
            func status(_ client: String) async throws -> Int? {
                try await server.exchange("GET /who HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: \(client)\r\n\r\n").answer?.status
            }
            for client in ["192.0.2.1", "192.0.2.2"] {
                for expected in [401, 401, 429, 429] { #expect(try await status(client) == expected) }
            }
            for (client, expected) in [
                ("2001:db8:1:2::1", 401), ("2001:db8:1:2:ffff:ffff:ffff:ffff", 401), ("2001:DB8:1:2::2", 429),
                ("2001:db8:1:2:0:0:0:1", 429),
                ("2001:db8:1:3::1", 401),
            ] {
                #expect(try await status(client) == expected, "\(client)")
            }
            // What the client says before its own address changes nothing.
            for spoofed in 0..<3 { #expect(try await status("198.51.100.\(spoofed), 192.0.2.1") == 429) }
        }
    }
}

import Auth
import Synchronization
import Testing

@Suite("The authorization server's metadata")
struct AuthorizationServerMetadataTests {
    /// Answers each address with what it was told last, and remembers what was asked for.
    private final class FakeServer: Outbound {
        let answers = Mutex<[String: (Int, String)]>([:])
        let asked = Mutex<[String]>([])

        func get(
            _ url: String,
            headers: [(name: String, value: String)],
            bodyLimit: Int,
            within limit: Duration
        ) async throws(OutboundFault) -> OutboundAnswer {
            asked.withLock { $0.append(url) }
            guard let (status, body) = answers.withLock({ $0[url] }) else { throw .unreachable }
            guard body.utf8.count <= bodyLimit else { throw .tooLarge }
            return OutboundAnswer(status: status, body: Array(body.utf8))
        }
    }

    private final class Time: Sendable {
        let instant = Mutex(ContinuousClock.now)
        var clocks: Clocks { Clocks(wall: { 0 }, monotonic: { self.instant.withLock { $0 } }) }
        func advance(_ duration: Duration) { instant.withLock { $0 += duration } }
    }

    private static let issuer = "https://login.example.com"
    private static let oauth = issuer + "/.well-known/oauth-authorization-server"
    private static let openID = issuer + "/.well-known/openid-configuration"
    private static let good = #"{"issuer":"https://login.example.com","scopes_supported":["openid",7,"items:read"],"x":1.0}"#

    private func metadata(_ server: FakeServer, _ time: Time) -> AuthorizationServerMetadata {
        AuthorizationServerMetadata(issuer: Self.issuer, outbound: server, clocks: time.clocks)
    }

    @Test("it is fetched once a day, and given as it came")
    func daily() async throws {
        let (server, time) = (FakeServer(), Time())
        let metadata = metadata(server, time)
        server.answers.withLock { $0[Self.oauth] = (200, Self.good) }
        for _ in 1...3 {
            let document = try #require(await metadata.document())
            #expect(document.bytes == Array(Self.good.utf8) && document.scopes == ["openid", "items:read"])
        }
        #expect(server.asked.withLock { $0 } == [Self.oauth])
        time.advance(.seconds(86_401))
        server.answers.withLock { $0 = [:] }
        #expect(await metadata.document() != nil, "the last good one")
        #expect(server.asked.withLock { $0.count } == 3)
        #expect(await metadata.document() != nil)
        #expect(server.asked.withLock { $0.count } == 3, "for a minute nobody asks again")
        time.advance(.seconds(61))
        server.answers.withLock { $0[Self.openID] = (200, #"{"issuer":"https://login.example.com","new":true}"#) }
        let new = try #require(await metadata.document())
        #expect(new.bytes.count == 49 && new.scopes == nil)
    }

    @Test(
        "T-29: a document whose keys lie at another host than the issuer's or the configured one is none",
        arguments: [
            ("https://login.example.com/oauth2/jwks", true), ("https://keys.example.com/other", true),
            ("HTTPS://Login.Example.com/jwks", true), ("http://login.example.com/jwks", false),
            ("https://169.254.169.254/latest/meta-data", false), ("https://evil.example.com/jwks", false),
            ("https://login.example.com@evil.example.com/", false), ("https://login.example.com.evil.example.com/", false),
            ("https://login.example.com:8443/jwks", false), ("https://evil.example.com\\\\@login.example.com/", false),
            ("file:///etc/passwd", false), ("", false),
        ]
    )
    func keys(_ url: String, _ isTaken: Bool) async {
        let (server, time) = (FakeServer(), Time())
        let metadata = AuthorizationServerMetadata(
            issuer: Self.issuer,
            keySetURL: "https://keys.example.com/jwks",
            outbound: server,
            clocks: time.clocks
        )
        server.answers.withLock { $0[Self.oauth] = (200, #"{"issuer":"\#(Self.issuer)","jwks_uri":"\#(url)"}"#) }
        #expect((await metadata.document() != nil) == isTaken)
    }

    @Test("while it was never had there is none, and the server is asked once a minute")
    func never() async {
        let (server, time) = (FakeServer(), Time())
        let metadata = metadata(server, time)
        for _ in 1...100 { #expect(await metadata.document() == nil) }
        #expect(server.asked.withLock { $0 } == [Self.oauth, Self.openID])
        time.advance(.seconds(61))
        #expect(await metadata.document() == nil)
        #expect(server.asked.withLock { $0.count } == 4)
    }

    @Test(
        "what isn't this issuer's own document is none",
        arguments: [
            (200, ""), (200, "<html>"), (200, "[]"), (200, "{}"), (200, #"{"issuer":7}"#), (200, #"{"issuer":"https://evil.example.com"}"#),
            (200, #"{"issuer":"https://login.example.com/"}"#), (200, #"{"issuer":"https://LOGIN.example.com"}"#),
            (200, #"{"issuer":"https://login.example.com","issuer":"https://login.example.com"}"#), (301, good), (500, good), (204, good),
            (200, good + String(repeating: " ", count: 262_144)),
        ]
    )
    func bad(_ status: Int, _ body: String) async {
        let (server, time) = (FakeServer(), Time())
        server.answers.withLock { $0 = [Self.oauth: (status, body), Self.openID: (status, body)] }
        #expect(await metadata(server, time).document() == nil)
    }

    @Test("many who ask at once cause one fetch")
    func oneFlight() async {
        let (server, time) = (FakeServer(), Time())
        server.answers.withLock { $0[Self.oauth] = (200, Self.good) }
        let metadata = metadata(server, time)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 1...200 { group.addTask { await metadata.document() != nil } }
            for await isThere in group { #expect(isThere) }
        }
        #expect(server.asked.withLock { $0.count } == 1)
    }

    @Test(
        "RFC 8414, § 3.1: the path of an issuer comes behind OAuth's, before OpenID's",
        arguments: [
            ("https://a", "https://a/.well-known/oauth-authorization-server", "https://a/.well-known/openid-configuration"),
            ("https://a/", "https://a/.well-known/oauth-authorization-server", "https://a/.well-known/openid-configuration"),
            (
                "https://a:1/realms/x", "https://a:1/.well-known/oauth-authorization-server/realms/x",
                "https://a:1/realms/x/.well-known/openid-configuration"
            ),
            ("https://a/x/", "https://a/.well-known/oauth-authorization-server/x", "https://a/x/.well-known/openid-configuration"),
        ]
    )
    func addresses(_ issuer: String, _ oauth: String, _ openID: String) {
        #expect(AuthorizationServerMetadata.addresses(of: issuer) == [oauth, openID])
    }
}

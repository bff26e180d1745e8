import Auth
import JSON
import Synchronization
import Testing
import ToolBridge

/// A token exchange with a clock that stands still, and tokens of an identity provider that it takes.
struct TestExchange: Sendable {
    static let noon: Int64 = 1_772_366_400
    static let api = "https://api.example.com"
    static let mcp = "https://mcp.example.com/mcp"
    static let issuer = "https://mcp.example.com"

    private static let providerKey = SigningKey(secret: Secret("the identity provider's secret of 32 bytes"))
    private static let ownKey = SigningKey(secret: Secret("this server's own secret of 32 bytes or so"))
    private static let sharedSecret = Secret("what backends share, in 32 bytes or more")
    private let time = TestTime(seconds: noon)
    let exchange: TokenExchange
    let verifier: TokenVerifier

    init(
        audiences: [String] = [api],
        life: Int = TokenExchange.usualLife,
        clients: ExchangeClients = .none,
        hasKey: Bool = true,
        allowsOwnTokens: Bool = false
    ) {
        let time = time
        let clocks = Clocks(wall: { time.seconds * 1000 }, monotonic: { time.instant })
        let provider = TokenProfile(
            kind: .external,
            issuer: "https://login.example.com",
            algorithms: [.hs256],
            keys: FixedKeys([Self.providerKey.verificationKey]),
            audiences: [.data: .among([Self.api]), .exchange: .among([Self.api, Self.mcp]), .mcp: .among([Self.mcp])]
        )
        let own = TokenProfile.exchanged(
            issuer: Self.issuer,
            keys: FixedKeys([Self.ownKey.verificationKey]),
            algorithms: [.hs256],
            api: [Self.api]
        )
        verifier = TokenVerifier(profiles: [provider, own, .hs256(secret: Self.sharedSecret, api: [])], clocks: clocks)
        exchange = TokenExchange(
            verifier: verifier,
            signer: hasKey ? Self.ownKey : nil,
            issuer: Self.issuer,
            audiences: audiences,
            life: life,
            clients: clients,
            allowsOwnTokens: allowsOwnTokens,
            clocks: clocks
        )
    }

    func advance(_ seconds: Int64) { time.advance(seconds) }

    /// A token of the identity provider; members that are given replace the usual ones.
    static func subjectToken(
        audience: String = mcp,
        expires: Int64 = noon + 3600,
        scope: String? = nil,
        _ more: String = ""
    ) throws -> String {
        let scope = scope.map { #","scope":"\#($0)""# } ?? ""
        let claims = #"""
            {"iss":"https://login.example.com","sub":"user_1","aud":"\#(audience)","iat":\#(noon - 10),"exp":\#(expires)\#(scope)\#(more)}
            """#
        return try providerKey.sign(Array(claims.utf8))
    }

    /// A token that a backend signed with the shared secret.
    static func sharedToken(expires: Int64 = noon + 3600) throws -> String {
        try SigningKey(secret: sharedSecret).sign(Array(#"{"sub":"user_1","exp":\#(expires)}"#.utf8))
    }

    func callAsFunction(
        _ token: String,
        for targets: [String] = [api],
        scope: String? = nil,
        client: String? = nil
    ) async throws(ExchangeFault) -> ExchangedToken {
        try exchange.exchange(
            try await exchange.subject(of: token),
            for: TokenExchange.Request(targets: targets, scope: scope, client: client)
        )
    }

    func verify(_ token: String, at door: Door) async throws -> VerifiedToken {
        try await verifier.verify(try #require(BearerToken(token: token)), at: door)
    }
}

extension ExchangedToken {
    var claims: JSONValue {
        get throws { try part(1) }
    }

    var header: JSONValue {
        get throws { try part(0) }
    }

    private func part(_ index: Int) throws -> JSONValue {
        let parts = token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        return try JSONValue(parsing: try #require(Base64URL.decode(parts[index])))
    }
}

/// Two clocks that go together, when they are told to.
final class TestTime: Sendable {
    private let state: Mutex<(seconds: Int64, instant: ContinuousClock.Instant)>

    init(seconds: Int64) { state = Mutex((seconds, .now)) }

    var seconds: Int64 { state.withLock { $0.seconds } }
    var instant: ContinuousClock.Instant { state.withLock { $0.instant } }

    func advance(_ seconds: Int64) {
        state.withLock { state in
            state.seconds += seconds
            state.instant += .seconds(seconds)
        }
    }
}

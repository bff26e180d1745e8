import Auth
import JSON
import Testing
import ToolBridge

@Suite("Token exchange")
struct TokenExchangeTests {
    private static let notTheirs = ExchangeFault.grant("only tokens of the identity provider are exchanged")
    private static let noon = TestExchange.noon
    private static let (api, mcp) = (TestExchange.api, TestExchange.mcp)

    @Test("an exchanged token has exactly the claims of the contract", arguments: [mcp, api])
    func claims(audience: String) async throws {
        let token = try await TestExchange()(
            try TestExchange.subjectToken(audience: audience, scope: "notes:read items:write"),
            client: "mcp"
        )
        let claims = try token.claims
        #expect(
            claims.members.map(\.key) == [
                "iss", "sub", "aud", "iat", "nbf", "exp", "jti", "token_type", "exchanged_from", "scope", "act",
            ]
        )
        #expect(claims["iss"]?.string == TestExchange.issuer && claims["sub"]?.string == "user_1" && claims["aud"]?.string == Self.api)
        #expect(claims["iat"]?.integer == Self.noon && claims["nbf"]?.integer == Self.noon && claims["exp"]?.integer == Self.noon + 600)
        #expect(claims["token_type"]?.string == "backend" && claims["exchanged_from"]?.string == "mcp_oauth")
        #expect(claims["scope"]?.string == "notes:read items:write" && claims["act"]?["sub"]?.string == "mcp")
        #expect(UID(claims["jti"]?.string ?? "") != nil)
        #expect(token.expiresIn == 600 && token.scopes == ["notes:read", "items:write"])
        #expect(try token.header["typ"]?.string == "at+jwt")
    }

    @Test("no two exchanged tokens are the same")
    func fresh() async throws {
        let exchange = TestExchange()
        let subject = try TestExchange.subjectToken()
        #expect(try await exchange(subject).token != exchange(subject).token)
    }

    @Test("what isn't known isn't claimed: neither scopes nor an actor")
    func least() async throws {
        let claims = try await TestExchange()(try TestExchange.subjectToken()).claims
        #expect(claims["scope"] == nil && claims["act"] == nil)
    }

    @Test("whoever acted for the subject before stays known, behind the client that acts now")
    func actors() async throws {
        let subject = try TestExchange.subjectToken(#","act":{"sub":"support"}"#)
        let alone = try await TestExchange()(subject).claims["act"]
        #expect(alone?["sub"]?.string == "support" && alone?["act"] == nil)
        let nested = try await TestExchange()(subject, client: "mcp").claims["act"]
        #expect(nested?["sub"]?.string == "mcp" && nested?["act"]?["sub"]?.string == "support")
    }

    @Test(
        "P-12, never again 12: a token lives as long as is set, and never longer than the one it was made of",
        arguments: [
            (600, 3600, 600), (60, 3600, 60), (3600, 86_000, 3600), (600, 601, 600), (600, 600, 600), (600, 599, 599), (600, 1, 1),
            // The settings refuse what is out of bounds; here it is brought in.
            (1, 3600, 60), (Int.max, 86_000, 3600), (Int.min, 3600, 60),
        ] as [(Int, Int64, Int64)]
    )
    func life(life: Int, left: Int64, expected: Int64) async throws {
        let token = try await TestExchange(life: life)(try TestExchange.subjectToken(expires: Self.noon + left))
        #expect(token.expiresIn == expected)
        #expect(try token.claims["exp"]?.integer == Self.noon + expected)
    }

    @Test("a token that is only taken because clocks differ leaves no life to pass on", arguments: [0, -1, -29] as [Int64])
    func leeway(left: Int64) async throws {
        let exchange = TestExchange()
        let token = try TestExchange.subjectToken(audience: Self.api, expires: Self.noon + left)
        _ = try await exchange.verify(token, at: .data)
        await #expect(throws: ExchangeFault.grant("subject_token: expired")) { try await exchange(token) }
    }

    // MARK: Who may exchange

    @Test("never again 12: an exchanged token isn't exchanged again, nor one by a shared secret; in development both are, for no longer")
    func renewal() async throws {
        let exchange = TestExchange()
        let exchanged = try await exchange(try TestExchange.subjectToken()).token
        #expect(try await exchange.verify(exchanged, at: .data).profile == .exchanged)
        let shared = try TestExchange.sharedToken()
        #expect(try await exchange.verify(shared, at: .data).profile == .hs256)
        for token in [exchanged, shared] {
            await #expect(throws: Self.notTheirs) { try await exchange(token) }
        }
        let development = TestExchange(allowsOwnTokens: true)
        development.advance(100)
        #expect(try await development(exchanged).expiresIn == 500)
        #expect(try await development(shared).expiresIn == 600)
    }

    @Test("never again 9: what a token says about itself makes it no other's")
    func pretence() async throws {
        let pretender = try TestExchange.subjectToken(audience: "https://elsewhere.example", #","token_type":"backend""#)
        await #expect(throws: ExchangeFault.grant("subject_token: wrong audience")) { try await TestExchange()(pretender) }
    }

    @Test("a subject token that isn't good is no grant, and the text says why")
    func bad() async throws {
        let good = try TestExchange.subjectToken()
        let rows: [(String, TokenFault)] = [
            ("", .invalid), ("x", .invalid), ("x.y.z", .invalid), (good + "A", .invalid), (good + "\u{e9}", .invalid),
            ("Bearer " + good, .invalid), (String(repeating: "a", count: 8193), .invalid),
            (try TestExchange.subjectToken(expires: Self.noon - 31), .expired),
            (try TestExchange.subjectToken(audience: "https://elsewhere.example"), .wrongAudience),
            (try TestExchange.subjectToken(#","nbf":\#(Self.noon + 31)"#), .notYetValid),
            // An ID token.
            (try TestExchange.subjectToken(#","nonce":"n""#), .invalid),
        ]
        for (token, fault) in rows {
            await #expect(throws: ExchangeFault.grant("subject_token: \(fault.text)")) { try await TestExchange()(token) }
        }
    }

    @Test("where nobody can say whether a token is good, nobody says that it isn't")
    func keysAway() async throws {
        let exchange = TokenExchange(
            verifier: NoKeys(),
            signer: SigningKey(secret: Secret("0123456789abcdef0123456789abcdef")),
            issuer: "toolbridge",
            audiences: ["a"],
            clocks: Clocks(wall: { 0 })
        )
        await #expect(throws: ExchangeFault.unverifiable) { try await exchange.subject(of: "x.y.z") }
    }

    private struct NoKeys: TokenVerifying {
        func verify(_ token: BearerToken, at door: Door) async throws(TokenFault) -> VerifiedToken { throw .keysUnavailable }
    }

    @Test("without a key nothing is exchanged, and nothing is said about the token")
    func noKey() async throws {
        let exchange = TestExchange(hasKey: false)
        for token in ["x", try TestExchange.subjectToken()] {
            await #expect(throws: ExchangeFault.unavailable) { try await exchange(token) }
        }
    }

    // MARK: For what

    @Test(
        "never again 12: a token is only made for a target that is configured, byte for byte",
        arguments: [
            [], [""], ["https://api.example.com/"], ["https://API.example.com"], ["https://api.example.com#x"],
            [" https://api.example.com"],
            [mcp], ["toolbridge"], [api, mcp], [mcp, api], ["é"], ["https://api.example.com\u{0}"],
        ] as [[String]]
    )
    func foreignTargets(targets: [String]) async throws {
        let token = try TestExchange.subjectToken()
        let fault = await #expect(throws: ExchangeFault.self) {
            try await TestExchange(audiences: [Self.api, "e\u{301}"])(token, for: targets)
        }
        #expect(fault?.code == "invalid_target")
    }

    @Test("a token may be for several targets, each of them once")
    func severalTargets() async throws {
        let exchange = TestExchange(audiences: [Self.api, "b", "c"])
        let subject = try TestExchange.subjectToken()
        #expect(try await exchange(subject, for: ["b"]).claims["aud"]?.string == "b")
        #expect(try await exchange(subject, for: ["b", "b"]).claims["aud"]?.string == "b")
        #expect(try await exchange(subject, for: ["c", "b"]).claims["aud"]?.elements.compactMap(\.string) == ["c", "b"])
    }

    @Test("an exchanged token is good for the API's data alone, not for MCP")
    func doors() async throws {
        let exchange = TestExchange()
        let token = try await exchange(try TestExchange.subjectToken()).token
        #expect(try await exchange.verify(token, at: .data).principal.subject == "user_1")
        await #expect(throws: TokenFault.wrongAudience) { try await exchange.verify(token, at: .mcp) }
        exchange.advance(631)
        await #expect(throws: TokenFault.expired) { try await exchange.verify(token, at: .data) }
    }
}

import Auth
import Testing
import ToolBridge

@Suite("A token's claims")
struct TokenClaimsTests {
    static let now = TokenSamples.now

    struct Case: Sendable, CustomTestStringConvertible {
        let changes: [String: String?]
        let fault: TokenFault?
        var testDescription: String { "\(changes)" }

        init(_ changes: [String: String?], _ fault: TokenFault?) {
            self.changes = changes
            self.fault = fault
        }
    }

    static let cases: [Case] = [
        Case([:], nil),
        // Times: required, whole seconds, 30 s of leeway each way, 24 h at most.
        Case(["exp": nil], .invalid), Case(["iat": nil], .invalid), Case(["nbf": nil], nil),
        Case(["exp": "\(now - 29)", "iat": "\(now - 100)"], nil), Case(["exp": "\(now - 30)", "iat": "\(now - 100)"], .expired),
        Case(["exp": "0", "iat": "0"], .expired),
        Case(["iat": "\(now + 30)"], nil), Case(["iat": "\(now + 31)"], .notYetValid),
        Case(["nbf": "\(now + 30)"], nil), Case(["nbf": "\(now + 31)"], .notYetValid), Case(["nbf": "0"], nil),
        Case(["exp": "\(now + 86_400)"], nil), Case(["exp": "\(now + 86_401)"], .invalid),
        Case(["exp": "\(now + 60).9", "iat": "\(now).1"], nil), Case(["exp": "1.7640003e9"], nil),
        Case(["exp": "\(now - 30).99"], .expired),
        Case(["exp": "9007199254740991"], .invalid), Case(["nbf": "9007199254740991"], .notYetValid),
        Case(["exp": "9007199254740992"], .invalid), Case(["exp": "9223372036854775807"], .invalid),
        Case(["exp": "-9223372036854775808"], .invalid), Case(["exp": "1e400"], .invalid), Case(["exp": "1e308"], .invalid),
        Case(["exp": "-1"], .invalid), Case(["iat": "-1"], .invalid), Case(["nbf": "-0.5"], .invalid), Case(["nbf": "-9e18"], .invalid),
        Case(["exp": "\"\(now + 60)\""], .invalid), Case(["exp": "null"], .invalid), Case(["exp": "true"], .invalid),
        Case(["exp": "[\(now + 60)]"], .invalid), Case(["iat": "null"], .invalid), Case(["nbf": "null"], .invalid),
        Case(["nbf": "{}"], .invalid), Case(["exp": String(repeating: "9", count: 3000)], .invalid),
        // Subject.
        Case(["sub": nil], .noSubject), Case(["sub": "null"], .invalid), Case(["sub": "7"], .invalid), Case(["sub": "\"\""], .invalid),
        Case(["sub": "\"\(String(repeating: "s", count: 255))\""], nil),
        Case(["sub": "\"\(String(repeating: "s", count: 256))\""], .invalid),
        Case(["sub": #""a\nb""#], .invalid), Case(["sub": #""a\u007f""#], .invalid), Case(["sub": #""\u0085""#], .invalid),
        Case(["sub": "\"auth0|é 日\""], nil),
        // Issuer.
        Case(["iss": nil], .wrongIssuer), Case(["iss": "\"\""], .wrongIssuer), Case(["iss": "\"https://id.example.com/\""], .wrongIssuer),
        Case(["iss": "\"https://ID.example.com\""], .wrongIssuer), Case(["iss": "null"], .invalid), Case(["iss": "[\"x\"]"], .invalid),
        Case(["iss": "\"https://evil.example\""], .wrongIssuer),
        // Audience.
        Case(["aud": nil], .wrongAudience), Case(["aud": "[]"], .wrongAudience), Case(["aud": "\"\""], .wrongAudience),
        Case(["aud": "[\"x\",\"https://api.example.com\"]"], nil), Case(["aud": "\"https://api.example.com/\""], .wrongAudience),
        Case(["aud": "\"HTTPS://api.example.com\""], .wrongAudience), Case(["aud": "[\"x\",\"y\"]"], .wrongAudience),
        Case(["aud": "7"], .invalid), Case(["aud": "[7]"], .invalid), Case(["aud": "[\"https://api.example.com\",null]"], .invalid),
        Case(["aud": "null"], .invalid), Case(["aud": "{}"], .invalid), Case(["aud": "[[\"https://api.example.com\"]]"], .invalid),
        // Never again 9: claims of exchanged tokens make nothing easier.
        Case(["token_type": "\"backend\"", "exchanged_from": "\"mcp_oauth\"", "aud": "\"https://other.example\""], .wrongAudience),
        Case(["token_type": "\"backend\"", "exp": nil], .invalid), Case(["token_type": "\"backend\""], nil),
        // Scopes that can't be read are no way to have none.
        Case(["scope": "7"], .invalid), Case(["scp": "[7]"], .invalid), Case(["scope": "null"], .invalid), Case(["scope": "{}"], .invalid),
    ]

    @Test("decide whether it is taken", arguments: cases)
    func decide(_ one: Case) async throws {
        let token = try await TokenSamples.token(TokenSamples.claims(one.changes))
        #expect(try await TokenSamples.verifier().fault(of: token) == one.fault)
    }

    @Test(
        "§ 2.6: are strict JSON",
        arguments: [
            "[]", "null", "", "x", #"{"sub":"a"}{"sub":"b"}"#, "\u{FEFF}" + TokenSamples.claims(),
            String(TokenSamples.claims().dropLast()) + #","sub":"user_2"}"#,
            String(TokenSamples.claims().dropLast()) + #","s\u0075b":"x"}"#,
            String(TokenSamples.claims().dropLast()) + ",}", String(repeating: "[", count: 4000),
            TokenSamples.claims(["deep": String(repeating: "[", count: 70) + String(repeating: "]", count: 70)]),
        ]
    )
    func strict(claims: String) async throws {
        #expect(try await TokenSamples.verifier().fault(of: TokenSamples.token(claims)) == .invalid)
    }

    @Test("§ 2.3: two spellings of one text are two issuers, two audiences")
    func spellings() async throws {
        let composed = "https://id.example.com/caf\u{E9}"
        let decomposed = "https://id.example.com/cafe\u{301}"
        let verifier = TokenVerifier(
            profiles: [.external(issuer: composed, keys: try await TokenSamples.keys(), api: [composed])],
            clocks: TokenClock().clocks
        )
        func fault(_ issuer: String, _ audience: String) async throws -> TokenFault? {
            let claims = TokenSamples.claims(["iss": "\"\(issuer)\"", "aud": "\"\(audience)\""])
            return try await verifier.fault(of: TokenSamples.token(claims))
        }
        #expect(try await fault(composed, composed) == nil)
        #expect(try await fault(decomposed, composed) == .wrongIssuer)
        #expect(try await fault(composed, decomposed) == .wrongAudience)
    }

    @Test("tell the principal: subject, scopes in either form, client, actor, end")
    func principal() async throws {
        let verifier = try await TokenSamples.verifier()
        func principal(_ changes: [String: String?]) async throws -> Principal {
            let token = try await TokenSamples.token(TokenSamples.claims(changes))
            let verified = try await verifier.verify(try TokenSamples.bearer(token), at: .data)
            #expect(verified.profile == .external)
            return verified.principal
        }
        let plain = Principal(issuer: TokenSamples.issuer, subject: "user_1", expires: Self.now + 300)
        #expect(try await principal([:]) == plain)
        var scoped = plain
        scoped.scopes = ["notes:read", "items:write"]
        #expect(try await principal(["scope": #""notes:read items:write""#]) == scoped)
        #expect(try await principal(["scope": #"" notes:read  items:write ""#]) == scoped)
        #expect(try await principal(["scp": #"["notes:read","items:write"]"#]) == scoped)
        #expect(try await principal(["scp": #""notes:read items:write""#]) == scoped)
        #expect(try await principal(["scope": #""notes:read items:write""#, "scp": #"["x"]"#]) == scoped)
        #expect(try await principal(["client_id": "\"c\"", "azp": "\"z\""]).clientID == "c")
        #expect(try await principal(["azp": "\"z\"", "act": #"{"sub":"agent"}"#]).clientID == "z")
        #expect(try await principal(["act": #"{"sub":"agent"}"#]).actor == "agent")
    }

    @Test("of a token that a secret signed: iat and aud may be missing, exp and sub may not")
    func secrets() async throws {
        let header = #"{"alg":"HS256"}"#
        func fault(_ changes: [String: String?], api: [String] = [], by signer: TokenSamples.Signer = TokenSamples.secret) async throws
            -> TokenFault?
        {
            let token = try await TokenSamples.token(header: header, TokenSamples.claims(changes), by: signer)
            return try await TokenSamples.secretVerifier(api: api).fault(of: token)
        }
        #expect(try await fault(["iss": nil, "aud": nil, "iat": nil]) == nil)
        #expect(try await fault(["iss": "\"anybody\"", "aud": "[]"]) == nil)
        #expect(try await fault(["iat": nil, "exp": "4102444800"]) == nil)
        #expect(try await fault(["iat": "\(Self.now + 31)"]) == .notYetValid)
        #expect(try await fault(["exp": nil]) == .invalid)
        #expect(try await fault(["sub": nil]) == .noSubject)
        #expect(try await fault([:], by: .hs256(Array((SampleKeys.secret + "x").utf8))) == .invalid)
        #expect(try await fault([:], by: .hs256([])) == .invalid)
        #expect(try await fault([:], api: [TokenSamples.api]) == nil)
        #expect(try await fault(["aud": nil], api: [TokenSamples.api]) == .wrongAudience)
        #expect(try await fault(["aud": "\"x\""], api: [TokenSamples.api]) == .wrongAudience)
    }
}

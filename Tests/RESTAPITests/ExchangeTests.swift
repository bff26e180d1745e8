import Auth
import JSON
import RESTAPI
import Testing
import ToolBridge

/// Token exchange where there is an identity provider and a key.
@Suite struct ExchangeTests {
    private static let grant = "urn:ietf:params:oauth:grant-type:token-exchange"
    private static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
    private static let api = "https://api.example.com"
    private static let (now, login) = (1_772_359_200 as Int64, "https://login.example.com")
    private static let providerKey = SigningKey(secret: Secret("the identity provider's secret of 32 bytes"))
    private static let ownKey = SigningKey(secret: Secret("this server's own secret of 32 bytes or so"))

    private static func run(clients: ExchangeClients = .none, _ body: (TestAPI) async throws -> Void) async throws {
        let clocks = Clocks(wall: { now * 1000 })
        let provider = TokenProfile(
            kind: .external,
            issuer: login,
            algorithms: [.hs256],
            keys: FixedKeys([providerKey.verificationKey]),
            audiences: [.data: .among([api]), .exchange: .among([api, "mcp"])]
        )
        let own = TokenProfile.exchanged(
            issuer: "toolbridge",
            keys: FixedKeys([ownKey.verificationKey]),
            algorithms: [.hs256],
            api: [api]
        )
        let verifier = TokenVerifier(profiles: [provider, own], clocks: clocks)
        let exchange = TokenExchange(
            verifier: verifier,
            signer: ownKey,
            issuer: "toolbridge",
            audiences: [api],
            clients: clients,
            clocks: clocks
        )
        let policy = CallerPolicy(tokens: .verified(verifier), tenants: TenantPolicy(defaultTenant: "tenant"))
        try await TestAPI.run(profile: .policy(policy), exchange: ExchangeRoutes(exchange), body)
    }

    private static func subjectToken(audience: String = "mcp", left: Int64 = 3600, scope: String = "notes:read items:write") throws
        -> String
    {
        let claims = #"{"iss":"\#(login)","sub":"me","aud":"\#(audience)","iat":\#(now),"exp":\#(now + left),"scope":"\#(scope)"}"#
        return try providerKey.sign(Array(claims.utf8))
    }

    private static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    private static func post(
        _ api: TestAPI,
        _ token: String,
        _ more: [(String, String)] = [],
        target: [(String, String)] = [("resource", "https%3A%2F%2Fapi.example.com")],
        _ headers: [(String, String)] = []
    ) async throws -> Response {
        let fields = [("grant_type", grant), ("subject_token", token), ("subject_token_type", accessToken)] + target + more
        let type = [("Content-Type", "application/x-www-form-urlencoded")]
        let response = try await api.send("POST", "/oauth/token", form(fields), type + headers, as: nil)
        // RFC 6749, § 5.1: of tokens and of errors nothing is kept.
        #expect(response.field("Cache-Control") == "no-store" && response.field("Content-Type") == "application/json")
        return response
    }

    // MARK: What comes back

    @Test("never again 13: the answer has RFC 8693's members, and the token opens the data of its subject")
    func answer() async throws {
        try await Self.run { api in
            let created = try await api.send(
                "POST",
                "/v1/notes",
                "{}",
                [("Authorization", "Bearer \(Self.subjectToken(audience: Self.api))")],
                as: nil
            )
            let uid = try #require(try created.json["uid"]?.string)
            let form = try await Self.post(api, try Self.subjectToken(), [("scope", "items:write")])
            let body = #"{"grant_type":"\#(Self.grant)","audience":"\#(Self.api)","subject_token":7,"subject_token_type":[]}"#
            let bearer = [("Authorization", "Bearer \(try Self.subjectToken())")]
            let json = try await api.send("POST", "/auth/token-exchange", body, bearer, as: nil)
            for response in [form, json] {
                #expect(response.status == 200, "\(response.text)")
                let answer = try response.json
                #expect(answer.members.map(\.key) == ["access_token", "issued_token_type", "token_type", "expires_in"])
                #expect(answer["issued_token_type"]?.string == Self.accessToken && answer["token_type"]?.string == "Bearer")
                #expect(answer["expires_in"]?.integer == 600 && response.field("Cache-Control") == "no-store")
                let token = try #require(answer["access_token"]?.string)
                let found = try await api.send("GET", "/v1/notes/\(uid)", nil, [("Authorization", "Bearer \(token)")], as: nil)
                #expect(found.status == 200, "\(found.text)")
            }
        }
    }

    @Test("the answer names the scopes where they aren't those that were asked for")
    func scopes() async throws {
        let all = "notes:read items:write"
        let rows: [(asked: String?, named: String?)] = [
            (nil, all), ("", all), ("notes:read+items:write", nil), ("items:write+notes:read", nil), ("notes:read", nil),
            ("notes:read+notes:read", nil),
        ]
        try await Self.run { api in
            for row in rows {
                let response = try await Self.post(api, try Self.subjectToken(), row.asked.map { [("scope", $0)] } ?? [])
                #expect(response.status == 200, "\(row)")
                #expect(try response.json["scope"]?.string == row.named, "\(row)")
            }
            let none = try await Self.post(api, try Self.subjectToken(scope: ""))
            #expect(none.status == 200)
            #expect(try none.json["scope"] == nil)
        }
    }

    // MARK: Refusals

    @Test("never again 12, 13: the form's refusals are OAuth's, each with its code twice")
    func formRefusals() async throws {
        try await Self.run { api in
            let (good, elsewhere) = (try Self.subjectToken(), [("audience", "https%3A%2F%2Felsewhere.example")])
            let first = try #require(try await Self.post(api, good).json["access_token"]?.string)
            let target = "tokens for this target aren't made here"
            let rows: [(String, [(String, String)], [(String, String)], String, String)] = [
                (good, [], elsewhere, "invalid_target", target),
                // Both are wanted, and one of them can't be had.
                (good, elsewhere, [("resource", "https%3A%2F%2Fapi.example.com")], "invalid_target", target),
                (good, [], [("resource", "https%3A%2F%2Fapi.example.com%2F")], "invalid_target", target),
                (first, [], [("audience", Self.api)], "invalid_grant", "only tokens of the identity provider are exchanged"),
                ("x.y.z", [], [("audience", Self.api)], "invalid_grant", "subject_token: invalid token"),
                (try Self.subjectToken(left: -31), [], [("audience", Self.api)], "invalid_grant", "subject_token: expired"),
                (try Self.subjectToken(left: -1), [], [("audience", Self.api)], "invalid_grant", "subject_token: expired"),
                (
                    try Self.subjectToken(audience: "https://elsewhere.example"), [], [("audience", Self.api)], "invalid_grant",
                    "subject_token: wrong audience"
                ),
                (
                    good, [("scope", "tasks:read")], [("audience", Self.api)], "invalid_scope",
                    "the subject token doesn't have all of these scopes"
                ),
                (good, [("actor_token", "x")], [("audience", Self.api)], "invalid_request", "actor tokens aren't taken"),
                (good, [("actor_token_type", "x")], [("audience", Self.api)], "invalid_request", "actor tokens aren't taken"),
            ]
            for (token, more, target, code, text) in rows {
                // The bearer token is never the subject token.
                let response = try await Self.post(api, token, more, target: target, [("Authorization", "Bearer \(good)")])
                #expect(response.status == 400, "\(response.text)")
                let body = #"{"error":"\#(code)","error_description":"\#(text)","code":"\#(code)","correlation_id":"t-1"}"#
                #expect(response.text == body)
            }
        }
    }

    @Test("never again 12, 13: the older route's refusals have the API's shape")
    func bearerRefusals() async throws {
        try await Self.run { api in
            func send(_ token: String, _ audience: String = Self.api) async throws -> Response {
                let body = #"{"grant_type":"\#(Self.grant)","audience":"\#(audience)"}"#
                return try await api.send("POST", "/auth/token-exchange", body, [("Authorization", "Bearer \(token)")], as: nil)
            }
            let good = try Self.subjectToken()
            let first = try #require(try await send(good).json["access_token"]?.string)
            for (token, audience, status, answer) in [
                (good, "https://elsewhere.example", 400, #""tokens for this target aren't made here","code":"invalid_target""#),
                (first, Self.api, 400, #""only tokens of the identity provider are exchanged","code":"invalid_grant""#),
                (try Self.subjectToken(left: -1), Self.api, 400, #""subject_token: expired","code":"invalid_grant""#),
                (try Self.subjectToken(left: -31), Self.api, 401, #""Invalid token","code":"unauthorized""#),
                (try Self.subjectToken(audience: "https://elsewhere.example"), Self.api, 401, #""Invalid token","code":"unauthorized""#),
                (good.dropLast() + "!", Self.api, 401, #""Invalid Authorization header format","code":"unauthorized""#),
            ] {
                let response = try await send(token, audience)
                #expect(response.status == status && response.text == #"{"error":\#(answer),"correlation_id":"t-1"}"#, "\(response.text)")
            }
        }
    }

    // MARK: Clients

    @Test("where clients must authenticate, they do by Basic or in the form, and are the actor of the token")
    func clients() async throws {
        // "a+b:c%d" is a client whose secret looks encoded; OAuth's own form of it is "a%2Bb:c%25d".
        let clients = try ExchangeClients(text: Secret("mcp:old,mcp:new,a+b:c%d"))
        try await Self.run(clients: clients) { api in
            let rows: [(basic: String?, fields: [(String, String)], actor: String?, code: String?)] = [
                ("mcp:old", [], "mcp", nil), ("mcp:new", [], "mcp", nil),
                (nil, [("client_id", "mcp"), ("client_secret", "new")], "mcp", nil),
                ("mcp:new", [("client_id", "mcp")], "mcp", nil), ("a+b:c%d", [], "a+b", nil), ("a%2Bb:c%25d", [], "a+b", nil),
                (nil, [], nil, "invalid_client"), ("mcp:", [], nil, "invalid_client"), ("mcp", [], nil, "invalid_client"),
                ("mcp:c%d", [], nil, "invalid_client"), ("nobody:new", [], nil, "invalid_client"), (":", [], nil, "invalid_client"),
                (nil, [("client_id", "mcp")], nil, "invalid_client"), (nil, [("client_secret", "new")], nil, "invalid_client"),
                (nil, [("client_id", "mcp"), ("client_secret", "New")], nil, "invalid_client"),
                ("mcp:new", [("client_id", "other")], nil, "invalid_request"),
                ("mcp:new", [("client_id", "mcp"), ("client_secret", "new")], nil, "invalid_request"),
            ]
            for row in rows {
                let headers = row.basic.map { [("Authorization", "Basic \(Self.base64($0))")] } ?? []
                let response = try await Self.post(api, try Self.subjectToken(), row.fields, headers)
                let answer = try response.json
                #expect(answer["error"]?.string == row.code && answer["code"]?.string == row.code, "\(row) \(response.text)")
                switch row.code {
                case nil:
                    let token = try #require(answer["access_token"]?.string)
                    let payload = try #require(Base64URL.decode(String(token.split(separator: ".")[1])))
                    #expect(try JSONValue(parsing: payload)["act"]?["sub"]?.string == row.actor, "\(row)")
                case "invalid_client":
                    #expect(response.status == 401 && response.field("WWW-Authenticate")?.hasPrefix("Basic ") == true, "\(row)")
                default: #expect(response.status == 400, "\(row)")
                }
            }
            for header in ["Basic", "Basic ", "Basic bWNwOm5ldw", "Basic bWNwOm5ldw===", "Basic bWNwOm5l_w==", "Bearer bWNwOm5ldw=="] {
                let response = try await Self.post(api, try Self.subjectToken(), [], [("Authorization", header)])
                #expect(response.status == 401 && response.code == "invalid_client", "\(header)")
            }
            // The other route has no way to find out who asks.
            let body = #"{"grant_type":"\#(Self.grant)","audience":"\#(Self.api)"}"#
            let bearer = [("Authorization", "Bearer \(try Self.subjectToken())")]
            let response = try await api.send("POST", "/auth/token-exchange", body, bearer, as: nil)
            #expect(response.status == 403 && response.code == "exchange_client_required")
        }
    }

    @Test("where no client must authenticate, what one says of itself makes it no actor")
    func unprovedClients() async throws {
        try await Self.run { api in
            let headers = [("Authorization", "Basic \(Self.base64("mcp:new"))")]
            let response = try await Self.post(api, try Self.subjectToken(), [("client_id", "mcp"), ("client_secret", "x")], headers)
            let token = try #require(try response.json["access_token"]?.string)
            let payload = try #require(Base64URL.decode(String(token.split(separator: ".")[1])))
            #expect(try JSONValue(parsing: payload)["act"] == nil)
        }
    }

    private static func base64(_ text: String) -> String {
        let digits = Base64URL.encode(Array(text.utf8)).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return String(digits) + String(repeating: "=", count: (4 - digits.count % 4) % 4)
    }
}

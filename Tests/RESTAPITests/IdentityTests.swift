import Auth
import JSON
import Testing
import ToolBridge

/// Tenant resolve, token exchange and keys, where there is no identity provider.
@Suite struct IdentityTests {
    private static let token = "a-token-of-this-machine-0123456789abcdef"
    private static let bearer = [("Authorization", "Bearer \(token)")]
    private static let grant = "urn:ietf:params:oauth:grant-type:token-exchange"

    private static func local(_ body: (TestAPI) async throws -> Void) async throws {
        try await TestAPI.run(profile: .local(token: Secret(token)), body)
    }

    // MARK: Tenant

    @Test func theOneTenantIsResolved() async throws {
        try await Self.local { api in
            for headers in [Self.bearer, Self.bearer + [("X-TB-Tenant-ID", "elsewhere")]] {
                let response = try await api.send("GET", "/v1/auth/tenant", nil, headers, as: nil)
                #expect(response.status == 200)
                #expect(response.text == #"{"tenant_id":"tenant","organization_name":"Personal","requires_selection":false}"#)
            }
        }
    }

    @Test func onlyABearerTokenCountsThere() async throws {
        func check(_ api: TestAPI, _ method: String, _ path: String, _ missing: String, _ malformed: String) async throws {
            for (authorization, text) in [
                (nil, missing), ("Basic eDp5", malformed), ("Bearer", malformed), ("Bearer ", malformed), ("Bearer a b", malformed),
                ("Bearer wrong", "Invalid token"), ("bearer \(Self.token)x", "Invalid token"),
            ] as [(String?, String)] {
                let headers = authorization.map { [("Authorization", $0)] } ?? []
                // The subject counts in no profile.
                let response = try await api.send(method, path, method == "POST" ? "{}" : nil, headers, as: "me")
                #expect(response.status == 401, "\(path) \(authorization ?? "–")")
                #expect(response.text == #"{"error":"\#(text)","code":"unauthorized","correlation_id":"t-1"}"#)
                let challenge = #"Bearer error="invalid_token", error_description="invalid token""#
                #expect(response.field("WWW-Authenticate") == (authorization == nil ? "Bearer" : challenge))
            }
        }
        for profile in [TestProfile.development, .local(token: Secret(Self.token))] {
            try await TestAPI.run(profile: profile) { api in
                let tenant = "Missing or invalid Authorization header"
                try await check(api, "GET", "/v1/auth/tenant", tenant, tenant)
                try await check(
                    api,
                    "POST",
                    "/auth/token-exchange",
                    "Missing Authorization header",
                    "Invalid Authorization header format"
                )
            }
        }
    }

    // MARK: Token exchange

    @Test func theOldExchangeChecksItsBodyAndHasNoKey() async throws {
        try await Self.local { api in
            let grant = #""grant_type":"\#(Self.grant)""#
            let expected = "grant_type must be \(Self.grant)"
            for (body, status, answer) in [
                ("", 400, #"{"error":"invalid JSON","code":"invalid_json","position":0"#),
                ("[]", 400, #"{"error":"invalid JSON","code":"invalid_json","position":0"#),
                ("{}", 400, #"{"error":"\#(expected)","code":"unsupported_grant_type","field":"/grant_type""#),
                (
                    #"{"grant_type":"password","audience":"a"}"#, 400,
                    #"{"error":"\#(expected)","code":"unsupported_grant_type","field":"/grant_type""#
                ),
                ("{\(grant)}", 400, #"{"error":"Missing audience","code":"invalid_request","field":"/audience""#),
                (#"{\#(grant),"audience":""}"#, 400, #"{"error":"Missing audience","code":"invalid_request","field":"/audience""#),
                (#"{\#(grant),"audience":["a"]}"#, 400, #"{"error":"Missing audience","code":"invalid_request","field":"/audience""#),
                (
                    #"{\#(grant),"audience":"https://api.example.com","subject_token":7,"subject_token_type":null}"#, 503,
                    #"{"error":"there is no key to sign exchanged tokens with","code":"exchange_unavailable""#
                ),
            ] {
                let response = try await api.send("POST", "/auth/token-exchange", body, Self.bearer, as: nil)
                #expect(response.status == status, "\(body)")
                #expect(response.text == answer + #","correlation_id":"t-1"}"#)
            }
        }
    }

    @Test func theOAuthExchangeChecksItsFormAndHasNoKey() async throws {
        let type = "subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
        let base = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=x.y.z"
        let good = "\(base)&\(type)&resource=https%3A%2F%2Fapi.example.com"
        let requested = "urn:ietf:params:oauth:token-type:refresh_token"
        let rows: [(form: String, status: Int, code: String, text: String)] = [
            ("", 400, "invalid_request", "grant_type is missing"),
            ("grant_type=", 400, "invalid_request", "grant_type is missing"),
            ("grant_type=client_credentials", 400, "unsupported_grant_type", "grant_type must be \(Self.grant)"),
            ("grant_type=\(Self.grant)", 400, "invalid_request", "subject_token is missing"),
            (base, 400, "invalid_request", "subject_token_type is missing"),
            (
                base + "&subject_token_type=saml2&audience=a", 400, "invalid_request",
                "subject_token_type must be urn:ietf:params:oauth:token-type:access_token or urn:ietf:params:oauth:token-type:jwt"
            ),
            ("\(base)&\(type)", 400, "invalid_request", "resource or audience is missing"),
            (
                good + "&requested_token_type=\(requested)", 400, "invalid_request",
                "requested_token_type must be urn:ietf:params:oauth:token-type:access_token"
            ),
            (good + "&audience=a&audience=b", 400, "invalid_request", "a parameter was given twice"),
            (good + "&subject%5Ftoken=again", 400, "invalid_request", "a parameter was given twice"),
            (good + "&unknown=1&unknown=1", 400, "invalid_request", "a parameter was given twice"),
            (good + "&x=%zz", 400, "invalid_request", "the form can't be decoded"),
            (good + "&x=%ff", 400, "invalid_request", "the form can't be decoded"),
            (good + "&x=%00", 400, "invalid_request", "the form can't be decoded"),
            (good + "&x=%4", 400, "invalid_request", "the form can't be decoded"),
            (good + (1...100).map { "&p\($0)=" }.joined(), 400, "invalid_request", "more than 100 parameters"),
            (good, 503, "exchange_unavailable", "there is no key to sign exchanged tokens with"),
            (good + "&scope=a+b&unknown=1&&", 503, "exchange_unavailable", "there is no key to sign exchanged tokens with"),
        ]
        try await Self.local { api in
            func send(_ form: String, _ type: String?) async throws -> Response {
                // The bearer token is never the subject token, and a bad one doesn't matter.
                let headers = [("Authorization", "Bearer nonsense")] + (type.map { [("Content-Type", $0)] } ?? [])
                return try await api.send("POST", "/oauth/token", form, headers, as: nil)
            }
            for row in rows {
                let response = try await send(row.form, "application/x-www-form-urlencoded; charset=UTF-8")
                #expect(response.status == row.status, "\(row.form)")
                #expect(
                    response.text
                        == #"{"error":"\#(row.code)","error_description":"\#(row.text)","code":"\#(row.code)","correlation_id":"t-1"}"#
                )
                #expect(response.field("Cache-Control") == "no-store" && response.field("Content-Type") == "application/json")
            }
            for type in [nil, "application/json", "application/x-www-form-urlencoded2", "multipart/form-data"] {
                let response = try await send(good, type)
                #expect(response.status == 415 && response.field("Cache-Control") == "no-store", "\(type ?? "–")")
                let text = "Content-Type must be application/x-www-form-urlencoded"
                let code = "unsupported_media_type"
                #expect(
                    response.text == #"{"error":"\#(code)","error_description":"\#(text)","code":"\#(code)","correlation_id":"t-1"}"#
                )
            }
            #expect(try await api.send("GET", "/oauth/token", as: nil).status == 405)
        }
    }

    @Test func noKeyIsPublishedWhereThereIsNone() async throws {
        try await Self.local { api in
            let response = try await api.send("GET", "/.well-known/jwks.json", as: nil)
            #expect(response.status == 200 && response.text == #"{"keys":[]}"#)
            #expect(response.field("Cache-Control") == "max-age=300" && response.field("Access-Control-Allow-Origin") == "*")
            #expect(response.field("Content-Type") == "application/json")
        }
    }
}

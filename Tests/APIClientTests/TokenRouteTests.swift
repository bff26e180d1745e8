import APIClient
import Auth
import Testing
import ToolBridge

/// The tenant of a token, and the exchange of tokens.
@Suite struct TokenRouteTests {
    private let time = TestTime()

    private func client(_ transport: ScriptedTransport) -> APIClient {
        APIClient(APISettings(tenants: TenantSigner(secret: Secret("s"))), transport: transport, clocks: time.clocks)
    }

    @Test func `identity § 6: every form of the answer is understood`() async throws {
        for (body, answer) in [
            (#"{"tenant_id":"org_A","organization_name":"A","requires_selection":false}"#, TenantAnswer.one("org_A")),
            (
                #"{"tenant_id":"","organizations":[{"id":"org_A","name":"A"},{"id":"org_B"}],"requires_selection":true}"#,
                .several([Organization(id: "org_A", name: "A"), Organization(id: "org_B", name: "org_B")])
            ),
            (#"{"tenant_id":"","requires_selection":false}"#, .none),
        ] {
            let transport = ScriptedTransport([.json(200, body)])
            #expect(try await client(transport).tenant(Secret("t")) == answer)
            #expect(transport.lines == ["GET /v1/auth/tenant"])
            #expect(transport.requests.first?.header("X-TB-Tenant-ID") == nil)
            #expect(transport.requests.first?.header("Authorization") == "Bearer t")
        }
        for (answer, code) in [
            (Result<APIResponse, TransportFault>.refusal(401, "unauthorized"), ItemError.Code.unauthorized),
            (.refusal(403, "tenant_forbidden"), .tenantForbidden),
            (.refusal(503, "tenant_resolution_unconfigured"), .tenantResolutionUnconfigured),
            (.json(200, #"{"tenant_id":"a b"}"#), .unavailable), (.json(200, "x"), .unavailable),
        ] {
            do {
                _ = try await client(ScriptedTransport([answer])).tenant(Secret("t"))
                Issue.record("no refusal")
            } catch {
                #expect(error.code == code)
            }
        }
    }

    private static let granted = Result<APIResponse, TransportFault>.json(
        200,
        #"{"access_token":"new","issued_token_type":"x","token_type":"Bearer","expires_in":300}"#
    )

    @Test func `identity § 9.1: the token goes in a form, and where that route is missing to the older one ever after`() async throws {
        let transport = ScriptedTransport([Self.granted, .json(404, "404 page not found"), Self.granted, Self.granted])
        let client = client(transport)
        let made = try await client.exchange(
            Secret("old token"),
            for: "https://api.example.com",
            client: ExchangeClientCredentials(id: "mcp", secret: Secret("s&"))
        )
        #expect(made.token.reveal() == "new" && made.expires == 1_772_359_500)
        let form = try #require(transport.requests.first)
        #expect(form.header("Authorization") == nil && form.header("Content-Type") == "application/x-www-form-urlencoded")
        #expect(
            String(decoding: form.body, as: UTF8.self)
                == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=old%20token"
                + "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
                + "&resource=https%3A%2F%2Fapi.example.com&client_id=mcp&client_secret=s%26"
        )
        for _ in 0..<2 { #expect(try await client.exchange(Secret("t"), for: "a").token.reveal() == "new") }
        #expect(
            transport.lines == ["POST /oauth/token", "POST /oauth/token", "POST /auth/token-exchange", "POST /auth/token-exchange"]
        )
        #expect(transport.requests.last?.header("Authorization") == "Bearer t")
        #expect(
            transport.requests.last.map { String(decoding: $0.body, as: UTF8.self) }
                == #"{"grant_type":"urn:ietf:params:oauth:grant-type:token-exchange","audience":"a"}"#
        )
    }

    @Test func `A refused exchange says whether the token or the operator is to blame`() async throws {
        let oauth = { (status: Int, code: String) in
            Result<APIResponse, TransportFault>.json(status, #"{"error":"\#(code)","error_description":"why","code":"\#(code)"}"#)
        }
        for (answer, code) in [
            (oauth(400, "invalid_grant"), ItemError.Code.unauthorized), (oauth(401, "invalid_client"), .exchangeUnavailable),
            (oauth(400, "invalid_target"), .exchangeUnavailable), (oauth(503, "exchange_unavailable"), .exchangeUnavailable),
            (oauth(429, "rate_limited"), .rateLimited), (.json(401, "no"), .unauthorized), (.json(500, ""), .unavailable),
            (.json(200, "{}"), .unavailable), (.json(200, #"{"access_token":"a\r\nb","expires_in":3}"#), .unavailable),
        ] {
            do {
                _ = try await client(ScriptedTransport([answer])).exchange(Secret("t"), for: "a")
                Issue.record("no refusal")
            } catch {
                #expect(error.code == code, "\(error)")
            }
        }
    }

    @Test(
        arguments: [
            ("https://api.example.com", "https://api.example.com:443", ""), ("http://127.0.0.1:8080/", "http://127.0.0.1:8080", ""),
            ("http://[::1]:81/a/b//", "http://[::1]:81", "/a/b"), ("https://toolbridge-api", "https://toolbridge-api:443", ""),
        ]
    )
    func `An API's address is read`(_ text: String, _ origin: String, _ path: String) throws {
        let address = try #require(APIAddress(text))
        #expect(address.origin == origin && address.path == path)
    }

    @Test(
        arguments: [
            "", "api", "ftp://a", "https://", "https://u@a", "https://a?b", "https://a#b", "http://a:0", "http://a:70000", "http://[::1",
            "http://a b", "http://a\r\n",
        ]
    )
    func `What isn't an API's address is refused`(_ text: String) {
        #expect(APIAddress(text) == nil)
    }
}

import Auth
import Testing
import ToolBridge

@Suite("Who calls")
struct CallerPolicyTests {
    let token = LocalToken.make()
    var local: CallerPolicy { CallerPolicy(tokens: .local(token), tenants: TenantPolicy(defaultTenant: "t")) }
    let development = CallerPolicy(tokens: .none, takesDebugSubject: true, tenants: TenantPolicy(defaultTenant: "t"))

    @Test("the local profile takes its token, whatever the case of the scheme", arguments: ["Bearer ", "bearer ", "BEARER "])
    func good(scheme: String) async throws {
        let caller = try #require(try await local.caller(Credentials(authorization: scheme + token.reveal()), at: .data))
        #expect(caller.owner == Owner(tenant: "t", subject: "local"))
        #expect(caller.principal == Principal(issuer: "", subject: "local"))
    }

    @Test(
        "any other Authorization is refused, and no debug subject rescues it",
        arguments: [
            "", "Bearer", "Bearer ", "Bearer  x", "Basic eDp5", "Bearer x", "Bearer a b", "Bearerx", "Bearer é", "Bearer \u{1}",
            "Bearer " + String(repeating: "a", count: 8193), "Bearer " + String(repeating: "a", count: 43),
        ]
    )
    func bad(authorization: String) async {
        for policy in [local, development] {
            await #expect(throws: AuthError.token(.invalid)) {
                try await policy.caller(Credentials(authorization: authorization, debugSubject: "someone"), at: .data)
            }
        }
    }

    @Test("a token that differs in any one character is refused")
    func nearMisses() async {
        let text = Array(token.reveal().utf8)
        for index in text.indices {
            var other = text
            other[index] = other[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            await #expect(throws: AuthError.token(.invalid)) {
                try await local.caller(Credentials(authorization: "Bearer " + String(decoding: other, as: UTF8.self)), at: .data)
            }
        }
        await #expect(throws: AuthError.token(.invalid)) {
            try await local.caller(Credentials(authorization: "Bearer " + token.reveal().dropLast()), at: .data)
        }
    }

    @Test("without credentials there is no caller, and X-Debug-Sub counts in development alone")
    func absent() async throws {
        #expect(try await local.caller(Credentials(), at: .data) == nil)
        #expect(try await local.caller(Credentials(debugSubject: "someone"), at: .data) == nil)
        #expect(try await development.caller(Credentials(), at: .data) == nil)
        #expect(
            try await development.caller(Credentials(debugSubject: "someone"), at: .data)?.owner == Owner(tenant: "t", subject: "someone")
        )
    }

    @Test(
        "a debug subject has 1 to 255 bytes and no control characters",
        arguments: ["", "a\u{7f}", "a\u{85}", "a\nb", String(repeating: "x", count: 256)]
    )
    func badSubjects(subject: String) async {
        await #expect(throws: AuthError.token(.invalid)) { try await development.caller(Credentials(debugSubject: subject), at: .data) }
    }

    @Test("the only tenant of a single-tenant installation is the default one")
    func tenants() async throws {
        #expect(try await development.caller(Credentials(debugSubject: "s", tenant: "t"), at: .data)?.owner?.tenant == "t")
        for tenant in ["", "T", "t ", "other"] {
            await #expect(throws: AuthError.tenantForbidden) {
                try await development.caller(Credentials(debugSubject: "s", tenant: tenant), at: .data)
            }
        }
    }

    @Test("secrets print as stars, however they are printed")
    func secrets() {
        let text = token.reveal()
        var dumped = ""
        dump([token], to: &dumped)
        for printed in ["\(token)", String(reflecting: token), dumped, "\([token])", String(describing: Optional(token))] {
            #expect(!printed.contains(text))
        }
    }

    @Test("made tokens have 256 bits and are strong; short or unsendable ones aren't")
    func strength() {
        #expect(Base64URL.decode(token.reveal())?.count == 32)
        #expect(LocalToken.make().reveal() != token.reveal())
        #expect(LocalToken.isStrong(token.reveal()))
        #expect(!LocalToken.isStrong(String(repeating: "a", count: 31)))
        #expect(!LocalToken.isStrong(String(repeating: "a b", count: 20)))
    }
}

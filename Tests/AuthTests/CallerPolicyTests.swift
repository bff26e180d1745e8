import Auth
import Testing
import ToolBridge

@Suite("Who calls")
struct CallerPolicyTests {
    let token = LocalToken.make()
    var local: CallerPolicy { CallerPolicy(.local(token: token), defaultTenant: "t") }
    let development = CallerPolicy(.development, defaultTenant: "t")

    @Test("the local profile takes its token, whatever the case of the scheme", arguments: ["Bearer ", "bearer ", "BEARER "])
    func good(scheme: String) throws {
        let caller = try #require(try local.caller(Credentials(authorization: scheme + token.reveal())))
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
    func bad(authorization: String) {
        for policy in [local, development] {
            #expect(throws: AuthError.invalidToken) {
                try policy.caller(Credentials(authorization: authorization, debugSubject: "someone"))
            }
        }
    }

    @Test("a token that differs in any one character is refused")
    func nearMisses() {
        let text = Array(token.reveal().utf8)
        for index in text.indices {
            var other = text
            other[index] = other[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: AuthError.invalidToken) {
                try local.caller(Credentials(authorization: "Bearer " + String(decoding: other, as: UTF8.self)))
            }
        }
        #expect(throws: AuthError.invalidToken) { try local.caller(Credentials(authorization: "Bearer " + token.reveal().dropLast())) }
    }

    @Test("without credentials there is no caller, and X-Debug-Sub counts in development alone")
    func absent() throws {
        #expect(try local.caller(Credentials()) == nil)
        #expect(try local.caller(Credentials(debugSubject: "someone")) == nil)
        #expect(try development.caller(Credentials()) == nil)
        #expect(try development.caller(Credentials(debugSubject: "someone"))?.owner == Owner(tenant: "t", subject: "someone"))
    }

    @Test(
        "a debug subject has 1 to 255 bytes and no control characters",
        arguments: ["", "a\u{7f}", "a\nb", String(repeating: "x", count: 256)]
    )
    func badSubjects(subject: String) {
        #expect(throws: AuthError.invalidToken) { try development.caller(Credentials(debugSubject: subject)) }
    }

    @Test("the only tenant of a single-tenant installation is the default one")
    func tenants() throws {
        #expect(try development.caller(Credentials(debugSubject: "s", tenant: "t"))?.owner.tenant == "t")
        for tenant in ["", "T", "t ", "other"] {
            #expect(throws: AuthError.tenantForbidden) { try development.caller(Credentials(debugSubject: "s", tenant: tenant)) }
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

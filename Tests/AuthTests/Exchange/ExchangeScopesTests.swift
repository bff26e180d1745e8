import Auth
import JSON
import Testing

@Suite("Scopes of exchanged tokens")
struct ExchangeScopesTests {
    @Test(
        "a token has the scopes that are asked for, or all that its subject token has",
        arguments: [
            (nil, nil, []), ("", nil, []), ("a b", nil, ["a", "b"]), ("a a b", nil, ["a", "b"]), ("a b c", "c a", ["c", "a"]),
            ("a b", "a a", ["a"]), ("items:write x", "items:write", ["items:write"]), ("openid x", "x", ["x"]),
            ("notes:read tasks:read openid", "openid tasks:read", ["openid", "tasks:read"]),
        ] as [(String?, String?, [String])]
    )
    func given(held: String?, asked: String?, expected: [String]) async throws {
        let token = try await TestExchange()(try TestExchange.subjectToken(scope: held), scope: asked)
        #expect(token.scopes == expected)
        let scope = try token.claims["scope"]?.string
        #expect(scope == (expected.isEmpty ? nil : expected.joined(separator: " ")))
    }

    @Test(
        "a scope that the subject token hasn't got, or that is none, isn't given",
        arguments: [
            (nil, "a"), ("a", "b"), ("a b", "a b c"), ("a", "A"), ("notes:read", "notes:write"), ("a", " "), ("a", ""), ("a", " a"),
            ("a", "a "), ("a b", "a  b"), ("a b", "a\tb"), ("openid notes:read", "openid"), ("items:write x", "x"),
            ("é", "é"), ("a", "\\\\"), ("é", "e\u{301}"),
        ] as [(String?, String)]
    )
    func refused(held: String?, asked: String) async throws {
        let subject = try TestExchange.subjectToken(scope: held)
        let fault = await #expect(throws: ExchangeFault.self) { try await TestExchange()(subject, scope: asked) }
        #expect(fault?.code == "invalid_scope")
    }

    @Test("a scope in a list can't become two by being written as a text")
    func split() async throws {
        let subject = try TestExchange.subjectToken(#","scp":["notes:read","openid items:write","","\"","a"]"#)
        #expect(try await TestExchange()(subject).scopes == ["notes:read", "a"])
    }

    @Test("a token that nobody would take for its length isn't made")
    func length() async throws {
        let scopes = (0..<900).map { "scope\($0)" }.joined(separator: " ")
        let fault = await #expect(throws: ExchangeFault.self) {
            try await TestExchange(audiences: [TestExchange.api, String(repeating: "b", count: 4000)])(
                try TestExchange.subjectToken(scope: String(scopes.prefix(5500))),
                for: [TestExchange.api, String(repeating: "b", count: 4000)]
            )
        }
        #expect(fault?.code == "invalid_scope")
    }
}

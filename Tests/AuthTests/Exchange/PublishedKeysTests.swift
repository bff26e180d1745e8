import Auth
import JSON
import Testing
import ToolBridge

@Suite("Published keys of exchanged tokens")
struct PublishedKeysTests {
    @Test("without a key, or with a secret alone, the set is empty")
    func empty() async throws {
        let secret = SigningKey(secret: Secret("0123456789abcdef0123456789abcdef"))
        for keys in [PublishedKeys.none, try await PublishedKeys(signer: nil), try await PublishedKeys(signer: secret)] {
            #expect(String(decoding: keys.document, as: UTF8.self) == #"{"keys":[]}"#)
        }
        #expect(PublishedKeys.none.algorithms.isEmpty)
        let keys = try await PublishedKeys(signer: secret, further: #"{"keys":[]}"#)
        #expect(keys.algorithms == [.hs256] && keys.source.key(nil, .hs256) != nil)
    }

    @Test("the signing key comes first, then the others, each with its public half alone and once")
    func published() async throws {
        let (old, new) = (try await RotatedKeys.old, try await RotatedKeys.new)
        let others = #"{"keys":[\#(RotatedKeys.jwk(old)),\#(RotatedKeys.jwk(new))]}"#
        let keys = try await PublishedKeys(signer: old, further: others)
        let set = try JSONValue(parsing: keys.document)
        #expect(set.members.map(\.key) == ["keys"])
        #expect(set["keys"]?.elements.compactMap { $0["kid"]?.string } == ["old", "new"])
        for key in set["keys"].map({ Array($0.elements) }) ?? [] {
            #expect(Set(key.members.map(\.key)) == ["kid", "use", "alg", "kty", "n", "e"])
            #expect(key["kty"]?.string == "RSA" && key["use"]?.string == "sig" && key["alg"]?.string == "RS256")
        }
        #expect(keys.algorithms == [.rs256])
        for id in ["old", "new"] { #expect(keys.source.key(id, .rs256)?.id == id) }
        #expect(keys.source.key("other", .rs256) == nil && keys.source.key(nil, .rs256) == nil && keys.source.key("old", .hs256) == nil)
    }

    @Test("P-16: through add, switch and retire every replica takes every token that any of them has made")
    func rotation() async throws {
        let (old, new) = (try await RotatedKeys.old, try await RotatedKeys.new)
        func keys(_ signer: SigningKey, _ others: SigningKey...) async throws -> PublishedKeys {
            try await PublishedKeys(signer: signer, further: #"{"keys":[\#(others.map(RotatedKeys.jwk).joined(separator: ","))]}"#)
        }
        // Each step is rolled out replica by replica, so that two neighbouring steps serve at once.
        let steps: [(signer: SigningKey, keys: PublishedKeys)] = [
            (old, try await keys(old)), (old, try await keys(old, new)), (new, try await keys(new, old)), (new, try await keys(new)),
        ]
        func takes(_ keys: PublishedKeys, tokensOf signer: SigningKey) -> Bool { keys.source.key(signer.id, .rs256) != nil }
        for (step, next) in zip(steps, steps.dropFirst()) {
            // Before a key is retired its tokens have ended, so the last step needn't take what the third one's old replicas made.
            let isRetirement = next.keys.document == steps[3].keys.document
            #expect(takes(step.keys, tokensOf: next.signer))
            #expect(isRetirement || takes(next.keys, tokensOf: step.signer))
        }
        #expect(!takes(steps[0].keys, tokensOf: new) && !takes(steps[3].keys, tokensOf: old))
    }

    @Test("further keys that can't all be used are refused, and the reason holds nothing of them")
    func refused() async throws {
        let old = try await RotatedKeys.old
        let (jwk, other) = (RotatedKeys.jwk(old), RotatedKeys.jwk(try await RotatedKeys.new))
        let renamed = other.replacing(#""kid":"new""#, with: #""kid":"old""#)
        try #require(renamed != other)
        let shape = #"it is no JSON Web Key Set: {"keys":[…]}"#
        let secrets = "it holds a private key; only the public half may be published"
        for (text, fault) in [
            ("", shape), ("[]", shape), (jwk, shape), (#"{"keys":{}}"#, shape), (#"{"keys":[],"keys":[]}"#, shape),
            (#"{"keys":[\#(jwk.dropLast()),"d":"canary"}]}"#, secrets),
            (#"{"keys":[{"kty":"oct","kid":"x","k":"canary"}]}"#, secrets),
            (#"{"keys":[\#(renamed)]}"#, "two different keys have the same kid"),
            (#"{"keys":[\#(other),\#(other)]}"#, "two of its keys have the same kid"),
            (#"{"keys":[{"kty":"RSA"}]}"#, "none of its keys is an RSA public key of 2048 bits or more with a kid"),
            (
                #"{"keys":[\#(other),{"kty":"RSA"}]}"#,
                "1 of its keys are no RSA public keys of 2048 bits or more with a kid"
            ),
            (#"{"keys":[\#(RotatedKeys.elliptic)]}"#, "only RSA keys sign exchanged tokens"),
        ] {
            let found = await #expect(throws: PublishedKeys.Fault.self, "\(text)") { try await PublishedKeys(signer: old, further: text) }
            #expect(found?.text == fault)
        }
    }
}

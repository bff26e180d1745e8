import Auth
import JSON
import Testing
import ToolBridge

@Suite("The key that this server signs with")
struct SigningKeyTests {
    @Test(
        "is read from PKCS#8 and PKCS#1, and its tokens are taken by its public half",
        arguments: [SampleKeys.rsa, SampleKeys.rsaTraditional]
    )
    func rsa(pem: String) async throws {
        let key = try await SigningKey(pem: Secret(pem), id: "k 1\"")
        let token = try key.sign(Array(TokenSamples.claims().utf8))
        let signature = try #require(JSONWebSignature(token.utf8))
        #expect(signature.keyID == "k 1\"")
        #expect(signature.algorithm == .rs256)
        #expect(signature.payload == Array(TokenSamples.claims().utf8))
        #expect(signature.isSigned(with: key.verificationKey))
        #expect(signature.isSigned(with: try await VerificationKey(pem: SampleKeys.rsaPublic, id: "other")))
        #expect(signature.isSigned(with: try await VerificationKey(pem: SampleKeys.rsaPublicTraditional, id: "other")))
        #expect(!signature.isSigned(with: try await VerificationKey(pem: SampleKeys.otherRSAPublic, id: "k 1\"")))
        let header = try JSONValue(parsing: try #require(Base64URL.decode(String(token.prefix { $0 != "." }))))
        #expect(header["typ"]?.string == "at+jwt")
        #expect(header["alg"]?.string == "RS256")
        #expect(header["kid"]?.string == "k 1\"")
        #expect(header.count == 3)
    }

    @Test("is published without its private half, and comes back as the same key")
    func published() async throws {
        let key = try await SigningKey(pem: Secret(SampleKeys.rsa), id: "k1")
        let published = try JSONValue(parsing: try #require(key.verificationKey.published))
        #expect(Set(published.members.map(\.key)) == ["kid", "use", "alg", "kty", "n", "e"])
        let again = try await VerificationKey(jwk: published)
        let signature = try #require(JSONWebSignature(try key.sign([0x7B, 0x7D]).utf8))
        #expect(signature.isSigned(with: again))
        #expect(again.published == key.verificationKey.published)
        let curve = try await VerificationKey(pem: SampleKeys.ecPublic, id: "e")
        let curveAgain = try await VerificationKey(jwk: try JSONValue(parsing: try #require(curve.published)))
        #expect(curveAgain.published == curve.published)
    }

    @Test("may be a secret, which is published nowhere")
    func secret() async throws {
        let key = SigningKey(secret: Secret(SampleKeys.secret))
        #expect(key.verificationKey.published == nil)
        #expect(key.algorithm == .hs256)
        let signature = try #require(JSONWebSignature(try key.sign([0x7B, 0x7D]).utf8))
        #expect(signature.keyID == nil)
        #expect(signature.isSigned(with: VerificationKey(secret: Secret(SampleKeys.secret))))
        #expect(!signature.isSigned(with: VerificationKey(secret: Secret(SampleKeys.secret + " "))))
    }

    @Test("is refused at start with a reason when it is none, or no good one")
    func bad() async {
        let cases: [(pem: String, id: String, fault: KeyFault)] = [
            ("", "k", .malformed), ("x", "k", .malformed), (SampleKeys.rsaPublic, "k", .malformed), (SampleKeys.ec, "k", .malformed),
            (SampleKeys.rsaEncrypted, "k", .malformed), (String(SampleKeys.rsa.prefix(500)), "k", .malformed),
            (SampleKeys.shortRSA, "k", .badSize), (SampleKeys.rsa, "", .badID),
            (SampleKeys.rsa, String(repeating: "k", count: 129), .badID),
        ]
        for (pem, id, fault) in cases {
            await #expect(throws: fault) { try await SigningKey(pem: Secret(pem), id: id) }
        }
        for pem in ["", SampleKeys.rsa, SampleKeys.p384Public, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
            await #expect(throws: KeyFault.malformed) { try await VerificationKey(pem: pem, id: "k") }
        }
    }

    @Test("prints nothing of a secret")
    func printed() async throws {
        let rsa = try await SigningKey(pem: Secret(SampleKeys.rsa), id: "k")
        var text = ""
        dump(rsa, to: &text)
        dump(SigningKey(secret: Secret(SampleKeys.secret)), to: &text)
        dump(VerificationKey(secret: Secret(SampleKeys.secret)), to: &text)
        #expect(!text.contains(SampleKeys.secret))
        #expect(!text.contains("PRIVATE"))
    }
}

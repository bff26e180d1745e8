import Auth
import JSON
import Testing
import ToolBridge

@Suite("T-9 Wycheproof", .enabled(if: SharedVectors.isDue, "needs the test data beside the package"))
struct WycheproofTests {
    /// Algorithms of the vectors that this server takes no token of: all their cases are refused, the valid ones among them.
    static let untaken: Set = ["RS384", "RS512", "PS256", "PS384", "PS512", "ES521", "HS384", "HS512", "A256KW", "ECDH-ES+A128KW"]

    /// Valid cases of taken algorithms that this server refuses, since Base64URL has no other letters.
    static let stricter: Set = ["InvalidCharacterInsertedInHeader", "InvalidCharacterInsertedInPayload"]

    /// Cases that are called invalid, and are the very token of a valid case.
    static let mislabelled: Set = ["invalidBase64Padding", "invalidBase64PaddingInPayload"]

    /// Cases where the length of a secret is at fault, which is the configuration's to check (T-30).
    static let shortSecrets: Set = ["key_too_short", "empty_key"]

    @Test(
        "signatures and keys get the expected verdict, exceptions by algorithm aside",
        arguments: [
            ("json_web_signature_test.json", 401), ("json_web_key_test.json", 26), ("json_web_crypto_test.json", 83),
        ]
    )
    func verdicts(file: String, count: Int) async throws {
        var seen = 0
        for group in try SharedVectors.file(file).require("testGroups").elements {
            let key = try #require(group["public"] ?? group["private"])
            // Secrets don't come in sets here.
            let secret = key["keys"]?.elements.first { $0["kty"]?.string == "oct" }
            for test in try group.require("tests").elements {
                seen += 1
                let token = test["jws"] ?? test["jwe"]
                let text = token?.string ?? String(decoding: token?.bytes ?? [], as: UTF8.self)
                let isAccepted = await isAccepted(text, key)
                let comment = try test.requireString("comment")
                guard !Self.shortSecrets.contains(comment) else {
                    let bytes = Base64URL.decode((secret ?? key)["k"]?.string ?? "")
                    let isTaken = !Self.untaken.contains(algorithm(secret ?? key))
                    #expect(bytes.map { $0.count < VerificationKey.shortestSecret } == true || !isTaken)
                    continue
                }
                let isStricter = secret != nil || Self.stricter.contains(comment)
                let isValid = test["result"]?.string == "valid" || Self.mislabelled.contains(comment)
                let expected = isValid && !isStricter && !Self.untaken.contains(algorithm(key))
                #expect(isAccepted == expected, "\(file) \(comment) \(text)")
            }
        }
        #expect(seen == count)
    }

    @Test("HMAC-SHA256: whole tags are verified, others and cut ones refused")
    func hmac() throws {
        var seen = 0
        for group in try SharedVectors.file("hmac_sha256_test.json").require("testGroups").elements {
            let isWhole = try group.requireInteger("tagSize") == 256
            for test in try group.require("tests").elements {
                seen += 1
                let key = VerificationKey(secret: try bytes(test, "key"))
                let isVerified = key.verifies(try bytes(test, "tag"), of: try bytes(test, "msg")[...])
                #expect(isVerified == (isWhole && test["result"]?.string == "valid"), "\(String(describing: test["tcId"]?.integer))")
            }
        }
        #expect(seen == 174)
    }

    private func algorithm(_ key: JSONValue) -> String {
        key["alg"]?.string ?? ""
    }

    private func isAccepted(_ text: String, _ key: JSONValue) async -> Bool {
        guard let signature = JSONWebSignature(text.utf8) else { return false }
        if key["keys"] != nil {
            guard let set = try? await JSONWebKeySet(parsing: Array(key.bytes)) else { return false }
            return set.keys.contains { $0.id == signature.keyID && signature.isSigned(with: $0) }
        }
        if key["kty"]?.string == "oct" {
            guard algorithm(key) == "HS256", let secret = key["k"]?.string.flatMap({ Base64URL.decode($0) }) else { return false }
            return signature.isSigned(with: VerificationKey(secret: secret, id: key["kid"]?.string))
        }
        guard let key = try? await VerificationKey(jwk: key), signature.keyID == key.id else { return false }
        return signature.isSigned(with: key)
    }

    private func bytes(_ test: JSONValue, _ name: String) throws -> [UInt8] {
        let digits = Array(try test.requireString(name).utf8)
        return try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16))
        }
    }
}

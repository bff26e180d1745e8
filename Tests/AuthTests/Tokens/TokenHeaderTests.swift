import Auth
import Testing
import ToolBridge

@Suite("A token's header and shape")
struct TokenHeaderTests {
    @Test(
        "is taken with these",
        arguments: [
            #"{"alg":"RS256","kid":"a"}"#, #"{"alg":"RS256","kid":"a","typ":"JWT"}"#, #"{"alg":"RS256","kid":"a","typ":"at+jwt"}"#,
            #"{"alg":"RS256","kid":"a","typ":"application/AT+JWT"}"#, #"{"alg":"RS256","kid":"a","typ":"jwt","x":[{}]}"#,
            #"{"alg":"RS256","kid":"a","jku":"https://x/","jwk":{"kty":"oct","k":""},"x5u":"https://x/","x5c":["x"]}"#,
        ]
    )
    func taken(header: String) async throws {
        let token = try await TokenSamples.token(header: header)
        #expect(try await TokenSamples.verifier().fault(of: token) == nil)
    }

    @Test(
        "T-9, T-10, never again 10: is refused with these, well signed as it may be",
        arguments: [
            #"{}"#, #"[]"#, #""x""#, "", "null", #"{"kid":"a"}"#, #"{"alg":"RS256"}"#, #"{"alg":"RS256","kid":null}"#,
            #"{"alg":"RS256","kid":7}"#, #"{"alg":"RS256","kid":["a"]}"#, #"{"alg":"RS256","kid":""}"#, #"{"alg":"RS256","kid":"A"}"#,
            #"{"alg":"RS256","kid":"a "}"#, #"{"alg":"RS256","kid":"../../dev/null"}"#, #"{"alg":"RS256","kid":"a' OR '1'='1"}"#,
            #"{"alg":"RS256","kid":"a\u0000"}"#, #"{"alg":"RS256","kid":"e"}"#, #"{"alg":"RS256","kid":"own"}"#,
            #"{"alg":"RS256","kid":"a","kid":"a"}"#, #"{"alg":"RS256","alg":"RS256","kid":"a"}"#, #"{"alg":"RS256","kid":"a",}"#,
            #"{"alg":"RS256","kid":"a","crit":[]}"#, #"{"alg":"RS256","kid":"a","crit":["exp"]}"#,
            #"{"alg":"RS256","kid":"a","crit":null}"#,
            #"{"alg":"RS256","kid":"a","typ":"dpop+jwt"}"#, #"{"alg":"RS256","kid":"a","typ":"logout+jwt"}"#,
            #"{"alg":"RS256","kid":"a","typ":1}"#, #"{"alg":"RS256","kid":"a","typ":""}"#, #"{"alg":"RS256","kid":"a","typ":null}"#,
            #"{"alg":["RS256"],"kid":"a"}"#, #"{"alg":"rs256","kid":"a"}"#, #"{"alg":"RS256 ","kid":"a"}"#, #"{"alg":"","kid":"a"}"#,
            #"{"alg":"none","kid":"a"}"#, #"{"alg":"None","kid":"a"}"#, #"{"alg":"nOnE","kid":"a"}"#, #"{"alg":"NONE","kid":"a"}"#,
            #"{"alg":"HS256","kid":"a"}"#, #"{"alg":"HS384","kid":"a"}"#, #"{"alg":"HS512","kid":"a"}"#, #"{"alg":"RS384","kid":"a"}"#,
            #"{"alg":"RS512","kid":"a"}"#, #"{"alg":"PS256","kid":"a"}"#, #"{"alg":"ES256","kid":"a"}"#, #"{"alg":"ES256","kid":"e"}"#,
            #"{"alg":"ES384","kid":"a"}"#, #"{"alg":"ES512","kid":"a"}"#, #"{"alg":"EdDSA","kid":"a"}"#, #"{"alg":"ML-DSA-65","kid":"a"}"#,
        ]
    )
    func refused(header: String) async throws {
        let verifier = try await TokenSamples.verifier()
        // The key's own algorithm, then those of an attacker who knows what everybody may know.
        let publicKey = Array(SampleKeys.rsaPublic.utf8)
        let signers: [TokenSamples.Signer] = [
            TokenSamples.rsa, .rs512(SampleKeys.rsa), .raw([]), .hs256(publicKey), .hs256(publicKey + [0x0A]), .hs256([]),
            .hs256(Array(SampleKeys.secret.utf8)),
        ]
        for signer in signers {
            let token = try await TokenSamples.token(header: header, by: signer)
            #expect(try await verifier.fault(of: token) == .invalid, "\(signer)")
        }
        #expect(verifier.count == 0)
    }

    @Test("T-10: an id of a key has 128 bytes at most")
    func longID() async throws {
        for (length, isTaken) in [(128, true), (129, false), (5000, false)] {
            let id = String(repeating: "k", count: length)
            let token = try await TokenSamples.token(header: #"{"alg":"HS256","kid":"\#(id)"}"#, by: TokenSamples.secret)
            #expect(try await TokenSamples.secretVerifier().fault(of: token) == (isTaken ? nil : .invalid))
        }
    }

    @Test("ES256 is taken in its raw form alone")
    func curves() async throws {
        let header = #"{"alg":"ES256","kid":"e"}"#
        let good = try await TokenSamples.token(header: header, by: .es256(SampleKeys.ec))
        let verifier = try await TokenSamples.verifier()
        #expect(try await verifier.fault(of: good) == nil)
        for signature in [[UInt8](repeating: 0, count: 64), [UInt8](repeating: 0xFF, count: 64), [0x30, 0x06, 2, 1, 1, 2, 1, 1], [], [0]] {
            #expect(try await verifier.fault(of: TokenSamples.token(header: header, by: .raw(signature))) == .invalid)
        }
        // An RSA signature with the name of the other algorithm.
        #expect(try await verifier.fault(of: TokenSamples.token(header: header)) == .invalid)
    }

    @Test("its shape is three parts of unpadded Base64URL, in one spelling only")
    func shapes() async throws {
        let verifier = try await TokenSamples.verifier()
        let good = try await TokenSamples.token()
        let parts = good.split(separator: ".").map(String.init)
        var bad = [
            parts[0], parts[0] + "." + parts[1], parts[0] + "." + parts[1] + ".", good + ".", good + "." + parts[2], "." + good,
            ".." + parts[2], ".", "..", "...", parts[0] + ".." + parts[2], good + "=", good + "==",
            parts[0] + "=." + parts[1] + "." + parts[2],
            good.replacingOccurrence(of: ".", with: "/"), parts[2] + "." + parts[1] + "." + parts[0],
            String(repeating: ".", count: 8000), String(repeating: "A", count: 8192),
        ]
        // The same bytes with other spare bits, and in the other alphabet.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        if let last = good.last, let place = alphabet.firstIndex(of: last) {
            bad.append(String(good.dropLast()) + String(alphabet[place ^ 1]))
        }
        if good.contains(where: { $0 == "-" || $0 == "_" }) {
            bad.append(String(good.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }))
        }
        #expect(try await verifier.fault(of: good) == nil)
        for token in bad {
            #expect(try await verifier.fault(of: token) == .invalid, "\(token)")
        }
    }

    @Test("any other bit of a token makes it another, which isn't taken")
    func flips() async throws {
        let good = Array(try await TokenSamples.token().utf8)
        let verifier = try await TokenSamples.verifier()
        for index in good.indices {
            var other = good
            other[index] = other[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(try await verifier.fault(of: String(decoding: other, as: UTF8.self)) != nil)
        }
        #expect(verifier.count == 0)
    }
}

extension String {
    fileprivate func replacingOccurrence(of old: Character, with new: Character) -> String {
        String(map { $0 == old ? new : $0 })
    }
}

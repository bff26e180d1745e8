import Auth
import JWTKit
import Testing
import ToolBridge

/// What the library would take if it were left alone with a token (security contract, § 2.4), and that this server doesn't.
@Suite("Hazards of JWTKit")
struct JWTKitHazardTests {
    struct Claims: JWTPayload {
        let sub: String
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    private func library() async throws -> JWTKeyCollection {
        let keys = JWTKeyCollection()
        await keys.add(rsa: try Insecure.RSA.PublicKey(pem: SampleKeys.rsaPublic), digestAlgorithm: .sha256, kid: "a")
        return keys
    }

    private func isTakenByLibrary(_ token: String, _ keys: JWTKeyCollection) async -> Bool {
        do {
            _ = try await keys.verify(token, as: Claims.self)
            return true
        } catch {
            return false
        }
    }

    @Test(
        "an unknown kid, a foreign alg, crit and any typ pass the library, and not this server",
        arguments: [
            #"{"alg":"RS256","kid":"unknown"}"#, #"{"alg":"RS256"}"#, #"{"alg":"none","kid":"a"}"#, #"{"alg":"HS256","kid":"a"}"#,
            #"{"alg":"RS256","kid":"a","crit":["exp"]}"#, #"{"alg":"RS256","kid":"a","typ":"dpop+jwt"}"#,
        ]
    )
    func headers(header: String) async throws {
        let token = try await TokenSamples.token(header: header)
        #expect(await isTakenByLibrary(token, try await library()))
        #expect(try await TokenSamples.verifier().fault(of: token) == .invalid)
    }

    @Test("the other alphabet of Base64 passes the library")
    func alphabet() async throws {
        // Another subject until the signature has a letter in which the alphabets differ.
        for number in 0..<100 {
            let good = try await TokenSamples.token(TokenSamples.claims(["sub": "\"u\(number)\""]))
            let cut = good.lastIndex(of: ".").map { good.index(after: $0) } ?? good.startIndex
            let signature = String(good[cut...].map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
            let other = good[..<cut] + signature
            guard other != good else { continue }
            #expect(await isTakenByLibrary(String(other), try await library()))
            #expect(try await TokenSamples.verifier().fault(of: String(other)) == .invalid)
            return
        }
        Issue.record("no token had such a letter")
    }

    @Test("one garbage token decides the algorithm of a key that names none, and locks out all good ones")
    func lockOut() async throws {
        let members = try await KeySetSamples.members(SampleKeys.rsaPublic)
        let document = KeySetSamples.set(#"{"kid":"a",\#(members)}"#)
        let good = try await TokenSamples.token()
        let garbage = try await TokenSamples.token(header: #"{"alg":"RS512","kid":"a"}"#, by: .raw([1]))

        let keys = JWTKeyCollection()
        try await keys.add(jwksJSON: String(decoding: document, as: UTF8.self))
        #expect(await !isTakenByLibrary(garbage, keys))
        #expect(await !isTakenByLibrary(good, keys))

        let verifier = TokenVerifier(
            profiles: [
                .external(
                    issuer: TokenSamples.issuer,
                    keys: FixedKeys(try await JSONWebKeySet(parsing: document).keys),
                    api: [TokenSamples.api]
                )
            ],
            clocks: TokenClock().clocks
        )
        #expect(try await verifier.fault(of: garbage) == .invalid)
        #expect(try await verifier.fault(of: good) == nil)
    }

    @Test("an empty list of audiences stops the library's process, and a short secret does in debug builds")
    func traps() async throws {
        let token = try await TokenSamples.token(TokenSamples.claims(["aud": "[]"]))
        #expect(try await TokenSamples.verifier().fault(of: token) == .wrongAudience)
        let short = Secret("dev")
        let key = SigningKey(secret: short)
        let signature = try #require(JSONWebSignature(try key.sign([0x7B, 0x7D]).utf8))
        #expect(signature.isSigned(with: VerificationKey(secret: short)))
    }
}

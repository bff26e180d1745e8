import Auth
import JSON
import Testing
import ToolBridge

/// Key sets as identity providers publish them.
enum KeySetSamples {
    static func members(_ pem: String) async throws -> String {
        let key = try await VerificationKey(pem: pem, id: "x")
        let published = try JSONValue(parsing: try #require(key.published))
        return published.members
            .filter { !["kid", "use", "alg"].contains($0.key) }
            .map { "\"\($0.key)\":\(String(decoding: $0.value.bytes, as: UTF8.self))" }
            .joined(separator: ",")
    }

    static func set(_ keys: String...) -> [UInt8] {
        Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8)
    }
}

@Suite("A key set")
struct JSONWebKeySetTests {
    @Test("of each kind of provider is read; what is of no use is skipped")
    func providers() async throws {
        let rsa = try await KeySetSamples.members(SampleKeys.rsaPublic)
        let other = try await KeySetSamples.members(SampleKeys.otherRSAPublic)
        let ec = try await KeySetSamples.members(SampleKeys.ecPublic)
        let documents: [(name: String, document: [UInt8], ids: [String], skipped: Int)] = [
            (
                "AuthKit",
                KeySetSamples.set(#"{"alg":"RS256","kid":"sso_oidc_key_pair_1","use":"sig",\#(rsa),"x5c":["MII"],"x5t#S256":"x"}"#),
                ["sso_oidc_key_pair_1"], 0
            ),
            (
                "Auth0",
                KeySetSamples.set(
                    #"{"alg":"RS256","use":"sig","kid":"one",\#(rsa),"x5t":"a","x5c":["MII"]}"#,
                    #"{"alg":"RS256","use":"sig","kid":"two",\#(other),"x5t":"b","x5c":["MII"]}"#
                ), ["one", "two"], 0
            ),
            (
                "Keycloak",
                KeySetSamples.set(
                    #"{"kid":"enc","kty":"RSA","alg":"RSA-OAEP","use":"enc","n":"x","e":"AQAB","x5c":["MII"]}"#,
                    #"{"kid":"sig","alg":"RS256","use":"sig",\#(rsa)}"#,
                    #"{"kid":"ec","alg":"ES256","use":"sig",\#(ec)}"#
                ), ["sig", "ec"], 1
            ),
            (
                "Entra",
                Array(#"{"keys":[{"use":"sig","kid":"e1","x5t":"e1",\#(rsa),"x5c":["MII"],"cloud_instance_name":"x","issuer":"y"}]}"#.utf8),
                ["e1"], 0
            ),
            ("without use and alg", KeySetSamples.set(#"{"kid":"a",\#(rsa)}"#, #"{"kid":"e",\#(ec)}"#), ["a", "e"], 0),
            ("one id for two kinds", KeySetSamples.set(#"{"kid":"a",\#(rsa)}"#, #"{"kid":"a",\#(ec)}"#), ["a", "a"], 0),
            ("with members of its own", Array(#"{"issuer":"x","keys":[{"kid":"a","key_ops":["verify"],\#(rsa)}],"n":1}"#.utf8), ["a"], 0),
        ]
        for (name, document, ids, skipped) in documents {
            let set = try await JSONWebKeySet(parsing: document)
            #expect(set.keys.map(\.id) == ids, "\(name)")
            #expect(set.skipped == skipped, "\(name)")
        }
        // A key without an algorithm has its kind's, whatever the first token says (§ 2.4).
        let set = try await JSONWebKeySet(parsing: documents[4].document)
        #expect(set.keys.map(\.algorithm) == [.rs256, .es256])
    }

    @Test("skips keys that aren't RSA of 2,048 to 8,192 bits or P-256, aren't for signatures, or give themselves away")
    func skipped() async throws {
        let rsa = try await KeySetSamples.members(SampleKeys.rsaPublic)
        let ec = try await KeySetSamples.members(SampleKeys.ecPublic)
        func modulus(_ bytes: Int) -> String {
            Base64URL.encode([0x80] + [UInt8](repeating: 0x5A, count: bytes - 2) + [0x01])
        }
        let useless = [
            #"{\#(rsa)}"#, #"{"kid":"",\#(rsa)}"#, #"{"kid":7,\#(rsa)}"#, #"{"kid":"\#(String(repeating: "k", count: 129))",\#(rsa)}"#,
            #"{"kid":"k","use":"enc",\#(rsa)}"#, #"{"kid":"k","use":7,\#(rsa)}"#, #"{"kid":"k","use":"SIG",\#(rsa)}"#,
            #"{"kid":"k","key_ops":["encrypt"],\#(rsa)}"#, #"{"kid":"k","key_ops":"verify",\#(rsa)}"#,
            #"{"kid":"k","alg":"RS512",\#(rsa)}"#, #"{"kid":"k","alg":"PS256",\#(rsa)}"#, #"{"kid":"k","alg":"HS256",\#(rsa)}"#,
            #"{"kid":"k","alg":"ES256",\#(rsa)}"#, #"{"kid":"k","alg":"RS256",\#(ec)}"#, #"{"kid":"k","alg":null,\#(rsa)}"#,
            #"{"kid":"k","d":"AQ",\#(rsa)}"#, #"{"kid":"k","kty":"oct","k":"AAAA"}"#, #"{"kid":"k","kty":"OKP","crv":"Ed25519","x":"AA"}"#,
            #"{"kid":"k","kty":"RSA","n":"\#(modulus(128))","e":"AQAB"}"#, #"{"kid":"k","kty":"RSA","n":"\#(modulus(1025))","e":"AQAB"}"#,
            #"{"kid":"k","kty":"RSA","n":"\#(modulus(256))","e":"AQ"}"#, #"{"kid":"k","kty":"RSA","n":"\#(modulus(256))","e":"Ag"}"#,
            #"{"kid":"k","kty":"RSA","n":"\#(modulus(256))","e":""}"#, #"{"kid":"k","kty":"RSA","n":"\#(modulus(256))","e":"AQAAAAAB"}"#,
            #"{"kid":"k","kty":"RSA","n":"\#(modulus(256))="}"#, #"{"kid":"k","kty":"RSA","e":"AQAB"}"#,
            #"{"kid":"k","kty":"RSA","n":7,"e":"AQAB"}"#,
            #"{"kid":"k","kty":"RSA","n":"","e":"AQAB"}"#, #"{"kid":"k","kty":"RSA","n":"AAAA","e":"AQAB"}"#,
            #"{"kid":"k","kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, #"{"kid":"k","kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#,
            #"{"kid":"k","kty":"EC","crv":"P-256","x":"\#(Base64URL.encode([UInt8](repeating: 1, count: 32)))","y":"\#(Base64URL.encode([UInt8](repeating: 1, count: 32)))"}"#,
            "null", "7", "[]", "{}", #""k""#,
        ]
        for key in useless {
            await #expect(throws: KeySetFault.noUsableKey, "\(key)") { try await JSONWebKeySet(parsing: KeySetSamples.set(key)) }
        }
        let document = KeySetSamples.set((useless + [#"{"kid":"good",\#(ec)}"#]).joined(separator: ","))
        let set = try await JSONWebKeySet(parsing: document)
        #expect(set.keys.map(\.id) == ["good"])
        #expect(set.skipped == useless.count)
    }

    @Test("is refused as a whole when it isn't one, is too large, or is ambiguous")
    func refused() async throws {
        let rsa = try await KeySetSamples.members(SampleKeys.rsaPublic)
        let other = try await KeySetSamples.members(SampleKeys.otherRSAPublic)
        let good = #"{"kid":"a",\#(rsa)}"#
        func fault(_ document: [UInt8]) async -> KeySetFault? {
            do throws(KeySetFault) {
                _ = try await JSONWebKeySet(parsing: document)
                return nil
            } catch {
                return error
            }
        }
        for text in [
            "", "<html>", "[]", "{}", #"{"keys":{}}"#, #"{"keys":null}"#, #"{"keys":[],"keys":[\#(good)]}"#, "{\"keys\":[\(good)]",
            "\u{FEFF}{}",
        ] {
            #expect(await fault(Array(text.utf8)) == .notAKeySet, "\(text)")
        }
        #expect(await fault(KeySetSamples.set()) == .noUsableKey)
        #expect(await fault(KeySetSamples.set(good, #"{"kid":"a",\#(other)}"#)) == .ambiguous)
        #expect(await fault(KeySetSamples.set(#"{"kid":"a",\#(other)}"#, good)) == .ambiguous)
        let padding = [UInt8](repeating: 0x20, count: JSONWebKeySet.maximumBytes)
        #expect(await fault(Array((KeySetSamples.set(good) + padding).prefix(JSONWebKeySet.maximumBytes))) == nil)
        #expect(await fault(Array((KeySetSamples.set(good) + padding).prefix(JSONWebKeySet.maximumBytes + 1))) == .tooLarge)
        let useless = [String](repeating: "{}", count: 99).joined(separator: ",")
        #expect(await fault(KeySetSamples.set(useless, good)) == nil)
        #expect(await fault(KeySetSamples.set(useless, good, "{}")) == .tooManyKeys)
    }
}

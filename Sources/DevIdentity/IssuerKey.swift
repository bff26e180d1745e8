import Crypto
import CryptoExtras
import FoundationEssentials
import JSON
import ToolBridge

/// A private key of the provider's, with the id that its tokens name.
///
/// It shares no code with what verifies tokens: a slip there must not be answered by the same slip here.
struct IssuerKey: Sendable {
    enum Material: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
    }

    let kid: String
    let material: Material

    /// A new RSA key of 2048 bits.
    static func rsa(_ kid: String) throws -> IssuerKey {
        IssuerKey(kid: kid, material: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048)))
    }

    /// A new key on P-256.
    static func p256(_ kid: String) -> IssuerKey {
        IssuerKey(kid: kid, material: .p256(P256.Signing.PrivateKey()))
    }

    /// As a token's header names it.
    var algorithm: String {
        switch material {
        case .rsa: "RS256"
        case .p256: "ES256"
        }
    }

    func sign(_ bytes: [UInt8]) throws -> [UInt8] {
        switch material {
        case .rsa(let key): Array(try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
        case .p256(let key): Array(try key.signature(for: SHA256.hash(data: bytes)).rawRepresentation)
        }
    }

    /// The public key as JWK (RFC 7517), under this id or another.
    func writeJWK(to writer: inout JSONWriter, kid: String? = nil) throws {
        writer.beginObject()
        switch material {
        case .rsa(let key):
            let numbers = try key.publicKey.getKeyPrimitives()
            writer.member("kty", "RSA")
            writer.member("n", Self.number(Array(numbers.modulus)))
            writer.member("e", Self.number(Array(numbers.publicExponent)))
        case .p256(let key):
            let point = Array(key.publicKey.rawRepresentation)
            writer.member("kty", "EC")
            writer.member("crv", "P-256")
            writer.member("x", Base64URL.encode(Array(point.prefix(32))))
            writer.member("y", Base64URL.encode(Array(point.suffix(32))))
        }
        writer.member("kid", kid ?? self.kid)
        writer.member("use", "sig")
        writer.member("alg", algorithm)
        writer.endObject()
    }

    /// Without leading zeros, as RFC 7518 § 6.3.1.1 wants it.
    private static func number(_ bytes: [UInt8]) -> String {
        Base64URL.encode(Array(bytes.drop { $0 == 0 }))
    }
}

import Crypto
import JSON
import JWTKit
import ToolBridge

/// The key that this server signs its own tokens with.
package struct SigningKey: Sendable {
    private enum Material: Sendable {
        case rsa(any JWTAlgorithm)
        case secret(SymmetricKey)
    }

    /// What verifies its signatures.
    package let verificationKey: VerificationKey
    private let material: Material
    /// The first part of its tokens, with the dot.
    private let header: [UInt8]

    package var algorithm: Algorithm { verificationKey.algorithm }
    package var id: String? { verificationKey.id }

    /// An RSA private key of 2,048 bits or more, for RS256.
    ///
    /// - Parameters:
    ///   - pem: PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`).
    ///   - id: 1 to 128 bytes.
    /// - Throws: ``KeyFault``.
    package init(pem: Secret, id: String) async throws(KeyFault) {
        let modulus: [UInt8]
        let exponent: [UInt8]
        do {
            let key = try Insecure.RSA.PrivateKey(pem: pem.reveal())
            let keys = JWTKeyCollection()
            await keys.add(rsa: key, digestAlgorithm: .sha256)
            material = .rsa(try await keys.getKey())
            let primitives = try key.publicKey.getKeyPrimitives()
            (modulus, exponent) = (Array(primitives.modulus), Array(primitives.publicExponent))
        } catch CryptoKitError.incorrectParameterSize {
            throw .badSize
        } catch {
            throw .malformed
        }
        verificationKey = try await VerificationKey(modulus: modulus, exponent: exponent, id: id)
        header = Self.header(.rs256, id)
    }

    /// A shared secret, for HS256.
    ///
    /// - Parameter secret: Its bytes are the key; its length is the configuration's to check.
    package init(secret: Secret, id: String? = nil) {
        verificationKey = VerificationKey(secret: secret, id: id)
        material = .secret(SymmetricKey(data: Array(secret.reveal().utf8)))
        header = Self.header(.hs256, id)
    }

    /// A token (RFC 7515, § 3.1) of type `at+jwt` (RFC 9068, § 2.1).
    ///
    /// - Parameter claims: A JSON object.
    /// - Throws: What the cryptographic library throws, which it doesn't for a key that was read.
    package func sign(_ claims: [UInt8]) throws -> String {
        let message = header + Array(Base64URL.encode(claims).utf8)
        let signature =
            switch material {
            case .rsa(let algorithm): try algorithm.sign(message)
            case .secret(let key): Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
            }
        return String(decoding: message, as: UTF8.self) + "." + Base64URL.encode(signature)
    }

    private static func header(_ algorithm: Algorithm, _ id: String?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("alg", algorithm.rawValue)
            if let id { writer.member("kid", id) }
            writer.member("typ", "at+jwt")
        }
        return Array(Base64URL.encode(writer.bytes).utf8) + [UInt8(ascii: ".")]
    }
}

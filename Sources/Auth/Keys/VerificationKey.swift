import Crypto
import JSON
import JWTKit
import ToolBridge

/// A key that signatures are verified with, for one algorithm, which no token can choose.
package struct VerificationKey: Sendable {
    private enum Material: Sendable {
        case published(any JWTAlgorithm)
        case secret(SymmetricKey)
    }

    package let algorithm: Algorithm
    /// The id by which tokens name it; only a secret may have none.
    package let id: String?
    /// The key as a JSON Web Key (RFC 7517) that anyone may see; nil for a secret.
    package let published: [UInt8]?
    private let material: Material

    /// What a secret should have outside of development, in bytes (RFC 7518, § 3.2); the configuration sees to it.
    package static let shortestSecret = 32

    /// A shared secret, for HS256: its UTF-8 bytes are the key.
    package init(secret: Secret, id: String? = nil) {
        self.init(secret: Array(secret.reveal().utf8), id: id)
    }

    /// A shared secret, for HS256.
    package init(secret: [UInt8], id: String? = nil) {
        algorithm = .hs256
        self.id = id
        published = nil
        // Not JWTKit's: it stops a debug build for a key of fewer than 32 bytes.
        material = .secret(SymmetricKey(data: secret))
    }

    /// An RSA public key, for RS256.
    ///
    /// - Parameters:
    ///   - modulus: Big-endian.
    ///   - exponent: Big-endian.
    /// - Throws: ``KeyFault``.
    init(modulus: [UInt8], exponent: [UInt8], id: String) async throws(KeyFault) {
        let modulus = modulus.drop { $0 == 0 }
        let exponent = exponent.drop { $0 == 0 }
        try RSAModulus.check(modulus, exponent)
        let (n, e) = (Base64URL.encode(Array(modulus)), Base64URL.encode(Array(exponent)))
        do {
            let key = try Insecure.RSA.PublicKey(modulus: n, exponent: e)
            let keys = JWTKeyCollection()
            await keys.add(rsa: key, digestAlgorithm: .sha256)
            material = .published(try await keys.getKey())
        } catch {
            throw .malformed
        }
        algorithm = .rs256
        self.id = try Self.checked(id)
        published = Self.published(.rs256, id) { writer in
            writer.member("kty", "RSA")
            writer.member("n", n)
            writer.member("e", e)
        }
    }

    /// A point on the curve P-256, for ES256.
    ///
    /// - Parameter point: Both coordinates, 32 bytes each.
    /// - Throws: ``KeyFault``.
    init(point: [UInt8], id: String) async throws(KeyFault) {
        do {
            let key = try ES256PublicKey(backing: P256.Signing.PublicKey(rawRepresentation: point))
            let keys = JWTKeyCollection()
            await keys.add(ecdsa: key)
            material = .published(try await keys.getKey())
        } catch {
            throw .malformed
        }
        algorithm = .es256
        self.id = try Self.checked(id)
        published = Self.published(.es256, id) { writer in
            writer.member("kty", "EC")
            writer.member("crv", "P-256")
            writer.member("x", Base64URL.encode(Array(point.prefix(32))))
            writer.member("y", Base64URL.encode(Array(point.dropFirst(32))))
        }
    }

    /// Whether this key made the signature; a secret's is compared in constant time.
    package func verifies(_ signature: [UInt8], of message: ArraySlice<UInt8>) -> Bool {
        switch material {
        case .published(let algorithm):
            // What fails here is a signature that can't be one: of the wrong length, say.
            (try? algorithm.verify(signature, signs: message)) ?? false
        case .secret(let key):
            HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: message, using: key)
        }
    }

    static func checked(_ id: String) throws(KeyFault) -> String {
        guard (1...128).contains(id.utf8.count) else { throw .badID }
        return id
    }

    private static func published(_ algorithm: Algorithm, _ id: String, _ parts: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("kid", id)
            writer.member("use", "sig")
            writer.member("alg", algorithm.rawValue)
            parts(&writer)
        }
        return writer.bytes
    }
}

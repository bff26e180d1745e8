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

    /// A shared secret, for HS256.
    ///
    /// How long it must be is a rule of the configuration, see ``Algorithm``: RFC 7518, § 3.2 asks for 32 bytes.
    ///
    /// - Parameter secret: Its bytes are the key.
    package init(secret: Secret, id: String? = nil) {
        algorithm = .hs256
        self.id = id
        published = nil
        material = .secret(SymmetricKey(data: Array(secret.reveal().utf8)))
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
        try Self.checkSize(modulus, exponent)
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
    func verifies(_ signature: [UInt8], of message: ArraySlice<UInt8>) -> Bool {
        switch material {
        case .published(let algorithm):
            // What fails here is a signature that can't be one: of the wrong length, say.
            (try? algorithm.verify(signature, signs: message)) ?? false
        case .secret(let key):
            HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: message, using: key)
        }
    }

    /// 2,048 to 8,192 bits, and an odd exponent from 3 to 32 bits: larger ones cost more time than any honest key.
    private static func checkSize(_ modulus: ArraySlice<UInt8>, _ exponent: ArraySlice<UInt8>) throws(KeyFault) {
        guard let high = modulus.first, let low = exponent.last, exponent.count <= 4, low & 1 == 1 else { throw .badSize }
        let bits = modulus.count * 8 - high.leadingZeroBitCount
        guard (2048...8192).contains(bits), exponent.count > 1 || low >= 3 else { throw .badSize }
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

import Crypto
package import JSON
import JWTKit
import ToolBridge

extension VerificationKey {
    /// A public key in PEM: RSA (`PUBLIC KEY` or `RSA PUBLIC KEY`) or P-256 (`PUBLIC KEY`).
    ///
    /// - Throws: ``KeyFault``.
    package init(pem: String, id: String) async throws(KeyFault) {
        if let point = try? P256.Signing.PublicKey(pemRepresentation: pem) {
            try await self.init(point: Array(point.rawRepresentation), id: id)
        } else if let (n, e) = try? Insecure.RSA.PublicKey(pem: pem).getKeyPrimitives() {
            try await self.init(modulus: Array(n), exponent: Array(e), id: id)
        } else {
            throw .malformed
        }
    }

    /// A JSON Web Key (RFC 7517) of an RSA or P-256 public key.
    ///
    /// Its algorithm is that of its kind, also where it names none: it is never a token that decides.
    ///
    /// - Throws: ``KeyFault``, also for a key that isn't meant for signatures.
    package init(jwk: JSONValue) async throws(KeyFault) {
        guard jwk.kind == .object else { throw .malformed }
        guard jwk["d"] == nil else { throw .isPrivate }
        guard let id = jwk["kid"]?.string else { throw .badID }
        if let use = jwk["use"] { guard Self.isText(use, "sig") else { throw .unsupported } }
        if let operations = jwk["key_ops"] {
            guard operations.elements.contains(where: { Self.isText($0, "verify") }) else { throw .unsupported }
        }
        if Self.isText(jwk["kty"], "RSA") {
            guard Self.isText(jwk["alg"], "RS256") || jwk["alg"] == nil else { throw .unsupported }
            try await self.init(modulus: Self.bytes(jwk["n"]), exponent: Self.bytes(jwk["e"]), id: id)
        } else if Self.isText(jwk["kty"], "EC"), Self.isText(jwk["crv"], "P-256") {
            guard Self.isText(jwk["alg"], "ES256") || jwk["alg"] == nil else { throw .unsupported }
            let (x, y) = (try Self.bytes(jwk["x"]), try Self.bytes(jwk["y"]))
            guard x.count == 32, y.count == 32 else { throw .malformed }
            try await self.init(point: x + y, id: id)
        } else {
            throw .unsupported
        }
    }

    private static func isText(_ value: JSONValue?, _ text: StaticString) -> Bool {
        guard let string = value?.string else { return false }
        return text.withUTF8Buffer { string.utf8.elementsEqual($0) }
    }

    private static func bytes(_ value: JSONValue?) throws(KeyFault) -> [UInt8] {
        guard let text = value?.string, let bytes = Base64URL.decode(text) else { throw .malformed }
        return bytes
    }
}

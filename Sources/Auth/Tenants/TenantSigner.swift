import Crypto
package import ToolBridge

/// Signs requests for a tenant, as a server with ``TenantProof`` wants them.
package struct TenantSigner: Sendable {
    private enum Key: Sendable {
        case secret(SymmetricKey)
        case ring(TenantKey)
    }

    private let key: Key

    /// Signs v1 with the secret's UTF-8 as it stands: a signer never splits it.
    package init(secret: Secret) {
        key = .secret(SymmetricKey(data: Array(secret.reveal().utf8)))
    }

    /// Signs v2 with the first key; nil if there is none.
    package init?(keyring: TenantKeyring) {
        guard let first = keyring.keys.first else { return nil }
        key = .ring(first)
    }

    /// The headers of a request, which holds neither yet but for its tenant.
    ///
    /// - Parameters:
    ///   - time: What time it is where the request goes, after 2001-09-09 and before 2286-11-20.
    ///   - nonce: 16 bytes that are used once.
    /// - Throws: ``TenantSigningFault``.
    package func headers(
        _ request: SignedRequest,
        at time: Timestamp,
        nonce: [UInt8] = randomNonce()
    ) throws(TenantSigningFault) -> TenantHeaders {
        guard let tenant = request.tenant, TenantName.isValid(tenant) else { throw .noTenant }
        guard (1_000_000_000_000...9_999_999_999_999).contains(time.milliseconds) else { throw .noTime }
        let timestamp = "\(time.milliseconds)"
        switch key {
        case .secret(let secret):
            let code = HMAC<SHA256>.authenticationCode(for: TenantMessage.v1(tenant: tenant, timestamp: timestamp), using: secret)
            let signature = String(decoding: Hexadecimal.encode(code), as: UTF8.self)
            return TenantHeaders(tenant: tenant, timestamp: timestamp, nonce: nil, signature: signature)
        case .ring(let key):
            guard let derived = key.derived(for: tenant) else { throw .otherTenant }
            let nonce = Base64URL.encode(nonce)
            let message = TenantMessage.v2(tenant: tenant, timestamp: timestamp, nonce: nonce, request)
            let code = Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: message, using: derived)))
            let signature = "v2;k=\(String(decoding: key.id, as: UTF8.self));s=\(code)"
            return TenantHeaders(tenant: tenant, timestamp: timestamp, nonce: nonce, signature: signature)
        }
    }

    /// 16 random bytes.
    package static func randomNonce() -> [UInt8] {
        // In two pieces, for each is a call of the system.
        var generator = SystemRandomNumberGenerator()
        return [generator.next(), generator.next()].flatMap { (half: UInt64) in
            withUnsafeBytes(of: half) { Array($0) }
        }
    }
}

/// What a signer adds to a request.
package struct TenantHeaders: Sendable, Equatable {
    /// Of `X-TB-Tenant-ID`.
    package let tenant: String
    /// Of `X-TB-Timestamp`.
    package let timestamp: String
    /// Of `X-TB-Nonce`; nil for v1.
    package let nonce: String?
    /// Of `X-TB-Signature`.
    package let signature: String
}

/// Why a request can't be signed.
package enum TenantSigningFault: Error, Sendable, Equatable {
    /// The request names no tenant, or none that can be one.
    case noTenant
    /// The key is another tenant's.
    case otherTenant
    /// The time doesn't have 13 digits.
    case noTime
}
